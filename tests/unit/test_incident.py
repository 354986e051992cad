"""What is true of an incident at a given moment, and how grave it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.domain.incident import facts_of, is_night
from routing.domain.procedure import Commune, Fact, Severity
from tests.unit.duty import PARIS, paris
from tests.unit.small_city import CITY, HOLE

TALANT = Commune("21617", "Talant", "21240", 47.3391, 4.9975, 11896, police=True)
DAIX = Commune("21223", "Daix", "21121", 47.3604, 4.9691, 1515, police=False)
SEVERITIES = st.sampled_from(Severity)


@pytest.mark.parametrize(
    ("clock", "night"),
    [("19:59", False), ("20:00", True), ("23:59", True), ("00:00", True), ("06:59", True), ("07:00", False)],
)
@pytest.mark.parametrize("day", ["2026-01-15", "2026-07-15", "2026-03-29", "2026-10-25"])
def test_night_is_from_eight_in_the_evening_to_seven_on_the_wall_clock(day: str, clock: str, night: bool) -> None:
    assert is_night(paris(f"{day} {clock}"), PARIS) is night


def test_nothing_is_true_of_a_quiet_afternoon() -> None:
    afternoon = paris("2026-01-15 15:00")
    assert facts_of(acknowledged=False, danger=False, commune=DAIX, at=afternoon, zone=PARIS) == frozenset()


def test_everything_may_be_true_at_once() -> None:
    evening = paris("2026-01-15 21:00")
    assert facts_of(acknowledged=True, danger=True, commune=TALANT, at=evening, zone=PARIS) == frozenset(Fact)


def test_an_unknown_commune_counts_as_having_no_police() -> None:
    found = facts_of(acknowledged=True, danger=False, commune=None, at=paris("2026-01-15 15:00"), zone=PARIS)
    assert found == frozenset({Fact.ACKNOWLEDGED})


def test_severities_are_ranked_from_a_question_to_a_life() -> None:
    assert [severity.rank for severity in Severity] == [0, 1, 2, 3]
    assert Severity("critique").rank == 3


@given(SEVERITIES, SEVERITIES)
def test_context_raises_a_severity_and_never_lowers_it(one: Severity, other: Severity) -> None:
    assert one.at_least(other) is other.at_least(one)
    assert one.at_least(other).rank == max(one.rank, other.rank)


def test_a_procedure_that_left_the_catalogue_is_nobodys() -> None:
    assert CITY.procedure(HOLE.id) is HOLE
    assert CITY.procedure("une-procedure-retiree") is None
    assert CITY.procedure("") is None
    assert CITY.procedure(None) is None
