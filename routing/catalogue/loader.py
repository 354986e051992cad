"""The catalogue read from its folder, refused whole, with every problem named, when anything contradicts anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Set
from datetime import timedelta
from itertools import combinations, product
from pathlib import Path

from routing.catalogue import boundaries, places
from routing.catalogue.keypad import keypad
from routing.catalogue.schema import CommunesFile, FallbacksFile, PoliciesFile, ProcedureRow, ServicesFile
from routing.catalogue.source import Source
from routing.domain.procedure import Catalogue, Commune, Fact, Fallback, OnCall, Procedure, Service, Severity, Step
from routing.errors import CatalogueError

FOLDER = Path(__file__).parent
POLICIES = "escalation_policies.yaml"
EXAMPLE_ROSTER = "oncall_example.yaml"


def load(folder: Path = FOLDER) -> Catalogue:
    """The whole catalogue. Raises CatalogueError listing ``file:line: problem`` for everything found wrong."""
    problems: list[str] = []
    services = _services(folder, problems)
    before = len(problems)
    territory = communes(folder, problems)
    known = territory if len(problems) == before else {}  # one mistake is named once
    paging, holds = _paging(folder, services, problems)
    problems += places.check_places(folder, known)
    interlocutors = places.interlocutors(folder, services, known, problems)
    area = boundaries.area(folder, known, problems)
    sources = dict(_procedures(folder, problems))
    ids = procedure_ids(folder)  # a broken file is still a known neighbour
    for procedure, source in sources.values():
        problems += _contradictions(procedure, source, services, ids)
    fallbacks = _fallbacks(folder, services, ids, problems)
    procedures = {procedure.id: procedure for procedure, _ in sources.values()}
    families = keypad(folder, procedures, ids, problems)
    if not sources and not problems:
        problems.append(f"{folder.name}/procedures:1: no procedure found; add procedures/<family>/<id>.yaml")
    if problems:
        raise CatalogueError(sorted(set(problems)))
    return Catalogue(
        procedures=procedures,
        services=services,
        communes=territory,
        paging=paging,
        fallbacks=fallbacks,
        interlocutors=interlocutors,
        area=area,
        holds=holds,
        keypad=families,
    )


def procedure_ids(folder: Path = FOLDER) -> frozenset[str]:
    """The ids that the folder's files are named after, without reading them."""
    return frozenset(path.stem for path in (folder / "procedures").glob("*/*.yaml"))


def _services(folder: Path, problems: list[str]) -> Mapping[str, Service]:
    source = Source(folder / "services.yaml", root=folder)
    rows = source.parse(ServicesFile) if not source.problems else None
    problems += source.problems
    services = rows.services if rows else []
    problems += _twice(source, "services", "code", [row.code for row in services])
    return {row.code: row.noun() for row in services}


def communes(folder: Path, problems: list[str]) -> Mapping[str, Commune]:
    """The communes by name; mistakes are added to ``problems``."""
    source = Source(folder / "communes.yaml", root=folder)
    rows = source.parse(CommunesFile) if not source.problems else None
    problems += source.problems
    if rows is None:
        return {}
    problems += _twice(source, "communes", "name", [row.name for row in rows.communes])
    problems += _twice(source, "communes", "insee", [row.insee for row in rows.communes])
    if len(rows.communes) != rows.count:
        missing = f"{rows.count} communes are announced and {len(rows.communes)} are here: one is missing or too many"
        problems.append(source.at(("count",), missing))
    return {row.name: row.noun() for row in rows.communes}


def _paging(
    folder: Path, services: Mapping[str, Service], problems: list[str]
) -> tuple[Mapping[tuple[Severity, OnCall], timedelta | None], Mapping[Severity, timedelta | None]]:
    source = Source(folder / POLICIES, root=folder)
    rows = source.parse(PoliciesFile) if not source.problems else None
    problems += source.problems
    if rows is None:
        return {}, {}
    for code in rows.services:
        if services and code not in services:
            problems.append(source.at(("services", code), f"unknown service '{code}'; it is not in services.yaml"))
    known = {row.id for row in rows.policies}
    problems += [
        source.at(("services", code, "policy"), f"unknown policy '{row.policy}'")
        for code, row in rows.services.items()
        if row.policy not in known
    ]
    delays: dict[tuple[Severity, OnCall], timedelta | None] = {}
    for severity in Severity:
        row = rows.paging.get(severity.value)
        if row is None:
            problems.append(source.at(("paging",), f"paging says nothing of severity '{severity}'"))
            continue
        for engaged in OnCall:
            seconds = getattr(row, engaged.value)
            delays[severity, engaged] = None if seconds is None else timedelta(seconds=seconds)
    holds = {Severity(name): None if after is None else timedelta(seconds=after) for name, after in rows.holds.items()}
    return delays, holds


def _procedures(folder: Path, problems: list[str]) -> Iterator[tuple[str, tuple[Procedure, Source]]]:
    first: dict[str, Source] = {}
    expected = set((folder / "procedures").glob("*/*.yaml"))
    problems += [
        f"{stray.relative_to(folder)}:1: never read; it belongs at procedures/<family>/<id>.yaml"
        for stray in sorted((folder / "procedures").rglob("*.y*ml"))
        if stray not in expected
    ]
    for path in sorted((folder / "procedures").glob("*/*.yaml")):
        source = Source(path, root=folder)
        row = source.parse(ProcedureRow) if not source.problems else None
        problems += source.problems
        if row is None:
            continue
        if row.id in first:
            problems.append(source.at(("id",), f"duplicate id '{row.id}', already in {first[row.id].name}"))
            continue
        first[row.id] = source
        if (path.parent.name, path.stem) != (row.family, row.id):
            problems.append(source.at(("id",), f"the file belongs at procedures/{row.family}/{row.id}.yaml"))
        yield row.id, (row.noun(), source)


def _fallbacks(
    folder: Path, services: Mapping[str, Service], known: Set[str], problems: list[str]
) -> Mapping[Fallback, Procedure]:
    source = Source(folder / "fallbacks.yaml", root=folder)
    rows = source.parse(FallbacksFile) if not source.problems else None
    problems += source.problems
    found: dict[Fallback, Procedure] = {}
    for index, row in enumerate(rows.fallbacks if rows else []):
        if row.id not in list(Fallback):
            problems.append(source.at(("fallbacks", index, "id"), f"'{row.id}' is none of {', '.join(Fallback)}"))
            continue
        if row.id in found:
            problems.append(source.at(("fallbacks", index, "id"), f"duplicate id '{row.id}'"))
        found[Fallback(row.id)] = row.noun()
        problems += _contradictions(row.noun(), source, services, known, at=("fallbacks", index))
    problems += [source.at((), f"no steps for '{missing}'") for missing in Fallback if rows and missing not in found]
    return found


def _contradictions(
    procedure: Procedure,
    source: Source,
    services: Mapping[str, Service],
    known: Set[str],
    at: tuple[str | int, ...] = (),
) -> Iterator[str]:
    if services:
        if procedure.lead not in services:
            yield source.at((*at, "lead"), f"unknown service '{procedure.lead}'; it is not in services.yaml")
        for index, code in source.values_of((*at, "steps"), "service"):
            if code not in services:
                yield source.at((*at, "steps", index, "service"), f"unknown service '{code}'")
    for index, neighbour in enumerate(procedure.neighbours):
        if neighbour not in known:
            yield source.at((*at, "neighbours", index), f"unknown procedure '{neighbour}'")
    first = [step for step in procedure.steps if not step.after and not step.copy]
    steps_at = (*at, "steps")
    if procedure.lead not in {step.service for step in first}:
        yield source.at(steps_at, f"the lead '{procedure.lead}' must be mobilised at minute 0")
    if not all(any(step.condition.holds(facts) for step in first) for facts in _possible_openings()):
        yield source.at(steps_at, "under some conditions nobody is mobilised at minute 0; add a step for that case")
    yield from (source.at(steps_at, problem) for problem in _overlapping(procedure.steps))


def _possible_openings() -> Iterator[frozenset[Fact]]:
    """Every combination of facts an incident can open with (nobody has acknowledged yet)."""
    open_facts = [fact for fact in Fact if fact is not Fact.ACKNOWLEDGED]
    for held in product([False, True], repeat=len(open_facts)):
        yield frozenset(fact for fact, holds in zip(open_facts, held, strict=True) if holds)


def _overlapping(steps: tuple[Step, ...]) -> Iterator[str]:
    """Steps that add nothing: a service mobilised twice at one minute, or given its checklist again later."""
    for earlier, later in combinations(steps, 2):
        if earlier.service != later.service or later.copy != earlier.copy:
            continue
        if earlier.after == later.after and earlier.condition == later.condition:
            yield f"'{later.service}' is mobilised twice at the same minute: merge the steps"
        elif earlier.after < later.after and earlier.checklist == later.checklist:
            yield f"'{later.service}' is given the same checklist twice: drop the later step"


def _twice(source: Source, key: str, column: str, values: list[str]) -> Iterator[str]:
    for value, times in Counter(values).items():
        if times > 1:
            last = len(values) - 1 - values[::-1].index(value)
            yield source.at((key, last, column), f"'{value}' stands {times} times")
