"""The invented people who are on duty until the city writes its own file."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.bootstrap import read_roster
from bot.settings import Settings
from routing.catalogue import loader, oncall_file
from routing.domain.procedure import Catalogue
from routing.errors import CatalogueError
from routing.service.import_roster import roster_of
from tests.unit.catalogue_copy import Problem
from tests.unit.duty import ROSTER, paris

pytestmark = pytest.mark.usefixtures("empty_environment")
HOURS = [paris("2026-01-05 08:00") + timedelta(hours=7 * number) for number in range(1300)]


def test_the_example_names_nothing_that_does_not_exist(catalogue: Catalogue) -> None:
    file, of_the_city = read_roster(Settings(), catalogue)
    assert not of_the_city
    assert list(roster_of(file).dead_targets()) == []


def test_every_service_is_answered_by_somebody_at_any_hour_of_the_year(catalogue: Catalogue) -> None:
    roster = roster_of(read_roster(Settings(), catalogue)[0])
    policies = {service: roster.policy_for(service) for service in catalogue.services}
    levels = {level.targets for policy in policies.values() if policy for level in policy.levels}
    assert all(policies.values())
    assert all(roster.people_for(targets, at) for targets in levels for at in HOURS)


def test_two_different_people_decide_for_the_metropolis(catalogue: Catalogue) -> None:
    """The second level adds somebody to the first, at any hour."""
    roster = roster_of(read_roster(Settings(), catalogue)[0])
    policy = roster.policy_for("astreinte")
    assert policy
    first, second = policy.levels[0].targets, policy.levels[1].targets
    assert all(len(roster.people_for(second, at)) > len(roster.people_for(first, at)) for at in HOURS)


def test_the_numbers_of_the_example_are_kept_for_fiction(catalogue: Catalogue) -> None:
    file, _ = read_roster(Settings(), catalogue)
    assert all((person.phone or "").startswith(("+3363998", "+3319900")) for person in file.people)


def test_the_citys_file_replaces_the_example(catalogue: Catalogue, tmp_path: Path) -> None:
    path = tmp_path / "oncall.yaml"
    path.write_text(ROSTER, encoding="utf-8")
    file, of_the_city = read_roster(Settings(oncall_file=path), catalogue)
    assert of_the_city
    assert {person.id for person in file.people} == {"lea", "marc", "zoe"}


def test_a_citys_file_may_stand_beside_shared_policies(tmp_path: Path) -> None:
    """The file has people and rotations; the policies, and who follows them, are next to it."""
    people, _, policies = ROSTER.partition("policies:")
    (tmp_path / "policies.yaml").write_text(f"policies:{policies}", encoding="utf-8")
    (tmp_path / "people.yaml").write_text(people, encoding="utf-8")
    read = oncall_file.read(tmp_path / "people.yaml", {"voirie"}, policies=tmp_path / "policies.yaml")
    assert read.services["voirie"].policy == "routes"


def test_policies_of_the_file_come_before_the_shared_ones(tmp_path: Path) -> None:
    (tmp_path / "people.yaml").write_text(ROSTER, encoding="utf-8")
    read = oncall_file.read(tmp_path / "people.yaml", {"voirie"}, policies=loader.FOLDER / loader.POLICIES)
    assert [policy.id for policy in read.policies] == ["routes"]


def test_shared_policies_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    (tmp_path / "people.yaml").write_text(ROSTER.partition("policies:")[0], encoding="utf-8")
    (tmp_path / "policies.yaml").write_text("policies: [", encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"policies\.yaml:\d: not valid YAML"):
        oncall_file.read(tmp_path / "people.yaml", {"voirie"}, policies=tmp_path / "policies.yaml")


def test_a_dead_target_of_the_shared_policies_is_shown_there(tmp_path: Path) -> None:
    people, _, policies = ROSTER.partition("policies:")
    (tmp_path / "policies.yaml").write_text(f"policies:{policies.replace('person:zoe', 'person:zo')}", encoding="utf-8")
    (tmp_path / "people.yaml").write_text(people, encoding="utf-8")
    with pytest.raises(CatalogueError) as refusal:
        oncall_file.read(tmp_path / "people.yaml", {"voirie"}, policies=tmp_path / "policies.yaml")
    [problem] = [Problem.read(text) for text in refusal.value.problems]
    assert (problem.file, problem.line) == ("policies.yaml", 5)
