"""When a step applies, and when it never will."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from routing.domain.procedure import CHANGING_FACTS, Condition, Fact

FACTS = st.frozensets(st.sampled_from(Fact))
CHANGES = [frozenset(chosen) for size in range(4) for chosen in combinations(sorted(CHANGING_FACTS), size)]


def condition(*needs: Fact, unless: tuple[Fact, ...] = ()) -> Condition:
    """As a step writes it: ``if`` and ``unless``."""
    return Condition(frozenset(needs), frozenset(unless))


@given(FACTS)
def test_a_step_without_condition_always_applies(facts: frozenset[Fact]) -> None:
    assert condition().holds(facts)
    assert not condition().excluded_by_what_never_changes(facts)


def test_every_need_must_hold() -> None:
    both = condition(Fact.NIGHT, Fact.DANGER)
    assert both.holds(frozenset({Fact.NIGHT, Fact.DANGER, Fact.ACKNOWLEDGED}))
    assert not both.holds(frozenset({Fact.NIGHT}))


def test_one_refusal_is_enough() -> None:
    step = condition(unless=(Fact.ACKNOWLEDGED, Fact.NIGHT))
    assert step.holds(frozenset({Fact.DANGER}))
    assert not step.holds(frozenset({Fact.NIGHT}))


def test_support_is_kept_in_case_the_incident_turns_dangerous() -> None:
    assert not condition(Fact.DANGER).excluded_by_what_never_changes(frozenset())
    assert not condition(unless=(Fact.NIGHT,)).excluded_by_what_never_changes(frozenset({Fact.NIGHT}))


def test_a_commune_does_not_get_a_police_force_in_an_hour() -> None:
    police, none = frozenset({Fact.COMMUNE_POLICE}), frozenset[Fact]()
    assert condition(Fact.COMMUNE_POLICE).excluded_by_what_never_changes(none)
    assert not condition(Fact.COMMUNE_POLICE).excluded_by_what_never_changes(police)
    assert condition(unless=(Fact.COMMUNE_POLICE,)).excluded_by_what_never_changes(police)
    assert not condition(unless=(Fact.COMMUNE_POLICE,)).excluded_by_what_never_changes(none)


@given(FACTS, FACTS, FACTS)
def test_a_step_is_dropped_exactly_when_nothing_to_come_can_make_it_apply(
    needs: frozenset[Fact], refuses: frozenset[Fact], now: frozenset[Fact]
) -> None:
    step = Condition(needs, refuses - needs)
    to_come = [(now - CHANGING_FACTS) | changed for changed in CHANGES]
    assert step.excluded_by_what_never_changes(now) is not any(step.holds(facts) for facts in to_come)
