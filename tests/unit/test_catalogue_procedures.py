"""A procedure with a mistake in it is refused, and its author is shown the line."""

from __future__ import annotations

import pytest

from routing.catalogue.loader import load
from tests.unit.catalogue_copy import TRIAL, TRIAL_ID, TRIAL_TEXT, CatalogueCopy

MISTAKES = {
    "a service that does not exist": ("service: circulation", "service: circulations", 20, "unknown service"),
    "a neighbour that does not exist": ("- voirie-nid-de-poule", "- voirie-nid", 12, "unknown procedure 'voirie-nid'"),
    "a condition against itself": ("unless: acknowledged", "if: night\n  unless: [danger, night]", 20, "contradictory"),
    "a first step that waits for an agent": ("after: 0", "after: 0\n  if: acknowledged", 15, "unreachable"),
    "a first step unless an agent has it": ("after: 0", "after: 0\n  unless: acknowledged", 15, "contradictory"),
    "nobody where there is no police": ("after: 0", "after: 0\n  if: commune-police", 14, "nobody is mobilised"),
    "an emergency without safety words": ("emergency_first: false", "emergency_first: true", 1, "Appelez le 112"),
    "an id of another family": ("family: voirie", "family: proprete", 1, "must begin with its family"),
    "a fact nobody knows": ("unless: acknowledged", "unless: [sunday]", 22, "steps.1.unless.0"),
    "a minute before the opening": ("after: 60", "after: -5", 21, "greater than or equal to 0"),
    "a minute in words": ("after: 60", "after: une heure", 21, "valid integer"),
    "a step more than a week later": ("after: 60", "after: 10081", 21, "less than or equal to 10080"),
    "a severity nobody knows": ("severity: urgent", "severity: grave", 6, "severity"),
    "a duty nobody knows": ("on_call: direction", "on_call: maire", 7, "on_call"),
    "a level nobody knows": ("level: metropole", "level: departement", 5, "level"),
    "a word instead of true or false": ("emergency_first: false", "emergency_first: peut-être", 8, "valid boolean"),
    "an unknown key": ("cue:", "colour: rouge\ncue:", 10, "colour"),
    "an unknown key of a step": ("  after: 60", "  afetr: 5\n  after: 60", 21, "afetr"),
    "a missing key": ("cue: Cette procédure n'existe que le temps d'un test.\n", "", 1, "cue: Field required"),
    "a checklist of one line": ("  - Noter ce qu'il a donné\n", "", 17, "at least 2"),
    "an id in capitals": ("id: voirie-essai", "id: Voirie-Essai", 1, "id"),
    "a label too long to be read aloud": ("un essai du catalogue", "un essai " * 11, 9, "at most 90"),
    "an empty title": ("title: Essai du catalogue", "title: '  '", 2, "at least 3"),
}


def test_the_procedure_of_the_tests_has_no_mistake(copied: CatalogueCopy) -> None:
    assert copied.problems() == []


def test_a_city_may_add_a_procedure_to_the_two_hundred(whole_copy: CatalogueCopy) -> None:
    assert whole_copy.problems() == []
    assert TRIAL_ID in load(whole_copy.folder).procedures


def test_one_mistake_among_two_hundred_procedures_is_shown_alone(whole_copy: CatalogueCopy) -> None:
    whole_copy.swap(TRIAL, "- voirie-nid-de-poule", "- voirie-nid")
    whole_copy.refused(TRIAL, 12, "unknown procedure 'voirie-nid'")


@pytest.mark.parametrize(("right", "wrong", "line", "gist"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_shown_on_its_line(copied: CatalogueCopy, right: str, wrong: str, line: int, gist: str) -> None:
    copied.swap(TRIAL, right, wrong)
    copied.refused(TRIAL, line, gist)


def test_a_lead_that_does_not_exist_is_refused_and_leads_nothing(copied: CatalogueCopy) -> None:
    copied.swap(TRIAL, "lead: voirie", "lead: voierie")
    unknown, absent = sorted(copied.problems(), key=lambda problem: problem.line)
    assert (unknown.file, unknown.line) == (TRIAL, 4)
    assert "unknown service 'voierie'; it is not in services.yaml" in unknown.words
    assert (absent.file, absent.line) == (TRIAL, 14)
    assert "the lead 'voierie' must be mobilised at minute 0" in absent.words


def test_the_lead_cannot_come_later(copied: CatalogueCopy) -> None:
    copied.swap(TRIAL, "lead: voirie", "lead: circulation")
    copied.refused(TRIAL, 14, "the lead 'circulation' must be mobilised at minute 0")


def test_a_service_for_each_case_is_enough(copied: CatalogueCopy) -> None:
    """Municipal police where there is one, the roads elsewhere: somebody comes everywhere."""
    other = "- service: police-municipale\n  after: 0\n  if: commune-police\n  do:\n  - Aller voir\n  - Dire quoi\n"
    copied.swap(TRIAL, "after: 0", "after: 0\n  unless: commune-police")
    copied.swap(TRIAL, "- service: circulation", other + "- service: circulation")
    assert copied.problems() == []


def test_an_emergency_must_say_112_before_anything_else(copied: CatalogueCopy) -> None:
    copied.swap(TRIAL, "emergency_first: false", "emergency_first: true")
    copied.swap(TRIAL, "advice: Restez à distance.", "advice: Restez à distance. Appelez le 112.")
    copied.refused(TRIAL, 1, "begins with “Appelez le 112”")
    copied.swap(TRIAL, "advice: Restez à distance. Appelez le 112.", "advice: Appelez le 112. Restez à distance.")
    assert copied.problems() == []


def test_an_emergency_without_any_advice_is_refused(copied: CatalogueCopy) -> None:
    copied.swap(TRIAL, "emergency_first: false", "emergency_first: true")
    copied.swap(TRIAL, "advice: Restez à distance.\n", "")
    copied.refused(TRIAL, 1, "Appelez le 112")


def test_the_same_checklist_is_not_handed_out_twice(copied: CatalogueCopy) -> None:
    again = "- service: voirie\n  after: 30\n  do:\n  - Regarder ce que donne l'essai\n  - Noter ce qu'il a donné\n"
    copied.swap(TRIAL, "- service: circulation", again + "- service: circulation")
    copied.refused(TRIAL, 14, "'voirie' is given the same checklist twice")


def test_a_service_is_not_mobilised_twice_at_one_minute(copied: CatalogueCopy) -> None:
    again = "- service: voirie\n  after: 0\n  do:\n  - Faire autre chose\n  - Puis encore autre chose\n"
    copied.swap(TRIAL, "- service: circulation", again + "- service: circulation")
    copied.refused(TRIAL, 14, "'voirie' is mobilised twice at the same minute")


def test_a_service_may_come_back_later_with_another_checklist(copied: CatalogueCopy) -> None:
    later = "- service: voirie\n  after: 30\n  do:\n  - Faire autre chose\n  - Puis encore autre chose\n"
    copied.swap(TRIAL, "- service: circulation", later + "- service: circulation")
    assert copied.problems() == []


def test_a_service_may_be_mobilised_and_have_a_copy(copied: CatalogueCopy) -> None:
    copy = "- service: voirie\n  after: 0\n  copy: true\n  do:\n  - Lire pour information\n  - Classer la copie\n"
    copied.swap(TRIAL, "- service: circulation", copy + "- service: circulation")
    assert copied.problems() == []


def test_a_copy_for_information_mobilises_nobody(copied: CatalogueCopy) -> None:
    copied.swap(TRIAL, "after: 0", "after: 0\n  copy: true")
    problems = copied.problems()
    assert {(problem.file, problem.line) for problem in problems} == {(TRIAL, 14)}


def test_two_procedures_cannot_share_an_id(copied: CatalogueCopy) -> None:
    copied.write("procedures/voirie/voirie-essai2.yaml", TRIAL_TEXT)
    copied.refused("procedures/voirie/voirie-essai2.yaml", 1, f"duplicate id 'voirie-essai', already in {TRIAL}")


@pytest.mark.parametrize("place", ["procedures/proprete/voirie-essai.yaml", "procedures/voirie/voirie-autre.yaml"])
def test_a_procedure_in_the_wrong_place_is_shown_the_right_one(copied: CatalogueCopy, place: str) -> None:
    copied.move(TRIAL, place)
    copied.refused(place, 1, f"the file belongs at {TRIAL}")


@pytest.mark.parametrize("place", ["procedures/voirie/voirie-essai.yml", "procedures/voirie-essai.yaml"])
def test_a_procedure_nobody_would_read_is_refused(copied: CatalogueCopy, place: str) -> None:
    copied.move(TRIAL, place)
    assert [problem.file for problem in copied.problems()] == [place]


def test_every_mistake_of_every_file_is_named_at_once(whole_copy: CatalogueCopy) -> None:
    whole_copy.swap(TRIAL, "- voirie-nid-de-poule", "- voirie-inconnue")
    whole_copy.swap(TRIAL, "service: circulation", "service: inconnu")
    count = whole_copy.swap("communes.yaml", "count: 23", "count: 24")
    found = {(problem.file, problem.line) for problem in whole_copy.problems()}
    assert found == {(TRIAL, 12), (TRIAL, 20), ("communes.yaml", count)}
