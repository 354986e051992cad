"""How the duty weighs on each, and whether everybody rests between two duties."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from routing.domain.oncall.calendar import Holding
from routing.domain.oncall.hours import is_public_holiday
from routing.domain.oncall.wall_clock import instant, shown

REST = timedelta(hours=11)  # French labour code, article L3131-1
DEEP_NIGHT, MIDDAY = time(3), time(12)  # who is on duty then has the night, or the day
NIGHT, WEEKEND_DAY, HOLIDAY = 1, 2, 3  # what each weighs
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Load:
    """What one person carries over a period: time on duty, and the nights, week-end days and holidays among it."""

    person: str
    time: timedelta = timedelta()
    nights: int = 0
    weekend_days: int = 0
    holidays: int = 0

    @property
    def weight(self) -> int:
        """Nights count once, week-end days twice, public holidays three times (a holiday is no week-end day too)."""
        return self.nights * NIGHT + self.weekend_days * WEEKEND_DAY + self.holidays * HOLIDAY


def loads(holdings: Iterable[Holding], people: Iterable[str], zone: ZoneInfo) -> list[Load]:
    """The load of each, heaviest first; ``people`` who have no duty at all are there with nothing."""
    held: dict[str, list[tuple[datetime, datetime]]] = {person: [] for person in people}
    held |= _stretches(holdings)
    found = [_load(person, stretches, zone) for person, stretches in held.items()]
    return sorted(found, key=lambda load: (-load.weight, -load.time, load.person))


def spread(found: Sequence[Load]) -> float:
    """How far the heaviest is from the lightest, as a share of the mean weight; 0 is perfectly even."""
    weights = [load.weight for load in found]
    return (max(weights) - min(weights)) * len(weights) / sum(weights) if any(weights) else 0.0


def short_rests(holdings: Iterable[Holding]) -> list[tuple[str, datetime, datetime]]:
    """(person, end of a duty, begin of the next) wherever somebody rests less than eleven hours in between."""
    found = []
    for person, merged in _stretches(holdings).items():
        found += [(person, ended, begun) for (_, ended), (begun, _) in pairwise(merged) if begun - ended < REST]
    return sorted(found, key=lambda rest: rest[1])


def _load(person: str, stretches: Sequence[tuple[datetime, datetime]], zone: ZoneInfo) -> Load:
    on_duty = sum((ends - begins for begins, ends in stretches), timedelta())
    nights = days = holidays = 0
    for begins, ends in stretches:
        for day in _days(begins, ends, zone):
            nights += begins <= instant(datetime.combine(day, DEEP_NIGHT), zone) < ends
            if begins <= instant(datetime.combine(day, MIDDAY), zone) < ends:
                holidays += is_public_holiday(day)
                days += day.weekday() >= 5 and not is_public_holiday(day)
    return Load(person, on_duty, nights, days, holidays)


def _days(begins: datetime, ends: datetime, zone: ZoneInfo) -> Iterator[date]:
    day, last = shown(begins, zone).date(), shown(ends, zone).date()
    while day <= last:
        yield day
        day += DAY


def _stretches(holdings: Iterable[Holding]) -> dict[str, list[tuple[datetime, datetime]]]:
    """When each is on duty, in whatever rotation."""
    found: dict[str, list[tuple[datetime, datetime]]] = {}
    for one in holdings:
        if one.person is not None:
            found.setdefault(one.person, []).append((one.begins, one.ends))
    return {person: _merged(several) for person, several in found.items()}


def _merged(stretches: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """The same time without overlaps: somebody may be on duty twice at once."""
    merged: list[tuple[datetime, datetime]] = []
    for begins, ends in sorted(stretches):
        if merged and begins <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], ends))
        else:
            merged.append((begins, ends))
    return merged
