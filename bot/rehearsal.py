"""``vigie oncall simulate``: a year of on-call in a few seconds, with an invented or a given history of incidents."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from routing.domain.oncall import METROPOLIS, Holding, Roster
from routing.domain.oncall.fairness import Load, loads, spread
from routing.domain.procedure import Catalogue, OnCall, Procedure
from routing.domain.rehearsal import Called, Happening, Rehearsal
from routing.errors import CatalogueError

OFFICE = range(8, 18)  # hours in which a department reads its channel
READERS = 0.7  # of what happens in office hours, what the department takes by itself
READS_WITHIN = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rehearsal found, from ``begins`` to ``ends``."""

    begins: datetime
    ends: datetime
    incidents: int
    calls: Sequence[Called]
    loads: Sequence[Load]
    gaps: Sequence[Holding]


def rehearse(
    roster: Roster,
    history: Sequence[Happening],
    begins: datetime,
    ends: datetime,
    zone: ZoneInfo,
    *,
    answering: float,
    seed: int,
) -> Outcome:
    """Play the history on the roster; who would have had how much duty, and where nobody was on duty."""
    calls = list(Rehearsal(roster, zone, answering, seed).play(history))
    holdings = list(roster.calendar.all_holdings(begins, ends))
    carried = loads(holdings, roster.people, zone)
    return Outcome(begins, ends, len(history), calls, carried, roster.calendar.gaps(begins, ends))


def invented(
    catalogue: Catalogue, begins: datetime, ends: datetime, zone: ZoneInfo, *, per_day: float, seed: int
) -> list[Happening]:
    """Incidents of procedures that engage a duty, ``per_day`` on average, at any hour; the same seed, the same ones."""
    chance = random.Random(seed)
    procedures = [one for one in catalogue.procedures.values() if _delay(catalogue, one) is not None]
    found, at = [], begins
    while (at := at + timedelta(days=chance.expovariate(per_day))) < ends:
        found.append(_happening(catalogue, chance.choice(procedures), at, zone, chance))
    return found


def _happening(
    catalogue: Catalogue, procedure: Procedure, at: datetime, zone: ZoneInfo, chance: random.Random
) -> Happening:
    local = at.astimezone(zone)
    read = local.hour in OFFICE and local.weekday() < 5 and chance.random() < READERS
    taken_at = at + chance.random() * READS_WITHIN if read else None
    return _of(catalogue, procedure, at, taken_at)


def _of(catalogue: Catalogue, procedure: Procedure, at: datetime, taken_at: datetime | None) -> Happening:
    service = METROPOLIS if procedure.on_call is OnCall.METROPOLIS else procedure.lead
    return Happening(at, service, _delay(catalogue, procedure) or timedelta(), procedure.id, taken_at)


def _delay(catalogue: Catalogue, procedure: Procedure) -> timedelta | None:
    return catalogue.paging[procedure.severity, procedure.on_call]


def read_history(path: Path, catalogue: Catalogue, zone: ZoneInfo) -> list[Happening]:
    """JSON lines ``{"at", "procedure", "taken_at"?}``; times are ISO 8601, wall clock of ``zone`` without an offset.

    Procedures that engage no duty are left out. Raises CatalogueError with a line for every mistake.
    """
    found: list[Happening] = []
    problems: list[str] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            found += _read(json.loads(line), catalogue, zone) if line.strip() else []
        except (ValueError, KeyError, TypeError) as error:
            problems.append(f"{path.name}:{number}: {error}")
    if problems:
        raise CatalogueError(problems)
    return sorted(found, key=lambda one: one.at)


def _read(row: dict[str, Any], catalogue: Catalogue, zone: ZoneInfo) -> list[Happening]:
    procedure = catalogue.procedure(row["procedure"])
    if procedure is None:
        raise ValueError(f"unknown procedure '{row['procedure']}'")
    taken = row.get("taken_at")
    at, taken_at = _instant(row["at"], zone), _instant(taken, zone) if taken else None
    return [] if _delay(catalogue, procedure) is None else [_of(catalogue, procedure, at, taken_at)]


def _instant(text: str, zone: ZoneInfo) -> datetime:
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def as_json(outcome: Outcome) -> dict[str, Any]:
    """Everything, times in ISO 8601 UTC."""
    return {
        "begins": outcome.begins.isoformat(),
        "ends": outcome.ends.isoformat(),
        "incidents": outcome.incidents,
        "calls": [
            {
                "at": call.at.isoformat(),
                "person": call.person,
                "level": call.level,
                "round": call.round,
                "because": call.because,
                "why": call.why.value,
                "woken": call.woken,
                "answered": call.answered,
                "procedure": call.happening.what,
                "service": call.happening.service,
            }
            for call in outcome.calls
        ],
        "people": [_row(outcome, load) for load in outcome.loads],
        "spread": round(spread(outcome.loads), 3),
        "gaps": [
            {"rotation": gap.rotation, "begins": gap.begins.isoformat(), "ends": gap.ends.isoformat()}
            for gap in outcome.gaps
        ],
    }


def _row(outcome: Outcome, load: Load) -> dict[str, Any]:
    calls = [call for call in outcome.calls if call.person == load.person]
    return {
        "person": load.person,
        "calls": len(calls),
        "woken": sum(call.woken for call in calls),
        "hours": round(load.time.total_seconds() / 3600),
        "nights": load.nights,
        "weekend_days": load.weekend_days,
        "holidays": load.holidays,
    }


def as_lines(outcome: Outcome, zone: ZoneInfo, *, every_call: bool) -> Iterator[str]:
    """For people: each call if wished, then each person, then the gaps."""
    for call in outcome.calls if every_call else ():
        mark = "woken " if call.woken else "called"
        local, end = call.at.astimezone(zone), "answers" if call.answered else "does not answer"
        yield (
            f"{local:%Y-%m-%d %H:%M} {mark} {call.person}: {call.happening.what}, "
            f"level {call.level} round {call.round}, {call.because} ({call.why}), {end}"
        )
    woken = Counter(call.person for call in outcome.calls if call.woken)
    yield (
        f"{outcome.begins.astimezone(zone):%Y-%m-%d} to {outcome.ends.astimezone(zone):%Y-%m-%d}: "
        f"{outcome.incidents} incidents, {len(outcome.calls)} calls, {woken.total()} at night"
    )
    for row in (_row(outcome, load) for load in outcome.loads):
        yield (
            f"{row['person']:<14} {row['calls']:>5} calls {row['woken']:>4} at night  {row['hours']:>5} h on duty  "
            f"{row['nights']} nights, {row['weekend_days']} week-end days, {row['holidays']} holidays"
        )
    for gap in outcome.gaps:
        first, last = gap.begins.astimezone(zone), gap.ends.astimezone(zone)
        yield f"GAP {gap.rotation} {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M}"
