"""A city's on-call file: people, rotations, policies, which policy each service follows, and agreed exceptions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, StringConstraints, field_validator

from routing.catalogue.oncall_rows import (
    CLOCK,
    ZONE,
    Name,
    OverrideRow,
    ReplacementRow,
    RotationRow,
    Stretch,
    TimeOffRow,
)
from routing.catalogue.schema import LevelRow, PolicyRow, Row, ServicePolicyRow
from routing.catalogue.source import Source
from routing.domain.oncall import zone_named
from routing.errors import CatalogueError


class ContactRow(Row):
    """Reach the person by a channel, ``after`` seconds; never in the ``quiet`` hours except for what is critical."""

    after: int = Field(ge=0, le=24 * 3600)
    by: Literal["voice", "sms", "telegram", "slack", "console"]
    quiet: Annotated[str, StringConstraints(pattern=rf"^{CLOCK}-{CLOCK}$")] | None = None


class PersonRow(Row):
    """Somebody who takes duty. An empty plan rings the console's panel."""

    id: Name
    name: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    phone: Annotated[str, StringConstraints(pattern=r"^\+[1-9]\d{6,14}$")] | None = None
    slack: str | None = None
    telegram: int | None = None
    plan: list[ContactRow] = []


class RosterFile(Row):
    """The whole file."""

    people: list[PersonRow] = Field(min_length=1)
    rotations: list[RotationRow] = []
    policies: list[PolicyRow] = Field(min_length=1)
    services: dict[str, ServicePolicyRow] = {}
    overrides: list[OverrideRow] = []
    replacements: list[ReplacementRow] = []
    time_off: list[TimeOffRow] = []
    time_zone: str = ZONE

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        return zone_named(value).key


def read(path: Path, services: Set[str], *, policies: Path | None = None) -> RosterFile:
    """The file, complete and without a dead target. ``policies`` is read beside it when the file has none of its own.

    Raises CatalogueError with a line for every mistake.
    """
    source = beside = Source(path, root=path.parent)
    own = source.data.keys() if isinstance(source.data, dict) else ()
    if policies is not None and isinstance(source.data, dict) and "policies" not in source.data:
        beside = Source(policies, root=policies.parent)
        source.problems += beside.problems
        shared = {key: beside.data[key] for key in ("policies", "services")} if not beside.problems else {}
        source.data = {**shared, **source.data}
    roster = source.parse(RosterFile) if not source.problems else None
    if roster is not None:
        source.problems += [
            (source if at[0] in own else beside).at(at, problem) for at, problem in _dead(roster, services)
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
    problems += _strangers(roster, people, rotations)
    problems += _overlaps(roster)
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


def _strangers(roster: RosterFile, people: Set[str], rotations: Set[str]) -> Iterator[tuple[At, str]]:
    """People and rotations that are named and do not exist."""
    named: list[tuple[At, str]] = [
        (("rotations", index, *where, key), person)
        for index, rotation in enumerate(roster.rotations)
        for number, layer in enumerate(rotation.all_layers)
        for where in [("layers", number - 1) if number else ()]
        for key, several in (("members", layer.members), ("shifts", layer.shifts))
        for person in (row if isinstance(row, str) else row.person for row in several)
    ]
    named += [(("overrides", index, "person"), row.person) for index, row in enumerate(roster.overrides)]
    named += [(("time_off", index, "person"), row.person) for index, row in enumerate(roster.time_off)]
    named += [(("replacements", index, "person"), row.person) for index, row in enumerate(roster.replacements)]
    named += [(("replacements", index, "by"), row.by) for index, row in enumerate(roster.replacements)]
    yield from ((at, f"unknown person '{person}'") for at, person in named if person not in people)
    for index, row in enumerate(roster.overrides):
        if row.rotation not in rotations:
            yield ("overrides", index, "rotation"), f"unknown rotation '{row.rotation}'"


def _overlaps(roster: RosterFile) -> Iterator[tuple[At, str]]:
    """Exceptions of one rotation or person that cannot hold at once."""
    kinds: tuple[tuple[str, Sequence[Stretch], str], ...] = (
        ("overrides", roster.overrides, "rotation"),
        ("replacements", roster.replacements, "person"),
        ("time_off", roster.time_off, "person"),
    )
    for key, rows, whose in kinds:
        stretches = [(getattr(row, whose), *row.instants(ZoneInfo("UTC")), index) for index, row in enumerate(rows)]
        for (one, _, ended, _), (other, begun, _, index) in pairwise(sorted(stretches)):
            if one == other and begun < ended:
                yield (key, index), f"overlaps another of '{one}'"


def _twice(key: str, ids: list[str]) -> list[tuple[At, str]]:
    return [((key, index, "id"), f"duplicate id '{id_}'") for index, id_ in enumerate(ids) if id_ in ids[:index]]


def _dead_targets(level: LevelRow, people: Set[str], rotations: Set[str]) -> list[str]:
    dead = []
    for target in level.targets:
        kind, _, name = target.partition(":")
        if name not in (rotations if kind == "rotation" else people):
            dead.append(target)
    return dead
