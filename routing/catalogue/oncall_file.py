"""A city's on-call file: people, rotations, policies, and which policy each service follows."""

from __future__ import annotations

import re
from collections.abc import Set
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from routing.catalogue.schema import LevelRow, PolicyRow, Row, ServicePolicyRow
from routing.catalogue.source import Source
from routing.domain.oncall import WEEKDAYS, zone_named
from routing.errors import CatalogueError

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=60)]
CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d"


class ContactRow(Row):
    """Reach the person by a channel, ``after`` seconds."""

    after: int = Field(ge=0, le=24 * 3600)
    by: Literal["voice", "sms", "telegram", "slack", "console"]


class PersonRow(Row):
    """Somebody who takes duty. An empty plan rings the console's panel."""

    id: Name
    name: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    phone: Annotated[str, StringConstraints(pattern=r"^\+[1-9]\d{6,14}$")] | None = None
    slack: str | None = None
    telegram: int | None = None
    plan: list[ContactRow] = []


class RotationRow(Row):
    """Members take turns; ``handoff`` is ``monday 08:00`` for a week, ``08:00`` for a day or an hour."""

    id: Name
    time_zone: str = "Europe/Paris"
    every: Literal["hour", "day", "week"]
    handoff: str
    start: date = Field(strict=False)
    members: list[Name] = Field(min_length=1)

    @field_validator("handoff", mode="before")
    @classmethod
    def _unquoted_time(cls, value: object) -> object:
        """YAML reads an unquoted 18:00 as the number 1080."""
        if isinstance(value, int) and not isinstance(value, bool) and value >= 60:
            return f"{value // 60:02d}:{value % 60:02d}"
        return value

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        return zone_named(value).key

    @model_validator(mode="after")
    def _handoff_fits(self) -> RotationRow:
        day, _, clock = self.handoff.rpartition(" ")
        if not re.fullmatch(CLOCK, clock):
            raise ValueError(f"handoff '{self.handoff}' needs a time such as 08:00")
        if self.every == "week" and day not in WEEKDAYS:
            raise ValueError(f"a weekly handoff needs a day such as 'monday 08:00', not '{self.handoff}'")
        if self.every != "week" and day:
            raise ValueError(f"a handoff every {self.every} has no weekday: '{clock}'")
        return self


class RosterFile(Row):
    """The whole file."""

    people: list[PersonRow] = Field(min_length=1)
    rotations: list[RotationRow] = []
    policies: list[PolicyRow] = Field(min_length=1)
    services: dict[str, ServicePolicyRow] = {}


def read(path: Path, services: Set[str], *, policies: Path | None = None) -> RosterFile:
    """The file, complete and without a dead target. ``policies`` is read beside it when the file has none of its own.

    Raises CatalogueError with a line for every mistake.
    """
    source = Source(path, root=path.parent)
    if policies is not None and isinstance(source.data, dict) and "policies" not in source.data:
        beside = Source(policies, root=policies.parent)
        source.problems += beside.problems
        shared = {key: beside.data[key] for key in ("policies", "services")} if not beside.problems else {}
        source.data = {**shared, **source.data}
    else:
        beside = source
    roster = source.parse(RosterFile) if not source.problems else None
    if roster is not None:
        source.problems += [
            (source if at[:1] in source.lines else beside).at(at, problem) for at, problem in _dead(roster, services)
        ]
    if roster is None or source.problems:
        raise CatalogueError(source.problems)
    return roster


At = tuple[str | int, ...]


def _dead(roster: RosterFile, services: Set[str]) -> list[tuple[At, str]]:
    people, rotations = {row.id for row in roster.people}, {row.id for row in roster.rotations}
    policies = {row.id for row in roster.policies}
    problems = [
        *_twice("people", [row.id for row in roster.people]),
        *_twice("rotations", [row.id for row in roster.rotations]),
        *_twice("policies", [row.id for row in roster.policies]),
    ]
    problems += [
        (("rotations", index, "members"), f"unknown person '{member}'")
        for index, rotation in enumerate(roster.rotations)
        for member in rotation.members
        if member not in people
    ]
    problems += [
        (("policies", index, "levels", number), f"dead on-call target '{target}'")
        for index, policy in enumerate(roster.policies)
        for number, level in enumerate(policy.levels)
        for target in _dead_targets(level, people, rotations)
    ]
    for code, service in roster.services.items():
        if code not in services:
            problems.append((("services", code), f"unknown service '{code}'"))
        if service.policy not in policies:
            problems.append((("services", code, "policy"), f"unknown policy '{service.policy}'"))
    return problems


def _twice(key: str, ids: list[str]) -> list[tuple[At, str]]:
    return [((key, index, "id"), f"duplicate id '{id_}'") for index, id_ in enumerate(ids) if id_ in ids[:index]]


def _dead_targets(level: LevelRow, people: Set[str], rotations: Set[str]) -> list[str]:
    dead = []
    for target in level.targets:
        kind, _, name = target.partition(":")
        if name not in (rotations if kind == "rotation" else people):
            dead.append(target)
    return dead
