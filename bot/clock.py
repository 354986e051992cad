"""The real clock: the one place where the machine's time is read."""

from __future__ import annotations

from datetime import UTC, datetime


class SystemClock:
    """Clock on the machine's time."""

    def now(self) -> datetime:
        """The present instant, UTC."""
        return datetime.now(UTC)  # noqa: TID251 (this is the Clock the ban points to)
