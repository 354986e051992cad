"""Services, communes, paging, policies and fallbacks: what contradicts anything is refused at its line."""

from __future__ import annotations

import shutil

import pytest

from tests.unit.catalogue_copy import TRIAL, CatalogueCopy

SERVICES, COMMUNES = "services.yaml", "communes.yaml"
POLICIES, FALLBACKS = "escalation_policies.yaml", "fallbacks.yaml"


def test_a_lost_commune_is_noticed(copied: CatalogueCopy) -> None:
    text = copied.text(COMMUNES)
    talant = next(line for line in text.splitlines(keepends=True) if "Talant" in line)
    copied.write(COMMUNES, text.replace(talant, ""))
    line = copied.line_of(COMMUNES, "count:")
    copied.refused(COMMUNES, line, "23 communes are announced and 22 are here")


@pytest.mark.parametrize("spoiled", ["", "# to be written\n", "- a list\n", "a word\n"])
def test_a_file_that_says_nothing_is_told_in_words_of_its_author(copied: CatalogueCopy, spoiled: str) -> None:
    copied.write("procedures/voirie/voirie-nid-de-poule.yaml", spoiled)
    copied.refused("procedures/voirie/voirie-nid-de-poule.yaml", 1, "file: nothing is here, or no names with values")


def test_a_commune_too_many_is_noticed(copied: CatalogueCopy) -> None:
    beaune = (
        '  - {insee: "21054", name: Beaune, postal: "21200", lat: 47.02, lon: 4.83, population: 20000, police: true}'
    )
    copied.write(COMMUNES, f"{copied.text(COMMUNES)}{beaune}\n")
    copied.refused(COMMUNES, copied.line_of(COMMUNES, "count:"), "23 communes are announced and 24 are here")


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('insee: "21231"', "insee: 21231"),
        ('postal: "21000"', 'postal: "2"'),
        ("lat: 47.3229", "lat: 473229.0"),
        ("population: 159106", "population: 0"),
    ],
)
def test_a_commune_with_an_impossible_value_is_refused(copied: CatalogueCopy, right: str, wrong: str) -> None:
    line = copied.swap(COMMUNES, right, wrong)
    copied.refused(COMMUNES, line, f"communes.7.{right.partition(':')[0]}")


def test_a_broken_list_of_communes_is_one_problem(copied: CatalogueCopy) -> None:
    line = copied.swap(COMMUNES, "count: 23", "count: vingt-trois")
    copied.refused(COMMUNES, line, "count: Input should be a valid integer")


DOUBLES = {
    "a service's code": (SERVICES, "code: secours", "code: astreinte", "'astreinte' stands 2 times"),
    "a commune's code": (COMMUNES, 'insee: "21617"', 'insee: "21605"', "'21605' stands 2 times"),
    "a commune's name": (COMMUNES, "name: Talant", "name: Dijon", "'Dijon' stands 2 times"),
}


@pytest.mark.parametrize(("file", "right", "wrong", "gist"), DOUBLES.values(), ids=DOUBLES)
def test_what_stands_twice_is_refused(copied: CatalogueCopy, file: str, right: str, wrong: str, gist: str) -> None:
    copied.swap(file, right, wrong)
    [problem] = [problem for problem in copied.problems() if "stands" in problem.words]
    assert problem.file == file
    assert problem.words == gist


@pytest.mark.parametrize(("file", "right", "wrong", "gist"), DOUBLES.values(), ids=DOUBLES)
def test_what_stands_twice_is_shown_where_it_stands(
    copied: CatalogueCopy, file: str, right: str, wrong: str, gist: str
) -> None:
    changed = copied.swap(file, right, wrong)
    rows = [number for number, line in enumerate(copied.text(file).splitlines(), 1) if f"{wrong}," in line]
    assert changed in rows
    [problem] = [problem for problem in copied.problems() if problem.words == gist]
    assert problem.line == max(rows)


def test_broken_services_do_not_make_every_procedure_look_wrong(whole_copy: CatalogueCopy) -> None:
    line = whole_copy.swap(SERVICES, "code: voirie,", "code: voirie, colour: rouge,")
    whole_copy.refused(SERVICES, line, "colour")


def test_a_service_that_leaves_is_named_wherever_it_was_expected(whole_copy: CatalogueCopy) -> None:
    whole_copy.swap(SERVICES, "code: voirie,", "code: routes,")
    found = whole_copy.problems()
    assert {problem.words.partition("'voirie'")[0] for problem in found} == {"unknown service "}
    assert {(TRIAL, 4), (TRIAL, 15), (POLICIES, whole_copy.line_of(POLICIES, "  voirie: {policy"))} <= {
        (problem.file, problem.line) for problem in found
    }


@pytest.mark.parametrize("severity", ["critique", "urgent", "normal", "info"])
def test_paging_must_speak_of_every_severity(copied: CatalogueCopy, severity: str) -> None:
    line = copied.line_of(POLICIES, f"  {severity}: {{")
    rows = copied.text(POLICIES).splitlines(keepends=True)
    copied.write(POLICIES, "".join(rows[: line - 1] + rows[line:]))
    copied.refused(POLICIES, copied.line_of(POLICIES, "paging:\n"), f"paging says nothing of severity '{severity}'")


def test_paging_must_speak_of_every_duty(copied: CatalogueCopy) -> None:
    line = copied.swap(POLICIES, "direction: 300, ", "")
    copied.refused(POLICIES, line, "paging.urgent.direction: Field required")


def test_a_severity_nobody_knows_is_refused(copied: CatalogueCopy) -> None:
    line = copied.swap(POLICIES, "  info: {", "  rose: {none: 1, direction: 1, astreinte: 1}\n  info: {")
    copied.refused(POLICIES, line, "rose")


def test_a_policy_for_a_service_that_does_not_exist_is_refused(copied: CatalogueCopy) -> None:
    line = copied.swap(POLICIES, "  voirie: {policy", "  pompiers: {policy: technique}\n  voirie: {policy")
    copied.refused(POLICIES, line, "unknown service 'pompiers'")


def test_levels_come_in_time_order(copied: CatalogueCopy) -> None:
    copied.swap(POLICIES, "after: 120", "after: 0")
    [problem] = copied.problems()
    assert (problem.file, problem.line) == (POLICIES, copied.line_of(POLICIES, "- id: metropole"))
    assert "each level must come later" in problem.words


def test_a_service_cannot_follow_a_policy_nobody_wrote(copied: CatalogueCopy) -> None:
    line = copied.swap(POLICIES, "  voirie: {policy: technique}", "  voirie: {policy: tecnique}")
    copied.refused(POLICIES, line, "tecnique")


@pytest.mark.parametrize("missing", ["cas-imprevu", "cas-a-confirmer", "cas-hors-sujet"])
def test_every_fallback_must_be_there(copied: CatalogueCopy, missing: str) -> None:
    head, *blocks = copied.text(FALLBACKS).split("  - id: ")
    kept = [block for block in blocks if not block.startswith(f"{missing}\n")]
    copied.write(FALLBACKS, "  - id: ".join([head, *kept]))
    copied.refused(FALLBACKS, copied.line_of(FALLBACKS, "fallbacks:"), f"no steps for '{missing}'")


def test_a_fallback_nobody_would_use_is_refused(copied: CatalogueCopy) -> None:
    line = copied.swap(FALLBACKS, "id: cas-hors-sujet", "id: cas-perdu")
    found = {(problem.line, problem.words) for problem in copied.problems()}
    assert (line, "'cas-perdu' is none of cas-imprevu, cas-a-confirmer, cas-hors-sujet") in found
    assert (copied.line_of(FALLBACKS, "fallbacks:"), "no steps for 'cas-hors-sujet'") in found


def test_a_fallback_written_twice_is_refused(copied: CatalogueCopy) -> None:
    text = copied.text(FALLBACKS)
    again = text.rpartition("  - id: ")[2]
    copied.write(FALLBACKS, f"{text}  - id: {again}")
    [problem] = copied.problems()
    assert (problem.file, problem.line) == (FALLBACKS, text.count("\n") + 1)


def test_a_fallback_mobilises_known_services_and_names_known_neighbours(copied: CatalogueCopy) -> None:
    neighbour = copied.swap(FALLBACKS, "    steps:", "    neighbours: [voirie-inconnue]\n    steps:")
    service = copied.swap(FALLBACKS, "- service: securite", "- service: securite-salle")
    found = {(problem.line, problem.words) for problem in copied.problems()}
    assert found == {
        (service, "unknown service 'securite-salle'"),
        (neighbour, "unknown procedure 'voirie-inconnue'"),
    }


@pytest.mark.parametrize("file", [SERVICES, COMMUNES, POLICIES, FALLBACKS])
def test_a_missing_file_is_named(copied: CatalogueCopy, file: str) -> None:
    (copied.folder / file).unlink()
    copied.refused(file, 1, "cannot be read (No such file or directory)")


def test_a_catalogue_without_any_procedure_is_refused(whole_copy: CatalogueCopy) -> None:
    shutil.rmtree(whole_copy.folder / "procedures")
    whole_copy.refused("catalogue/procedures", 1, "no procedure found; add procedures/<family>/<id>.yaml")
