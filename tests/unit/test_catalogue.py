"""The two hundred procedures as they are: whatever happens, somebody comes, and danger speaks first."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from itertools import product

from routing.catalogue.schema import EMERGENCY_OPENING
from routing.domain.incident import facts_of
from routing.domain.procedure import Catalogue, Fallback, OnCall, Procedure, Severity
from tests.unit.duty import PARIS, paris

NOW = timedelta()
DAY, NIGHT = paris("2026-01-15 15:00"), paris("2026-01-15 23:00")


def plans(catalogue: Catalogue) -> list[Procedure]:
    """Procedures, and what stands in for them."""
    return [*catalogue.procedures.values(), *catalogue.fallbacks.values()]


def test_two_hundred_procedures_thirty_services_and_twenty_three_communes(catalogue: Catalogue) -> None:
    assert (len(catalogue.services), len(catalogue.communes)) == (30, 23)
    assert len(catalogue.procedures) >= 200
    assert set(catalogue.fallbacks) == set(Fallback)


def test_an_emergency_says_112_in_its_first_words(catalogue: Catalogue) -> None:
    emergencies = [procedure for procedure in catalogue.procedures.values() if procedure.emergency_first]
    assert emergencies
    assert [item.id for item in emergencies if not (item.advice or "").startswith(EMERGENCY_OPENING)] == []
    assert EMERGENCY_OPENING == "Appelez le 112"


def test_somebody_is_mobilised_at_once_in_every_commune_by_day_and_by_night(catalogue: Catalogue) -> None:
    places = [None, *catalogue.communes.values()]
    facts = {
        facts_of(acknowledged=False, danger=danger, commune=commune, at=at, zone=PARIS)
        for commune, danger, at in product(places, [False, True], [DAY, NIGHT])
    }
    alone = [
        (plan.id, held)
        for plan, held in product(plans(catalogue), facts)
        if not any(step.after == NOW and not step.copy and step.condition.holds(held) for step in plan.steps)
    ]
    assert alone == []


def test_the_lead_is_there_from_the_first_minute(catalogue: Catalogue) -> None:
    late = [
        plan.id
        for plan in plans(catalogue)
        if plan.lead not in {step.service for step in plan.steps if step.after == NOW}
    ]
    assert late == []


def test_a_line_of_a_checklist_belongs_to_one_procedure(catalogue: Catalogue) -> None:
    owners = defaultdict(set)
    for procedure in catalogue.procedures.values():
        for step in procedure.steps:
            for line in step.checklist:
                owners[line.casefold().strip(" .")].add(procedure.id)
    assert {line: found for line, found in owners.items() if len(found) > 1} == {}


def test_what_is_critical_pages_at_once_whatever_duty_it_engages(catalogue: Catalogue) -> None:
    assert {catalogue.paging[Severity.CRITICAL, duty] for duty in OnCall} == {NOW}
    critical = [item for item in catalogue.procedures.values() if item.severity is Severity.CRITICAL]
    assert critical
    assert all(catalogue.paging[item.severity, item.on_call] == NOW for item in critical)


def test_the_graver_the_sooner_and_the_higher_the_duty_the_sooner(catalogue: Catalogue) -> None:
    never = timedelta(days=999)
    delay = {key: never if found is None else found for key, found in catalogue.paging.items()}
    for severity, duty in product(Severity, OnCall):
        graver = [other for other in Severity if other.rank >= severity.rank]
        assert all(delay[other, duty] <= delay[severity, duty] for other in graver)
    for severity in Severity:
        assert delay[severity, OnCall.METROPOLIS] <= delay[severity, OnCall.DIRECTION] <= delay[severity, OnCall.NONE]


def test_what_nothing_foresees_wakes_the_duty_officer_at_once(catalogue: Catalogue) -> None:
    plan = catalogue.fallbacks[Fallback.UNFORESEEN]
    assert (plan.lead, plan.on_call) == ("astreinte", OnCall.METROPOLIS)
    assert catalogue.paging[plan.severity, plan.on_call] == NOW


def test_a_citizen_can_tell_the_possibilities_of_a_question_apart(catalogue: Catalogue) -> None:
    for attribute in ("label", "title"):
        said = [getattr(procedure, attribute).casefold() for procedure in catalogue.procedures.values()]
        assert len(set(said)) == len(said), attribute


def test_a_procedure_knows_its_neighbours_and_is_not_one_of_them(catalogue: Catalogue) -> None:
    for procedure in catalogue.procedures.values():
        assert set(procedure.neighbours) <= set(catalogue.procedures) - {procedure.id}, procedure.id
        assert len(set(procedure.neighbours)) == len(procedure.neighbours), procedure.id


def test_every_service_is_of_use(catalogue: Catalogue) -> None:
    mobilised = {step.service for plan in plans(catalogue) for step in plan.steps}
    assert mobilised == set(catalogue.services)


def test_steps_come_in_the_order_of_their_minutes(catalogue: Catalogue) -> None:
    for plan in plans(catalogue):
        assert [step.after for step in plan.steps] == sorted(step.after for step in plan.steps), plan.id


def test_communes_are_around_dijon(catalogue: Catalogue) -> None:
    assert all(name == commune.name for name, commune in catalogue.communes.items())
    assert all(item.insee.startswith("21") and item.postal.startswith("21") for item in catalogue.communes.values())
    assert all(47.2 < item.lat < 47.4 and 4.9 < item.lon < 5.2 for item in catalogue.communes.values())
