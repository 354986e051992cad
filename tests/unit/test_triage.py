"""From what was understood to what is opened: sure, doubtful, unforeseen, dangerous."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from routing.domain.procedure import Procedure, Severity
from routing.domain.triage import EMERGENCY_FROM, HINTS, Verdict, advice_for, judge
from routing.domain.understanding import Candidate, Danger, Decision, Understanding
from tests.unit.small_city import BIRTH, CITY, FIRE, FLOOD, GAS, HOLE, OUT_OF_SCOPE, TO_CONFIRM, UNFORESEEN, read

ASK, ROUTE = Decision.ASK, Decision.ROUTE


def verdict(understood: Understanding, *, can_ask: bool = True) -> Verdict:
    """The verdict of the small city."""
    return judge(understood, CITY, can_ask=can_ask)


def test_a_sure_message_opens_its_procedure() -> None:
    assert verdict(read(ROUTE, (HOLE, 0.93), (FIRE, 0.04))) == Verdict(HOLE, HOLE.id, Severity.NORMAL, ROUTE)


def test_a_doubtful_message_is_asked_about_and_waits_with_an_agent() -> None:
    found = verdict(read(ASK, (HOLE, 0.5), (BIRTH, 0.4), (FIRE, 0.06)))
    assert found.ask == (HOLE.id, BIRTH.id, FIRE.id)
    assert (found.plan, found.procedure, found.decision) == (TO_CONFIRM, None, ASK)


def test_the_citizen_is_not_asked_about_what_is_hardly_possible() -> None:
    assert verdict(read(ASK, (HOLE, 0.6), (BIRTH, 0.3), (FIRE, 0.04))).ask == (HOLE.id, BIRTH.id)


def test_the_citizen_chooses_among_three_at_most() -> None:
    found = verdict(read(ASK, (HOLE, 0.3), (BIRTH, 0.3), (FLOOD, 0.2), (FIRE, 0.2)))
    assert found.ask == (HOLE.id, BIRTH.id, FLOOD.id)


def test_where_no_question_can_be_put_an_agent_decides_at_once() -> None:
    found = verdict(read(ASK, (HOLE, 0.5), (BIRTH, 0.4)), can_ask=False)
    assert (found.plan, found.ask) == (TO_CONFIRM, ())


def test_a_doubt_that_may_be_grave_is_as_grave() -> None:
    assert verdict(read(ASK, (BIRTH, 0.5), (FIRE, 0.2))).severity is Severity.CRITICAL
    assert verdict(read(ASK, (BIRTH, 0.5), (FLOOD, 0.2))).severity is Severity.URGENT


def test_a_remote_possibility_does_not_make_a_doubt_grave() -> None:
    assert verdict(read(ASK, (BIRTH, 0.5), (FIRE, 0.14))).severity is Severity.NORMAL


def test_a_doubt_is_never_less_grave_than_a_message_to_confirm() -> None:
    assert verdict(read(ASK, (BIRTH, 0.9))).severity is TO_CONFIRM.severity


def test_what_nothing_foresees_goes_to_the_duty_officer() -> None:
    found = verdict(read(Decision.UNFORESEEN, (HOLE, 0.2), (BIRTH, 0.2)))
    assert found == Verdict(UNFORESEEN, None, Severity.URGENT, Decision.UNFORESEEN)


def test_what_is_no_business_of_the_city_is_still_read_by_a_person() -> None:
    found = verdict(read(Decision.OUT_OF_SCOPE, (BIRTH, 0.1)))
    assert found == Verdict(OUT_OF_SCOPE, None, Severity.INFO, Decision.OUT_OF_SCOPE)


@pytest.mark.parametrize("decision", [ROUTE, ASK])
def test_a_message_without_any_candidate_goes_to_the_duty_officer(decision: Decision) -> None:
    assert verdict(read(decision)).plan is UNFORESEEN
    assert verdict(read(decision, ("une-procedure-retiree", 0.9))).plan is UNFORESEEN


def test_a_danger_opens_at_once_as_gravely_as_possible() -> None:
    found = verdict(read(ROUTE, (HOLE, 0.93), danger=GAS))
    assert found == Verdict(HOLE, HOLE.id, Severity.CRITICAL, ROUTE)


def test_a_doubtful_danger_opens_the_likeliest_emergency() -> None:
    found = verdict(read(ASK, (HOLE, 0.5), (FLOOD, 0.2), (FIRE, 0.16), danger=GAS))
    assert found == Verdict(FLOOD, FLOOD.id, Severity.CRITICAL, ROUTE)


def test_a_danger_nothing_foresees_goes_to_a_person_at_once() -> None:
    found = verdict(read(ASK, (HOLE, 0.5), (FIRE, 0.1), danger=GAS))
    assert found == Verdict(UNFORESEEN, None, Severity.CRITICAL, Decision.UNFORESEEN)


@pytest.mark.parametrize("decision", [Decision.UNFORESEEN, Decision.OUT_OF_SCOPE])
def test_a_danger_is_never_out_of_scope(decision: Decision) -> None:
    found = verdict(read(decision, danger=GAS))
    assert (found.plan, found.severity) == (UNFORESEEN, Severity.CRITICAL)


@pytest.mark.parametrize("danger", [None, GAS])
def test_a_sure_message_whose_procedure_left_the_catalogue_goes_to_a_person(danger: Danger | None) -> None:
    found = verdict(read(ROUTE, ("une-procedure-retiree", 0.95), (HOLE, 0.02), danger=danger))
    assert found.plan is UNFORESEEN


def test_a_likely_emergency_speaks_before_anything_is_asked() -> None:
    assert advice_for(read(ASK, (HOLE, 0.5), (FIRE, 0.15)), CITY) == FIRE.advice
    assert advice_for(read(ASK, (FLOOD, 0.3), (FIRE, 0.3)), CITY) == FLOOD.advice


@pytest.mark.parametrize(
    "ranking",
    [[(HOLE, 0.9)], [(HOLE, 0.5), (FIRE, 0.14)], [(HOLE, 0.3), (BIRTH, 0.3), (HOLE, 0.2), (FIRE, 0.2)], []],
)
def test_without_a_likely_emergency_nothing_is_said(ranking: list[tuple[Procedure | str, float]]) -> None:
    assert advice_for(read(ASK, *ranking), CITY) is None


def test_procedures_that_left_the_catalogue_do_not_silence_the_safety_words() -> None:
    understood = read(ASK, ("retiree-une", 0.3), ("retiree-deux", 0.2), (HOLE, 0.2), (FIRE, 0.2))
    assert verdict(understood).severity is Severity.CRITICAL
    assert advice_for(understood, CITY) == FIRE.advice


def test_what_was_meant_is_told_apart_from_what_is_merely_close() -> None:
    assert read(ROUTE, (HOLE, 0.9)).procedure == HOLE.id
    assert read(ASK, (HOLE, 0.4)).procedure == HOLE.id
    assert read(ROUTE).procedure is None
    assert read(Decision.UNFORESEEN, (HOLE, 0.2)).procedure is None
    assert read(Decision.OUT_OF_SCOPE, (HOLE, 0.2)).procedure is None


IDS = st.sampled_from([*CITY.procedures, "une-procedure-retiree"])
CANDIDATES = st.lists(st.builds(Candidate, IDS, st.floats(0, 1)), max_size=5, unique_by=lambda item: item.procedure)


@st.composite
def understood_messages(draw: st.DrawFn) -> Understanding:
    """Anything a classifier may say."""
    ranking = tuple(sorted(draw(CANDIDATES), key=lambda item: -item.probability))
    danger = draw(st.sampled_from([None, GAS]))
    return Understanding(draw(st.sampled_from(Decision)), 0.5, ranking, danger)


@given(understood_messages(), st.booleans())
def test_whatever_was_understood_somebody_is_mobilised(message: Understanding, can_ask: bool) -> None:
    found = verdict(message, can_ask=can_ask)
    assert found.plan.steps
    assert found.procedure is None or CITY.procedures[found.procedure] is found.plan
    assert found.severity.rank >= found.plan.severity.rank


@given(understood_messages(), st.booleans())
def test_danger_is_never_asked_about(message: Understanding, can_ask: bool) -> None:
    found = verdict(message, can_ask=can_ask)
    if message.danger:
        assert found.severity is Severity.CRITICAL
        assert found.decision is not ASK
    if found.ask:
        assert can_ask
        assert message.danger is None
        assert found.decision is ASK
        assert set(found.ask) <= set(CITY.procedures)


@given(understood_messages())
def test_safety_words_are_said_exactly_when_an_emergency_is_likely(message: Understanding) -> None:
    assume(all(item.procedure in CITY.procedures for item in message.ranking))
    emergencies = (item for item in message.ranking[:HINTS] if item.procedure in (FIRE.id, FLOOD.id))
    likely = [item.procedure for item in emergencies if item.probability >= EMERGENCY_FROM]
    assert advice_for(message, CITY) == (CITY.procedures[likely[0]].advice if likely else None)
