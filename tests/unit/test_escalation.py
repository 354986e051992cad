"""An incident nobody takes climbs the levels, and only a person ends it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from routing.domain.escalation import RETRY_EMPTY, ROUND_PAUSE, Move, Standing, decide
from routing.domain.oncall import Policy, Roster
from tests.unit.duty import level, paris, roster, rotation

START = paris("2026-03-28 23:50")  # ten minutes before midnight, the night the clocks go forward
NEVER = date(2090, 1, 1)
TARGETS = ("person:ana", "person:bruno", "rotation:duty", "rotation:later", "rotation:gone", "person:gone")


def climb(duty: Roster, moves: int, service: str = "voirie") -> list[tuple[float, Move]]:
    """The first moves when nobody answers, each with the seconds since the start."""
    standing, now, found = Standing(START), START, []
    for _ in range(moves):
        move = decide(duty.policy_for(service), standing, duty, now)
        found.append(((now - START).total_seconds(), move))
        standing, now = move.next, move.next_at
    return found


def told(duty: Roster, moves: int, service: str = "voirie") -> list[tuple[float, str]]:
    """The same as (seconds, who is rung)."""
    return [(at, " ".join(one.id for one in move.people)) for at, move in climb(duty, moves, service)]


def test_each_level_is_rung_at_its_time_until_somebody_answers() -> None:
    duty = roster(level(0, "person:ana"), level(120, "person:bruno"), level(300, "person:chloe"))
    assert told(duty, 3) == [(0, "ana"), (120, "bruno"), (300, "chloe")]


def test_a_first_level_with_a_delay_rings_nobody_before_it() -> None:
    duty = roster(level(60, "person:ana"), level(120, "person:bruno"))
    assert told(duty, 4) == [(0, ""), (60, "ana"), (120, "bruno"), (420, "")]


def test_several_people_of_a_level_are_rung_together() -> None:
    assert told(roster(level(0, "person:bruno", "person:ana")), 1) == [(0, "bruno ana")]


def test_a_level_without_anybody_is_skipped_at_once() -> None:
    duty = roster(level(0, "rotation:gone"), level(120, "person:bruno"), level(300, "person:chloe"))
    assert told(duty, 2) == [(0, "bruno"), (180, "chloe")]


def test_after_the_last_level_a_new_round_brings_the_metropolis_duty_and_an_alarm() -> None:
    duty = roster(level(0, "person:ana"), level(120, "person:bruno"), chief="chloe")
    second = 120 + ROUND_PAUSE.total_seconds()
    assert told(duty, 4) == [(0, "ana"), (120, "bruno"), (second, "ana chloe"), (second + 120, "bruno")]
    moves = [move for _, move in climb(duty, 4)]
    assert [move.round for move in moves] == [1, 1, 2, 2]
    assert [bool(move.alarm) for move in moves] == [False, False, True, False]


def test_the_metropolis_duty_replaces_an_empty_first_level_from_the_second_round_on() -> None:
    duty = roster(level(0, "rotation:gone"), level(120, "person:bruno"), chief="chloe")
    assert told(duty, 3) == [(0, "bruno"), (300, "chloe"), (420, "bruno")]


def test_somebody_on_the_level_and_on_the_metropolis_duty_is_rung_once() -> None:
    duty = roster(level(0, "person:ana"), chief="ana")
    assert told(duty, 2) == [(0, "ana"), (300, "ana")]


def test_a_policy_that_does_not_repeat_ends_on_the_metropolis_duty() -> None:
    duty = roster(level(0, "person:ana"), level(120, "person:bruno"), repeat=False, chief="chloe")
    assert told(duty, 3) == [(0, "ana"), (120, "bruno"), (420, "chloe")]
    _, last = climb(duty, 3)[-1]
    assert last.alarm == "personne n'a pris l'incident"


def test_levels_that_reach_nobody_go_straight_to_the_metropolis_duty() -> None:
    duty = roster(level(0, "rotation:gone"), level(120, "person:gone"), chief="chloe")
    [(at, move)] = climb(duty, 1)
    assert (at, [one.id for one in move.people]) == (0, ["chloe"])
    assert move.alarm == "personne n'a pris l'incident"
    assert move.next_at == START + ROUND_PAUSE


def test_when_nobody_at_all_is_on_call_the_room_is_told_every_minute() -> None:
    moves = climb(roster(level(0, "rotation:gone")), 3)
    assert [at for at, _ in moves] == [0, 60, 120]
    assert all(not move.people and move.alarm and "appelez le chef de salle" in move.alarm for _, move in moves)
    assert moves[0][1].next_at == START + RETRY_EMPTY


def test_an_empty_roster_still_raises_the_alarm() -> None:
    move = decide(None, Standing(START), Roster(), START)
    assert move.alarm
    assert move.next_at > START


def test_levels_removed_while_somebody_climbs_do_not_stop_the_climb() -> None:
    duty = roster(level(0, "person:ana"), chief="chloe")
    move = decide(duty.policies["technique"], Standing(START, level=4), duty, START)
    assert [one.id for one in move.people] == ["chloe"]


def test_whoever_is_on_duty_at_the_moment_of_the_page_is_rung() -> None:
    """The page that falls after eight reaches the one who just took over."""
    duty = roster(level(0, "rotation:duty"), rotations=(rotation("ana", "bruno", every="day"),))
    policy = duty.policy_for("voirie")
    before, after = paris("2026-03-29 07:59"), paris("2026-03-29 08:00")
    moves = [decide(policy, Standing(before), duty, now) for now in (before, after)]
    assert moves[0].people != moves[1].people


def test_the_room_sees_an_alarm_in_the_second_round_whichever_level_is_first() -> None:
    duty = roster(level(0, "rotation:later"), level(120, "person:bruno"), rotations=(rotation("ana", start=NEVER),))
    assert told(duty, 2) == [(0, "bruno"), (300, "bruno")]
    assert climb(duty, 2)[1][1].alarm


@st.composite
def rosters(draw: st.DrawFn) -> Roster:
    """Any policy, with dead targets and rotations that have not begun."""
    pauses = draw(st.lists(st.integers(1, 3600), max_size=4))
    afters = [sum(pauses[:index]) for index in range(len(pauses) + 1)]
    levels = [level(after, *draw(st.lists(st.sampled_from(TARGETS), max_size=3))) for after in afters]
    begun, later = rotation("ana", "bruno", every="hour"), rotation("chloe", start=NEVER, id_="later")
    rotations = draw(st.sampled_from([(), (begun,), (later,), (begun, later)]))
    chief = draw(st.sampled_from(["", "chloe", "gone"]))
    return roster(*levels, rotations=rotations, repeat=draw(st.booleans()), chief=chief)


@given(rosters(), st.sampled_from(["voirie", "proprete", "astreinte"]))
def test_an_escalation_always_rings_somebody_or_raises_the_alarm_and_never_ends(duty: Roster, service: str) -> None:
    policy = duty.policy_for(service) or Policy("none", ())
    longest = max([ROUND_PAUSE, *(step.after for step in policy.levels)])
    moves = climb(duty, 25, service)
    for at, move in moves:
        now = START + timedelta(seconds=at)
        assert move.people or move.alarm
        assert len(set(move.people)) == len(move.people)
        assert now < move.next_at <= now + longest
        assert move.next.round - move.round in (0, 1)
    assert moves[-1][1].round > 1


@given(rosters())
def test_whoever_a_policy_can_reach_is_rung_within_one_round(duty: Roster) -> None:
    policy = duty.policies["technique"]
    reachable = {one for step in policy.levels for one in _surely(duty, step.targets, START)}
    rung = {one for _, move in climb(duty, len(policy.levels)) if move.round == 1 for one in move.people}
    assert reachable <= rung


def _surely(duty: Roster, targets: tuple[str, ...], at: datetime) -> list[object]:
    """Persons named directly: they do not change while the round goes on."""
    return list(duty.people_for(tuple(target for target in targets if target.startswith("person:")), at))
