"""A year of on-call is played in advance by the real decisions."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from routing.domain.oncall import Exceptions, Override, Why
from routing.domain.oncall.fairness import loads, short_rests, spread
from routing.domain.rehearsal import Called, Happening, Rehearsal
from tests.unit.duty import PARIS, level, paris, roster, rotation

DUTY = roster(level(0, "rotation:duty"), level(120, "person:chloe"), rotations=(rotation("ana", "bruno", every="day"),))


def played(at: str, *, answering: float = 1.0, delay: int = 0, taken: int | None = None) -> list[Called]:
    """The calls for one incident; ``delay`` and ``taken`` in seconds after it."""
    moment = paris(at)
    taken_at = None if taken is None else moment + timedelta(seconds=taken)
    happening = Happening(moment, "voirie", timedelta(seconds=delay), "voirie-affaissement", taken_at)
    return list(Rehearsal(DUTY, PARIS, answering).play([happening]))


def test_whoever_is_on_duty_is_called_at_once_and_answers() -> None:
    [call] = played("2026-01-06 03:00")
    assert (call.person, call.level, call.because, call.why) == ("ana", 1, "rotation:duty", Why.TURN)
    assert call.woken
    assert call.answered


def test_nobody_answers_and_the_levels_are_called_in_turn_for_ever() -> None:
    calls = played("2026-01-06 12:00", answering=0.0)
    assert [(call.person, (call.at - calls[0].at).total_seconds()) for call in calls[:3]] == [
        ("bruno", 0),
        ("chloe", 120),
        ("bruno", 420),
    ]
    assert len(calls) > 50
    assert not any(call.woken for call in calls[:10])


def test_what_the_department_takes_in_time_calls_nobody() -> None:
    assert played("2026-01-06 12:00", delay=900, taken=600) == []
    assert [call.person for call in played("2026-01-06 12:00", delay=900, taken=1000, answering=0.0)] == ["bruno"]


@pytest.mark.parametrize(("day", "weight"), [("2026-01-07", 1), ("2026-01-10", 3), ("2026-05-14", 4)])
def test_a_night_a_week_end_and_a_holiday_weigh_more(day: str, weight: int) -> None:
    """From eight until eight the next day: a day and a night."""
    begins, ends = paris(f"{day} 08:00"), paris(f"{day} 08:00") + timedelta(days=1)
    held = DUTY.calendar.holdings("duty", begins, ends)
    heaviest, *others = loads(held, ("ana", "bruno"), PARIS)
    assert heaviest.weight == weight
    assert [other.weight for other in others] == [0]
    assert spread([heaviest, *others]) == 2.0


def test_even_turns_are_evenly_spread_over_twelve_weeks() -> None:
    duty = roster(rotations=(rotation("ana", "bruno", "chloe", start=date(2026, 1, 5)),))
    carried = loads(duty.calendar.all_holdings(paris("2026-01-12 08:00"), paris("2026-03-30 08:00")), (), PARIS)
    assert [load.nights for load in carried] == [28, 28, 21]
    assert spread([]) == 0.0


def test_less_than_eleven_hours_between_two_duties_is_found() -> None:
    nights = rotation("ana", "bruno", every="day", id_="nights")
    evening = Override("nights", "bruno", paris("2026-01-05 18:00"), paris("2026-01-05 22:00"))
    duty = roster(rotations=(nights,))
    held = list(duty.calendar.all_holdings(paris("2026-01-05 08:00"), paris("2026-01-07 08:00")))
    assert short_rests(held) == []
    changed = type(duty)(duty.people, duty.rotations, duty.policies, duty.services, Exceptions.of([evening]))
    found = short_rests(changed.calendar.all_holdings(paris("2026-01-05 08:00"), paris("2026-01-07 08:00")))
    assert [(person, begun - ended) for person, ended, begun in found] == [
        ("ana", timedelta(hours=4)),
        ("bruno", timedelta(hours=10)),
    ]
