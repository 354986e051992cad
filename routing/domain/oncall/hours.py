"""The hours of the week in which a layer holds: nights, week-ends, public holidays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from routing.domain.oncall.wall_clock import instant, shown

COUNTRY = "FR"  # ISO 3166, as the `holidays` package names countries
DAY = timedelta(days=1)


@lru_cache(maxsize=64)
def _of_year(year: int) -> frozenset[date]:
    from holidays import country_holidays  # a tenth of a second, for those who ask only

    return frozenset(country_holidays(COUNTRY, years=year))


def is_public_holiday(day: date) -> bool:
    """Whether the whole of France rests that day (Alsace and Moselle have two more)."""
    return day in _of_year(day.year)


@dataclass(frozen=True, slots=True)
class Window:
    """From ``begins`` on each of ``days`` (0 is Monday) until ``ends``, ``nights`` days later, on the wall clock.

    ``on_holidays``: it begins on public holidays too; ``but_holidays``: never on one. 24:00 is 00:00 a night later.
    """

    days: frozenset[int]
    begins: time = time()
    ends: time = time()
    nights: int = 1
    on_holidays: bool = False
    but_holidays: bool = False

    def begins_on(self, day: date) -> bool:
        """Whether a span of this window begins that day."""
        if (self.on_holidays or self.but_holidays) and is_public_holiday(day):
            return self.on_holidays
        return day.weekday() in self.days

    def span(self, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """The instants (UTC) between which the span of that day lies."""
        begins = instant(datetime.combine(day, self.begins), zone)
        return begins, instant(datetime.combine(day + self.nights * DAY, self.ends), zone)

    def covers(self, at: datetime, zone: ZoneInfo) -> bool:
        """Whether an instant lies in one of the spans."""
        return any(begins <= at < ends for begins, ends in self._near(at, zone))

    def edges(self, begins: datetime, ends: datetime, zone: ZoneInfo) -> Iterator[datetime]:
        """Every instant between two instants at which a span begins or ends."""
        day, last = shown(begins, zone).date() - self.nights * DAY, shown(ends, zone).date()
        while day <= last:
            if self.begins_on(day):
                yield from (edge for edge in self.span(day, zone) if begins < edge < ends)
            day += DAY

    def _near(self, at: datetime, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
        today = shown(at, zone).date()
        days = (today - night * DAY for night in range(self.nights + 1))
        return (self.span(day, zone) for day in days if self.begins_on(day))
