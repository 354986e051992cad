"""Who holds a duty once layers, hours and agreements are put together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.domain.oncall import (
    Calendar,
    Exceptions,
    FixedShift,
    FixedShifts,
    Layer,
    Member,
    Override,
    Replacement,
    Rotation,
    Stay,
    TimeOff,
    Why,
    Window,
    is_public_holiday,
)
from tests.unit.duty import PARIS, paris, rotation, turns

NIGHTS = Window(frozenset(range(7)), time(18), time(8))
WEEKEND = Window(frozenset({4}), time(18), time(8), nights=3)
OFFICE = Window(frozenset(range(5)), time(8), time(18), nights=0, but_holidays=True)
MINUTE = timedelta(minutes=1)


def calendar(*rotations: Rotation, **exceptions: Sequence[object]) -> Calendar:
    """A calendar of these rotations."""
    return Calendar({one.id: one for one in rotations}, Exceptions.of(**exceptions))  # type: ignore[arg-type]


def holder(of: Calendar, at: str) -> str | None:
    """Who holds the rotation ``duty`` when clocks of Paris show that."""
    return of.holder("duty", paris(at))[0]


# Hours, months, days


@pytest.mark.parametrize(
    ("at", "on_duty"),
    [
        ("2026-03-10 17:59", None),
        ("2026-03-10 18:00", "ana"),
        ("2026-03-11 07:59", "ana"),
        ("2026-03-11 08:00", None),
        ("2026-03-29 03:30", "ana"),
        ("2026-10-25 02:30", "ana"),
    ],
)
def test_a_duty_of_the_nights_is_closed_by_day(at: str, on_duty: str | None) -> None:
    assert holder(calendar(rotation("ana", only=(NIGHTS,))), at) == on_duty


@pytest.mark.parametrize(
    ("at", "on_duty"),
    [
        ("2026-03-13 17:59", None),
        ("2026-03-13 18:00", "ana"),
        ("2026-03-15 12:00", "ana"),
        ("2026-03-16 07:59", "ana"),
        ("2026-03-16 08:00", None),
    ],
)
def test_a_week_end_lasts_from_friday_evening_until_monday_morning(at: str, on_duty: str | None) -> None:
    assert holder(calendar(rotation("ana", only=(WEEKEND,))), at) == on_duty


def test_a_public_holiday_may_open_a_duty_or_close_it() -> None:
    holidays = Window(frozenset(), time(), time(), on_holidays=True)
    free = calendar(rotation("ana", only=(holidays,)))
    office = calendar(rotation("bruno", only=(OFFICE,)))
    for day in ("2026-05-14", "2026-07-14", "2027-03-29"):  # Ascension, the fourteenth of July, Easter Monday
        assert (holder(free, f"{day} 12:00"), holder(office, f"{day} 12:00")) == ("ana", None)
    assert (holder(free, "2026-07-15 12:00"), holder(office, "2026-07-15 12:00")) == (None, "bruno")
    assert not is_public_holiday(date(2026, 7, 15))


def test_a_month_that_has_no_thirty_first_changes_hands_on_its_last_day() -> None:
    duty = turns("ana", "bruno", "chloe", every="month", monthday=31, start=date(2026, 1, 31))
    handoffs = [duty.handoff(turn).astimezone(PARIS) for turn in range(1, 14)]
    assert [f"{at:%m-%d}" for at in handoffs[:6]] == ["02-28", "03-31", "04-30", "05-31", "06-30", "07-31"]
    assert {at.time() for at in handoffs} == {time(8)}
    assert turns("ana", every="month", monthday=30, start=date(2028, 2, 1)).handoff(1) == paris("2028-03-30 08:00")
    assert duty.holder(paris("2026-02-28 07:59")) == "ana"
    assert duty.holder(paris("2026-02-28 08:00")) == "bruno"


def test_a_month_that_starts_after_its_day_begins_with_the_next_hand_off() -> None:
    duty = turns("ana", "bruno", every="month", monthday=1, start=date(2026, 1, 15))
    assert [duty.holder(paris(f"2026-{at} 12:00")) for at in ("01-16", "02-15", "03-02")] == ["ana", "ana", "bruno"]


def test_nobodys_turn_is_lost_to_a_week_end() -> None:
    duty = turns("ana", "bruno", "chloe", every="day", days=(0, 1, 2, 3, 4))
    held = [duty.holder(paris(f"2026-01-{day:02d} 12:00")) for day in range(5, 13)]
    assert held == ["ana", "bruno", "chloe", "ana", "bruno", "bruno", "bruno", "chloe"]


# Joining and leaving


def test_a_newcomer_waits_for_their_turn_and_nobody_elses_moves() -> None:
    duty = turns("ana", Member("bruno", since=date(2026, 1, 21)), "chloe")
    mondays = [f"2026-{day} 12:00" for day in ("01-05", "01-12", "01-19", "01-26", "02-02", "02-09")]
    assert [duty.holder(paris(at)) for at in mondays] == ["ana", "chloe", "ana", "bruno", "chloe", "ana"]


def test_whoever_leaves_in_the_middle_is_followed_early() -> None:
    duty = turns("ana", Member("bruno", until=date(2026, 1, 14)), "chloe")
    days = [f"2026-01-{day} 12:00" for day in ("13", "14", "15", "20", "27")]
    assert [duty.holder(paris(at)) for at in days] == ["bruno", "bruno", "chloe", "chloe", "ana"]


def test_a_duty_whose_last_member_has_left_is_nobodys() -> None:
    duty = turns(Member("ana", until=date(2026, 1, 31)), Member("bruno", since=date(2026, 3, 4)))
    found = [duty.holder(paris(f"2026-{day} 12:00")) for day in ("01-31", "02-01", "03-03", "03-04", "03-20")]
    assert found == ["ana", None, None, "bruno", "bruno"]


# Layers


def test_the_first_layer_that_has_somebody_wins() -> None:
    days = Layer(turns("bruno", every="day", start=date(2026, 2, 1)), PARIS, (OFFICE,))
    base = Layer(turns("ana"), PARIS)
    duty = calendar(Rotation("duty", (days, base)))
    found = [holder(duty, f"2026-{at}") for at in ("01-20 12:00", "02-10 12:00", "02-10 19:00", "05-14 12:00")]
    assert found == ["ana", "bruno", "ana", "ana"]


def test_shifts_that_were_written_down_hold_beside_rules() -> None:
    fixed = FixedShifts((FixedShift("chloe", paris("2026-03-01 08:00"), paris("2026-03-02 08:00")),))
    duty = calendar(Rotation("duty", (Layer(fixed, PARIS), Layer(turns("ana"), PARIS))))
    assert [holder(duty, f"2026-03-0{at}") for at in ("1 07:59", "1 08:00", "2 07:59", "2 08:00")] == [
        "ana",
        "chloe",
        "chloe",
        "ana",
    ]


# What people agreed on


def test_an_override_comes_before_every_rule() -> None:
    override = Override("duty", "chloe", paris("2026-01-06 10:00"), paris("2026-01-06 12:00"))
    duty = calendar(rotation("ana", "bruno"), overrides=[override])
    assert [holder(duty, f"2026-01-06 {at}") for at in ("09:59", "10:00", "11:59", "12:00")] == [
        "ana",
        "chloe",
        "chloe",
        "ana",
    ]
    assert duty.holder("duty", paris("2026-01-06 11:00"))[1] is Why.OVERRIDE


def test_a_substitute_takes_whatever_the_other_would_have_even_in_a_circle() -> None:
    january = (paris("2026-01-01 00:00"), paris("2026-02-01 00:00"))
    duty = calendar(rotation("ana", "bruno"), replacements=[Replacement("ana", "chloe", *january)])
    assert duty.holder("duty", paris("2026-01-06 11:00")) == ("chloe", Why.REPLACEMENT)
    assert holder(duty, "2026-01-13 11:00") == "bruno"
    circle = [Replacement("ana", "bruno", *january), Replacement("bruno", "ana", *january)]
    assert holder(calendar(rotation("ana", "bruno"), replacements=circle), "2026-01-06 11:00") == "ana"


def test_time_off_leaves_the_duty_to_the_layer_below_or_shows_a_gap() -> None:
    off = TimeOff("ana", paris("2026-01-05 00:00"), paris("2026-01-10 00:00"))
    alone = calendar(rotation("ana", "bruno"), time_off=[off])
    assert alone.holder("duty", paris("2026-01-06 11:00")) == (None, Why.GAP)
    below = Rotation("duty", (Layer(turns("ana"), PARIS), Layer(turns("chloe"), PARIS)))
    assert holder(calendar(below, time_off=[off]), "2026-01-06 11:00") == "chloe"
    override = Override("duty", "ana", paris("2026-01-06 10:00"), paris("2026-01-06 12:00"))
    assert holder(calendar(below, time_off=[off], overrides=[override]), "2026-01-06 11:00") == "chloe"


def test_whoever_did_not_hand_over_stays() -> None:
    stay = Stay("duty", "ana", paris("2026-01-12 08:00"), paris("2026-01-12 08:25"))
    duty = calendar(rotation("ana", "bruno"), stays=[stay])
    assert [holder(duty, f"2026-01-12 {at}") for at in ("07:59", "08:24", "08:25")] == ["ana", "ana", "bruno"]


def test_a_gap_is_where_somebody_should_be() -> None:
    off = TimeOff("ana", paris("2026-01-06 12:00"), paris("2026-01-06 20:00"))
    duty = calendar(rotation("ana", only=(NIGHTS,)), time_off=[off])
    gaps = duty.gaps(paris("2026-01-05 00:00"), paris("2026-01-10 00:00"))
    assert [(gap.begins, gap.ends) for gap in gaps] == [(paris("2026-01-06 18:00"), paris("2026-01-06 20:00"))]


def test_hands_are_changed_only_from_one_person_to_another() -> None:
    duty = calendar(rotation("ana", "bruno", every="day"))
    found = list(duty.changes_hands("duty", paris("2026-01-06 12:00"), paris("2026-01-08 12:00")))
    assert found == [(paris("2026-01-07 08:00"), "bruno", "ana"), (paris("2026-01-08 08:00"), "ana", "bruno")]


def test_a_rotation_that_is_gone_is_nobodys() -> None:
    assert calendar().holder("duty", paris("2026-01-06 12:00")) == (None, Why.CLOSED)


# Anything at all

PEOPLE = "abcde"
BEGINNING = paris("2026-01-01 00:00")


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """A rotation of one to three layers of any kind, and exceptions of every kind."""
    layers = tuple(draw(st.lists(_layers(), min_size=1, max_size=3)))
    spans = [draw(_spans()) for _ in range(4)]
    who = [draw(st.sampled_from(PEOPLE)) for _ in range(5)]
    return calendar(
        Rotation("duty", layers),
        overrides=[Override("duty", who[0], *spans[0])],
        replacements=[Replacement(who[1], who[2], *spans[1])],
        time_off=[TimeOff(who[3], *spans[2])],
        stays=[Stay("duty", who[4], *spans[3])],
    )


@st.composite
def _spans(draw: st.DrawFn) -> tuple[datetime, datetime]:
    begins = BEGINNING + draw(st.integers(0, 400 * 24)) * timedelta(hours=1)
    return begins, begins + draw(st.integers(1, 500)) * timedelta(hours=1)


@st.composite
def _layers(draw: st.DrawFn) -> Layer:
    members = draw(st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=5, unique=True))
    dated = draw(st.booleans())
    joining = [
        Member(
            one,
            since=date(2026, 1, 1) + timedelta(days=draw(st.integers(0, 200))) if dated else None,
            until=date(2026, 9, 1) + timedelta(days=draw(st.integers(0, 200))) if dated else None,
        )
        for one in members
    ]
    every = draw(st.sampled_from(["day", "week", "month", "hour"]))
    days = tuple(sorted(draw(st.sets(st.integers(0, 6), min_size=1))))
    rule = turns(
        *joining,
        every=every,
        days=days,
        at=time(draw(st.sampled_from([0, 2, 8, 18])), draw(st.sampled_from([0, 30]))),
        monthday=draw(st.integers(1, 31)),
        start=date(2026, 1, 1) + timedelta(days=draw(st.integers(0, 60))),
    )
    only = draw(st.sampled_from([(), (), (NIGHTS,), (WEEKEND,), (OFFICE, WEEKEND)]))
    return Layer(rule, PARIS, only)


@settings(max_examples=40, deadline=None)
@given(calendars(), st.integers(0, 500), st.lists(st.integers(0, 8 * 24 * 60 - 1), min_size=40, max_size=40))
def test_stretches_say_the_same_as_asking_minute_by_minute(of: Calendar, day: int, minutes: list[int]) -> None:
    begins = BEGINNING + timedelta(days=day)
    ends = begins + timedelta(days=8)
    held = list(of.holdings("duty", begins, ends))
    assert (held[0].begins, held[-1].ends) == (begins, ends)
    assert all(one.ends == two.begins and one.begins < one.ends for one, two in pairwise(held))
    assert all((one.person, one.why) != (two.person, two.why) for one, two in pairwise(held))
    for at in (begins + minute * MINUTE for minute in minutes):
        [stretch] = [one for one in held if one.begins <= at < one.ends]
        assert (stretch.person, stretch.why) == of.holder("duty", at)


@settings(max_examples=60, deadline=None)
@given(calendars(), st.integers(0, 600 * 24 * 60))
def test_nobody_who_is_off_is_on_duty_and_a_gap_is_never_closed_hours(of: Calendar, minute: int) -> None:
    at = BEGINNING + minute * MINUTE
    person, why = of.holder("duty", at)
    assert (person is None) == (why in (Why.GAP, Why.CLOSED))
    if person is not None and why is not Why.STAY:
        assert not of.exceptions.is_off(person, at)
    assert (why is not Why.GAP) or of.rotations["duty"].is_open(at)
