"""A city's on-call file is read complete, or refused with a line for every mistake."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from routing.catalogue import oncall_file
from routing.catalogue.oncall_file import RosterFile
from routing.domain.oncall import Roster, Turns
from routing.errors import CatalogueError
from routing.service.import_roster import roster_of
from tests.unit.catalogue_copy import Problem
from tests.unit.duty import ROSTER, paris

SERVICES = frozenset({"voirie", "eclairage", "astreinte"})
MISTAKES = {
    "a person on two lines": ("id: zoe, name", "id: marc, name", 12, "duplicate id 'marc'"),
    "a rotation on two lines": ("id: astreinte-nuit", "id: astreinte-routes", 20, "duplicate id 'astreinte-routes'"),
    "a stranger in a rotation": ("members: [lea, marc]", "members: [lea, marcel]", 19, "unknown person 'marcel'"),
    "nobody in a rotation": ("members: [lea, marc]", "members: []", 19, "at least 1"),
    "a target that is no rotation": ("rotation:astreinte-routes", "rotation:routes", 24, "target 'rotation:routes'"),
    "a target that is nobody": ('["person:zoe", ', '["person:zo", ', 25, "dead on-call target 'person:zo'"),
    "a target of no known kind": ("person:zoe", "team:zoe", 25, "policies.0.levels.1.targets.0"),
    "a person in place of a rotation": ("rotation:astreinte-routes", "rotation:lea", 24, "target 'rotation:lea'"),
    "a service nobody knows": ("  voirie: {", "  voierie: {", 28, "unknown service 'voierie'"),
    "a policy nobody wrote": ("{policy: routes}", "{policy: route}", 28, "unknown policy 'route'"),
    "levels out of order": ("after: 300", "after: 0", 22, "each level must come later"),
    "a weekly duty without a day": ('"monday 08:00"', '"08:00"', 14, "a weekly handoff needs a day"),
    "a day in French": ("monday", "lundi", 14, "a weekly handoff needs a day"),
    "a daily duty with a day": ('"20:00"', '"monday 20:00"', 20, "a handoff every day has no weekday: '20:00'"),
    "a time of no clock": ("monday 08:00", "monday 8h", 14, "needs a time such as 08:00"),
    "a twenty-fifth hour": ("monday 08:00", "monday 25:00", 14, "needs a time such as 08:00"),
    "a period nobody knows": ("every: week", "every: fortnight", 16, "rotations.0.every"),
    "a zone nobody knows": ("Europe/Paris", "Europe/Dijon", 15, "unknown time zone 'Europe/Dijon'"),
    "a start in words": ("start: 2026-01-05\n", "start: lundi\n", 18, "rotations.0.start"),
    "a number without its country": ("+33639980021", "0639980021", 5, "people.0.phone"),
    "a number without quotes": ('"+33639980021"', "+33639980021", 5, "valid string"),
    "a channel nobody has": ("by: sms", "by: pigeon", 10, "people.0.plan.1.by"),
    "a call a day later": ("after: 45", "after: 86401", 10, "less than or equal to 86400"),
    "an empty name": ("Marc Blin", "''", 11, "people.1.name"),
    "an unknown key": ("slack:", "slak:", 6, "people.0.slak"),
    "a key that stands twice": ("    repeat: true", "    repeat: true\n    repeat: false", 27, "'repeat' stands twice"),
    "no policy at all": (ROSTER[ROSTER.index("policies:") :], "", 2, "policies: Field required"),
    "nobody at all": ("people:", "people: []\nteam:", 2, "people"),
    "a bracket left open": ("members: [lea, marc]", "members: [lea, marc", 20, "not valid YAML"),
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the city writes."""
    return tmp_path / "oncall.yaml"


def read(file: Path, text: str = ROSTER) -> RosterFile:
    """The file with that text."""
    file.write_text(text, encoding="utf-8")
    return oncall_file.read(file, SERVICES)


def rule(roster: Roster, id_: str) -> Turns:
    """The turns of a rotation of one layer."""
    [layer] = roster.rotations[id_].layers
    assert isinstance(layer.rule, Turns)
    return layer.rule


def refused(file: Path, text: str) -> list[Problem]:
    """What is wrong with that text."""
    with pytest.raises(CatalogueError) as refusal:
        read(file, text)
    problems = [Problem.read(problem) for problem in refusal.value.problems]
    assert {problem.file for problem in problems} == {file.name}
    return problems


def test_a_complete_file_is_read_as_it_was_meant(file: Path) -> None:
    roster = roster_of(read(file))
    lea = roster.people["lea"]
    assert (lea.name, lea.phone, lea.slack, lea.telegram) == ("Léa Girard", "+33639980021", "U0LEA", 2001)
    assert [(step.by, step.after) for step in lea.plan] == [("voice", timedelta()), ("sms", timedelta(seconds=45))]
    assert rule(roster, "astreinte-nuit").zone.key == "Europe/Paris"
    assert rule(roster, "astreinte-routes").days == (0,)
    assert [level.after.total_seconds() for level in roster.policies["routes"].levels] == [0, 300]
    assert list(roster.dead_targets()) == []


def test_the_people_of_the_file_are_on_duty_in_turn(file: Path) -> None:
    roster = roster_of(read(file))
    first, second = paris("2026-01-05 12:00"), paris("2026-01-12 12:00")
    targets = ("rotation:astreinte-routes", "rotation:astreinte-nuit")
    assert [one.id for one in roster.people_for(targets, first)] == ["lea", "zoe"]
    assert [one.id for one in roster.people_for(targets, second)] == ["marc", "zoe"]


@pytest.mark.parametrize(("right", "wrong", "line", "gist"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_shown_on_its_line(file: Path, right: str, wrong: str, line: int, gist: str) -> None:
    assert right in ROSTER
    problems = refused(file, ROSTER.replace(right, wrong, 1))
    assert any(problem.line == line and gist in problem.words for problem in problems), problems


def test_every_mistake_is_named_at_once(file: Path) -> None:
    text = ROSTER.replace("[lea, marc]", "[lea, marcel]").replace("person:zoe", "person:zo").replace("voirie:", "x:")
    assert [problem.line for problem in refused(file, text)] == [19, 25, 28]


@pytest.mark.parametrize(("written", "meant"), [("20:00", 20), ('"20:00"', 20), ("18:00", 18), ('"08:00"', 8)])
def test_a_time_without_quotes_is_still_a_time(file: Path, written: str, meant: int) -> None:
    roster = roster_of(read(file, ROSTER.replace('"20:00"', written)))
    assert rule(roster, "astreinte-nuit").at.hour == meant


@pytest.mark.parametrize("text", ["", "# rien\n", "- lea\n"])
def test_an_empty_file_is_no_roster(file: Path, text: str) -> None:
    [problem] = refused(file, text)
    assert problem.line == 1


def test_a_file_that_is_not_there_is_named(file: Path) -> None:
    with pytest.raises(CatalogueError, match=r"oncall\.yaml:1: cannot be read \(No such file or directory\)"):
        oncall_file.read(file, SERVICES)


def test_a_file_in_windows_letters_is_refused(file: Path) -> None:
    file.write_bytes(ROSTER.encode("cp1252"))
    with pytest.raises(CatalogueError, match=r"oncall\.yaml:1: not UTF-8"):
        oncall_file.read(file, SERVICES)


@pytest.mark.parametrize("written", ["8", "20", "true"])
def test_a_number_is_no_time(file: Path, written: str) -> None:
    [problem] = refused(file, ROSTER.replace('"20:00"', written))
    assert problem.line == 20


def test_a_day_that_does_not_exist_is_shown_on_its_line(file: Path) -> None:
    [problem] = refused(file, ROSTER.replace("2026-01-05", "2026-02-30", 1))
    assert problem.line == 18


def test_a_continent_is_no_time_zone(file: Path) -> None:
    [problem] = refused(file, ROSTER.replace("Europe/Paris", "Europe"))
    assert problem.line == 15


def test_a_level_that_reaches_nobody_is_refused(file: Path) -> None:
    [problem] = refused(file, ROSTER.replace('["rotation:astreinte-routes"]', "[]"))
    assert problem.line == 24
