"""Whose turn it is: hand-offs follow the clock on the wall, whatever the season."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from routing.domain.oncall import EVERY_DAY, Member, Turns
from tests.unit.duty import MONDAY, PARIS, paris, turns

MINUTE = timedelta(minutes=1)
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
NIGHTS = (
    ("Europe/Paris", SPRING),
    ("Europe/Paris", AUTUMN),
    ("Europe/Paris", date(2027, 3, 28)),
    ("Europe/London", AUTUMN),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Indian/Reunion", AUTUMN),
)
# Hours that no clock of NIGHTS skips or shows twice.
ORDINARY_HOURS = (0, *range(3, 24))


def minutes_around(night: date, zone: ZoneInfo) -> Iterator[datetime]:
    """Every minute from the evening before to the next day's noon, as UTC instants."""
    evening = datetime.combine(night - timedelta(days=1), time(22), zone).astimezone(UTC)
    return (evening + number * MINUTE for number in range(38 * 60))


@st.composite
def rotations(draw: st.DrawFn) -> tuple[Turns, date]:
    """A rotation under way, and a night to look at."""
    zone, night = draw(st.sampled_from(NIGHTS))
    every = draw(st.sampled_from(["day", "week"]))
    weekday = draw(st.sampled_from([night.weekday(), (night.weekday() + 1) % 7, 2])) if every == "week" else None
    members = draw(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=5, unique=True))
    start = night - timedelta(days=draw(st.integers(2, 60)))
    at = time(draw(st.sampled_from(ORDINARY_HOURS)), draw(st.sampled_from([0, 30])))
    days = EVERY_DAY if weekday is None else (weekday,)
    return Turns(ZoneInfo(zone), every, at, start, tuple(map(Member, members)), days), night


@pytest.mark.parametrize("night", [SPRING, AUTUMN])
def test_the_duty_changes_hands_at_eight_on_the_wall_clock_also_on_the_night_the_clocks_change(night: date) -> None:
    duty = turns("ana", "bruno", every="day")
    for day in (night - timedelta(days=1), night, night + timedelta(days=1)):
        before, after = duty.holder(paris(f"{day} 07:59")), duty.holder(paris(f"{day} 08:00"))
        assert {before, after} == {"ana", "bruno"}
        assert duty.holder(paris(f"{day} 23:59")) == after


@pytest.mark.parametrize(("monday", "hours"), [("2026-03-23", 167), ("2026-10-19", 169), ("2026-06-01", 168)])
def test_the_week_the_clocks_change_is_an_hour_shorter_or_longer(monday: str, hours: int) -> None:
    duty = turns("ana", "bruno", "chloe")
    begun = paris(f"{monday} 08:00")
    holder, end = duty.holder(begun), begun + timedelta(hours=hours)
    assert duty.holder(begun - MINUTE) != holder
    assert duty.holder(end - MINUTE) == holder
    assert duty.holder(end) != holder


def test_members_take_turns_and_the_first_comes_back_after_the_last() -> None:
    duty = turns("ana", "bruno", "chloe")
    mondays = [paris(f"{MONDAY + timedelta(weeks=week)} 09:00") for week in range(5)]
    assert [duty.holder(at) for at in mondays] == ["ana", "bruno", "chloe", "ana", "bruno"]


def test_a_weekly_duty_may_change_hands_on_friday_at_noon() -> None:
    duty = turns("ana", "bruno", weekday=4, at=time(12), start=date(2026, 1, 2))
    assert duty.holder(paris("2026-01-09 11:59")) == "ana"
    assert duty.holder(paris("2026-01-09 12:00")) == "bruno"


def test_nobody_is_on_duty_before_the_rotation_begins() -> None:
    duty = turns("ana", "bruno")
    assert duty.holder(paris("2026-01-04 23:59")) is None
    assert duty.turn(paris("2026-01-04 23:59")) is None


def test_the_first_member_holds_the_duty_from_the_first_day_on() -> None:
    """A rotation that starts on a Wednesday and changes hands on Mondays is nobody's gap."""
    duty = turns("ana", "bruno", start=date(2026, 1, 7))
    assert duty.holder(paris("2026-01-07 00:00")) == "ana"
    assert duty.holder(paris("2026-01-12 08:00")) == "ana"
    assert duty.holder(paris("2026-01-19 08:00")) == "bruno"


def test_a_duty_of_one_never_changes_hands() -> None:
    duty = turns("ana", every="hour")
    assert {duty.holder(at) for at in minutes_around(SPRING, PARIS)} == {"ana"}


def test_a_rotation_without_members_has_nobody() -> None:
    assert turns().holder(paris("2026-01-05 12:00")) is None


def test_an_hourly_duty_changes_hands_at_its_minute() -> None:
    duty = turns("ana", "bruno", every="hour", at=time(8, 15))
    assert duty.holder(paris("2026-01-05 09:14")) == "ana"
    assert duty.holder(paris("2026-01-05 09:15")) == "bruno"
    assert duty.holder(paris("2026-01-05 10:15")) == "ana"


def test_the_hour_that_is_lived_twice_has_one_holder() -> None:
    duty = turns("ana", "bruno", every="hour", at=time(8))
    first, second = paris(f"{AUTUMN} 02:30"), paris(f"{AUTUMN} 02:30", again=True)
    assert second - first == timedelta(hours=1)
    assert duty.holder(first) == duty.holder(second)


def test_a_hand_off_in_the_hour_that_is_skipped_happens_as_the_clocks_go_forward() -> None:
    duty = turns("ana", "bruno", every="day", at=time(2, 30))
    skipped = paris(f"{SPRING} 03:00")
    assert duty.holder(skipped - MINUTE) != duty.holder(skipped)
    assert duty.holder(skipped) == duty.holder(paris(f"{SPRING} 23:00"))


@pytest.mark.parametrize(("every", "at"), [("day", time(2, 30)), ("hour", time(8, 15))])
def test_whoever_handed_over_is_not_on_duty_again_when_the_clocks_go_back(every: str, at: time) -> None:
    duty = turns("ana", "bruno", every=every, at=at)
    passed = [duty.turn(minute) or 0 for minute in minutes_around(AUTUMN, PARIS)]
    assert passed == sorted(passed)


@settings(max_examples=25)
@given(rotations())
@example((turns("a", "b", "c", weekday=6, at=time(3)), AUTUMN))
def test_every_minute_has_one_member_and_hand_offs_are_on_the_wall_clock(drawn: tuple[Turns, date]) -> None:
    duty, night = drawn
    minutes = [(at, duty.turn(at), duty.holder(at)) for at in minutes_around(night, duty.zone)]
    assert all(
        turn is not None and member == duty.members[turn % len(duty.members)].person for _, turn, member in minutes
    )
    for (_, before, _), (at, turn, _) in pairwise(minutes):
        if turn != before:
            assert turn == (before or 0) + 1
            assert at.astimezone(duty.zone).time() == duty.at
            assert at.astimezone(duty.zone).weekday() in duty.days


@given(st.integers(0, 10 * 366 * 24 * 60), st.sampled_from(["hour", "day", "week"]))
def test_the_holder_is_the_same_whatever_zone_the_question_is_asked_in(minutes: int, every: str) -> None:
    duty = turns("ana", "bruno", "chloe", every=every)
    at = paris("2026-01-08 12:00") + minutes * MINUTE
    assert duty.holder(at) == duty.holder(at.astimezone(ZoneInfo("America/New_York"))) is not None
