"""Every minute of 2025–2035 in Dijon, by another way than the product's: arrays of minutes and the printed rules.

Clocks go forward on the last Sunday of March and back on that of October, at 01:00 UTC (directive 2000/84/EC).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from routing.domain.oncall import Calendar, Holding, Override, TimeOff

BEGINS, ENDS = datetime(2024, 12, 31, 23, tzinfo=UTC), datetime(2035, 12, 31, 23, tzinfo=UTC)
MINUTES = int((ENDS - BEGINS).total_seconds()) // 60
DAY = 24 * 60
NOBODY = -1
People = NDArray[np.int16]
Numbers = NDArray[np.int64]


def minute_of(at: datetime) -> int:
    """How many minutes after the beginning."""
    return int((at - BEGINS).total_seconds()) // 60


def _last_sunday(year: int, month: int) -> datetime:
    day = date(year, month, 31)
    return datetime(year, month, 31 - (day.weekday() + 1) % 7, 1, tzinfo=UTC)


def wall_clock() -> Numbers:
    """What clocks show at each minute, as minutes since 2025-01-01 00:00 on the wall."""
    shown = np.arange(MINUTES, dtype=np.int64)
    for year in range(2025, 2036):
        shown[minute_of(_last_sunday(year, 3)) : minute_of(_last_sunday(year, 10))] += 60
    return shown


def weekday(shown: Numbers) -> Numbers:
    """0 is Monday; 2025 began on a Wednesday."""
    return (shown // DAY + 2) % 7


def easter(year: int) -> date:
    """Meeus, Jones and Butcher's rule."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (8 * b + 13) // 25 + 15) % 30
    m = (a + 11 * h) // 319
    r = (2 * (b % 4) + 2 * (c // 4) - c % 4 - h + m + 32) % 7
    month = (h - m + r + 90) // 25
    return date(year, month, (h - m + r + month + 19) % 32)


def is_holiday(shown: Numbers) -> NDArray[np.bool_]:
    """French public holidays: eight fixed ones, Easter Monday, Ascension, Whit Monday."""
    days = np.zeros(MINUTES // DAY + 2, dtype=bool)
    for year in range(2025, 2036):
        fixed = [(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)]
        moving = [easter(year) + timedelta(days=later) for later in (1, 39, 50)]
        for day in [date(year, *one) for one in fixed] + moving:
            days[(day - date(2025, 1, 1)).days] = True
    return np.asarray(days[shown // DAY])


def painted(holdings: Iterable[Holding], people: str) -> People:
    """The number of the person on duty at each minute; fails where two stretches overlap or leave a hole."""
    found = np.full(MINUTES, NOBODY - 1, dtype=np.int16)
    for one in holdings:
        part = found[minute_of(one.begins) : minute_of(one.ends)]
        assert (part == NOBODY - 1).all(), f"overlap at {one.begins}"
        part[:] = NOBODY if one.person is None else people.index(one.person)
    assert (found != NOBODY - 1).all(), "a hole between two stretches"
    return found


def paint(found: People, row: Override | TimeOff, value: int, where: NDArray[np.bool_] | None = None) -> None:
    """Put ``value`` from the begin of an exception to its end."""
    part = slice(minute_of(row.begins), minute_of(row.ends))
    found[part] = value if where is None else np.where(where[part], value, found[part])


def every_minute(of: Calendar, people: str, rotation: str = "duty") -> People:
    """The calendar's own answer for each minute of the decade."""
    return painted(of.holdings(rotation, BEGINS, ENDS), people)
