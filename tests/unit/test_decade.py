"""Every minute of 2025–2035: no unintended gap, no overlap, hand-offs on the wall clock."""

from __future__ import annotations

import random
from datetime import date, time, timedelta

import numpy as np
import pytest

from routing.domain.oncall import Calendar, Exceptions, Layer, Override, Rotation, TimeOff, Why, Window
from tests.unit.decade import (
    BEGINS,
    DAY,
    ENDS,
    MINUTES,
    NOBODY,
    People,
    every_minute,
    is_holiday,
    paint,
    wall_clock,
    weekday,
)
from tests.unit.duty import PARIS, rotation, turns

START = date(2025, 1, 1)  # a Wednesday
PEOPLE = "abcde"
SHOWN = wall_clock()


def daily(at: int, members: int) -> People:
    """Turns of a day that change hands at a minute of the day; the first one begins at midnight."""
    return (np.maximum((SHOWN - at) // DAY, 0) % members).astype(np.int16)


def weekly(day: int, at: int, members: int) -> People:
    """Turns of a week; 2025 began on a Wednesday."""
    first = (day - 2) % 7 * DAY + at
    return (np.maximum((SHOWN - first) // (7 * DAY), 0) % members).astype(np.int16)


@pytest.mark.parametrize(
    ("duty", "expected"),
    [
        (rotation("a", "b", "c", every="day", at=time(8), start=START), daily(8 * 60, 3)),
        (rotation("a", "b", every="day", at=time(0, 30), start=START), daily(30, 2)),
        (rotation("a", "b", "c", "d", weekday=0, at=time(9), start=START), weekly(0, 9 * 60, 4)),
        (rotation("a", "b", "c", "d", "e", weekday=6, at=time(3), start=START), weekly(6, 3 * 60, 5)),
    ],
    ids=["days at 08:00", "days at 00:30", "weeks on Monday", "weeks on the Sunday the clocks change"],
)
def test_turns_follow_the_clock_on_the_wall_for_ten_years(duty: Rotation, expected: People) -> None:
    assert np.array_equal(every_minute(Calendar({"duty": duty}), PEOPLE), expected)


def test_months_change_hands_on_the_thirty_first_or_the_last_day_for_ten_years() -> None:
    duty = rotation("a", "b", "c", every="month", monthday=31, at=time(8), start=START)
    found = every_minute(Calendar({"duty": duty}), PEOPLE)
    changes = np.flatnonzero(np.diff(found)) + 1
    days = np.array([np.datetime64("2025-01-01T00:00") + int(SHOWN[at]) for at in changes])
    assert len(days) == 11 * 12 - 1
    assert (SHOWN[changes] % DAY == 8 * 60).all()
    after = (days + np.timedelta64(1, "D")).astype("datetime64[D]")
    assert (after == days.astype("datetime64[M]") + 1).all(), "the day after each hand-off is a first of the month"


def test_layers_holidays_overrides_and_time_off_for_ten_years() -> None:
    """Office hours by day, another rotation around them, four hundred agreements: the only gaps are those meant."""
    office = Window(frozenset(range(5)), time(8), time(18), nights=0, but_holidays=True)
    by_day = Layer(turns("d", "e", every="day", at=time(8), start=START), PARIS, (office,))
    around = Layer(turns("a", "b", "c", weekday=4, at=time(12), start=START), PARIS)
    overrides, time_off = agreements()
    of = Calendar({"duty": Rotation("duty", (by_day, around))}, Exceptions.of(overrides=overrides, time_off=time_off))

    expected = weekly(4, 12 * 60, 3)
    off = {name: np.zeros(MINUTES, dtype=bool) for name in PEOPLE}
    for row in time_off:
        paint(off[row.person].view(np.int8), row, 1)
    open_hours = (weekday(SHOWN) < 5) & (SHOWN % DAY >= 8 * 60) & (SHOWN % DAY < 18 * 60) & ~is_holiday(SHOWN)
    present = np.stack([~off[name] for name in PEOPLE])
    minutes = np.arange(MINUTES)
    expected = np.where(present[expected, minutes], expected, NOBODY)
    by_day_holder = daily(8 * 60, 2) + 3
    expected = np.where(open_hours & present[by_day_holder, minutes], by_day_holder, expected).astype(np.int16)
    for agreed in overrides:
        paint(expected, agreed, PEOPLE.index(agreed.person), present[PEOPLE.index(agreed.person)])

    found = every_minute(of, PEOPLE)
    assert np.array_equal(found, expected)
    gaps = of.gaps(BEGINS, ENDS)
    assert sum((gap.ends - gap.begins) // timedelta(minutes=1) for gap in gaps) == (found == NOBODY).sum() > 0
    assert not [one for one in of.holdings("duty", BEGINS, ENDS) if one.why is Why.CLOSED]


def agreements() -> tuple[list[Override], list[TimeOff]]:
    """Two hundred overrides and two hundred absences at any minute, none overlapping another of its kind."""
    chance = random.Random(6)
    overrides, time_off = [], []
    for number in range(200):
        begins = BEGINS + timedelta(days=20 * number, minutes=chance.randrange(10 * DAY))
        ends = begins + timedelta(minutes=chance.randrange(1, 9 * DAY))
        overrides.append(Override("duty", chance.choice(PEOPLE), begins, ends))
        gone = begins + timedelta(minutes=chance.randrange(-DAY, DAY))
        time_off.append(TimeOff(chance.choice(PEOPLE), gone, gone + timedelta(minutes=chance.randrange(1, 9 * DAY))))
    return overrides, time_off
