"""Hours of the day, read on the wall clock: when people answer the telephone, when news can wait. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

_WRITTEN = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")


@dataclass(frozen=True, slots=True)
class Hours:
    """From ``begins`` until ``ends``, over midnight when it ends earlier than it begins."""

    begins: time
    ends: time

    @classmethod
    def read(cls, written: str) -> Hours:
        """``22:00-07:00``. Raises ValueError."""
        found = _WRITTEN.fullmatch(written.strip())
        if found is None:
            raise ValueError("expected hours such as 22:00-07:00")
        first, second, third, fourth = map(int, found.groups())
        return cls(time(first, second), time(third, fourth))

    def hold(self, at: datetime, zone: ZoneInfo) -> bool:
        """Whether that instant is within these hours."""
        local = at.astimezone(zone).time()
        if self.begins <= self.ends:
            return self.begins <= local < self.ends
        return local >= self.begins or local < self.ends

    def end_after(self, at: datetime, zone: ZoneInfo) -> datetime:
        """The next instant at which these hours end, in the zone of ``at``."""
        local = at.astimezone(zone)
        end = local.replace(hour=self.ends.hour, minute=self.ends.minute, second=0, microsecond=0)
        if end <= local:
            end = (local + timedelta(days=1)).replace(
                hour=self.ends.hour, minute=self.ends.minute, second=0, microsecond=0
            )
        return end.astimezone(at.tzinfo)
