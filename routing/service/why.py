"""Why somebody was called at a moment, or was not: read from the audit log, in French."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, true
from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.audit import CONFIGURATION, Entry
from routing.domain.incident import Event
from routing.domain.paging import NAMES
from routing.domain.redaction import plain
from routing.domain.reference import normalise
from routing.errors import NotFound
from routing.service.desk import Desk
from routing.store import audit, roster
from routing.store.models import AuditEntry

AROUND = timedelta(minutes=2)  # "at 3:12" is said by people, not by clocks
DAY = timedelta(days=1)
CHANGES = timedelta(days=30)
ENDED = (Event.ACKNOWLEDGED, Event.RESOLVED)
LINES = 40
EVERYTHING = ("reglages", "configuration")
SETTINGS = 5  # changes told of each sort


async def why_incident(session: AsyncSession, desk: Desk, reference: str, at: datetime) -> list[str]:
    """Everything that was decided about an incident up to ``at``, oldest first. Raises NotFound.

    Of a rotation, policy or service (its id in the on-call file) what was changed; of ``réglages`` all that was.
    """
    mine = AuditEntry.incident == normalise(reference)
    entries = await audit.entries(session, mine, AuditEntry.at <= at + AROUND, limit=LINES)
    entries = entries or await _settings(session, reference, at)
    if not entries:
        raise NotFound(f"Le journal ne dit rien de {reference[:20]} avant {_at(desk, at)}")
    return [_line(desk, entry) for entry in entries]


async def _settings(session: AsyncSession, id_: str, at: datetime) -> Sequence[Entry]:
    """Changes of one rotation, policy or service, or of everything."""
    about = or_(*(AuditEntry.facts[key].astext == id_.strip() for key in ("changed", "rotation", "service")))
    mine = true() if plain(id_.strip().lower()) in EVERYTHING else about
    until = (AuditEntry.chain == CONFIGURATION, AuditEntry.at <= at + AROUND)
    return await audit.entries(session, *until, mine, limit=LINES)


async def why_person(session: AsyncSession, desk: Desk, person_id: str, at: datetime) -> list[str]:
    """Whether the person was called around ``at``, and why or why not. Raises NotFound."""
    mine = AuditEntry.person == person_id
    theirs = await audit.entries(session, mine, AuditEntry.at > at - DAY, AuditEntry.at <= at + AROUND)
    name = await _name(session, person_id, theirs)
    calls = [entry for entry in theirs if entry.kind == Event.PAGED and abs(entry.at - at) <= AROUND]
    decided = await audit.entries(
        session, AuditEntry.incident.is_not(None), AuditEntry.at > at - DAY, AuditEntry.at <= at + AROUND, limit=5000
    )
    about = {reference: _of(decided, reference) for reference in dict.fromkeys(e.incident for e in decided)}
    if calls:
        said = [_called(desk, name, entry, about.get(entry.incident, [])) for entry in calls]
    else:
        said = [f"Non : {name} n'a pas été appelé·e vers {_at(desk, at)}."]
        said += [line for entries in about.values() if (line := _not_called(desk, person_id, name, entries, at))]
        if len(said) == 1:
            said.append("Aucun incident n'attendait de réponse à ce moment-là.")
    return said + await _changes(session, desk, person_id, at)


@dataclass(frozen=True, slots=True)
class LastCall:
    """An incident somebody was called for: when last (as people read it), and who, the latest first."""

    reference: str
    at: str
    names: tuple[str, ...]


async def last_calls(session: AsyncSession, desk: Desk, count: int) -> list[LastCall]:
    """The ``count`` incidents for which somebody was called last."""
    entries = await audit.entries(
        session, AuditEntry.kind == Event.PAGED, AuditEntry.incident.is_not(None), limit=LINES
    )
    people = (await roster.load(session)).people
    found: dict[str, LastCall] = {}
    for entry in reversed(entries):
        known = people.get(entry.person or "")
        name, reference = known.name if known else entry.person or "", entry.incident or ""
        before = found.get(reference)
        names = dict.fromkeys((*(before.names if before else ()), name))
        found[reference] = LastCall(reference, before.at if before else _at(desk, entry.at, day=True), tuple(names))
    return list(found.values())[:count]


async def _name(session: AsyncSession, person_id: str, entries: Sequence[Entry]) -> str:
    person = (await roster.load(session)).people.get(person_id)
    if person is None and not entries:
        raise NotFound(f"Personne ne s'appelle « {person_id[:60]} » dans le fichier d'astreinte ni dans le journal")
    return person.name if person else person_id


def _of(entries: Sequence[Entry], reference: str | None) -> list[Entry]:
    return [entry for entry in entries if entry.incident == reference]


def _called(desk: Desk, name: str, call: Entry, entries: Sequence[Entry]) -> str:
    channel = NAMES.get(str(call.facts.get("channel")), "")
    said = f"Oui : {name} a été appelé·e à {_at(desk, call.at)} ({channel}) pour {call.incident or 'un essai'}."
    level = _decided([entry for entry in entries if entry.at <= call.at])
    return f"{said} {_level(desk, level)}" if level else said


def _not_called(desk: Desk, person_id: str, name: str, entries: Sequence[Entry], at: datetime) -> str | None:
    """What the incident was waiting for at that moment; None when it was over before."""
    reference = entries[0].incident
    before = [entry for entry in entries if entry.at <= at + AROUND]
    ended = _last(before, *ENDED)
    level, asked, muted = _decided(before), _last(before, Event.ESCALATED), _last(before, Event.MUTED)
    last = max((one for one in (muted, level, asked) if one), key=lambda one: (one.at, one.number), default=None)
    if ended and (last is None or last.at <= ended.at):
        return f"{reference} : {ended.text}, à {_at(desk, ended.at)} ; plus personne n'était appelé."
    if last is muted and muted is not None:
        return f"{reference} : {muted.text}, à {_at(desk, muted.at)}."
    if level is None or (ended and level.at <= ended.at):
        latest = last or _last(before, "planned")
        return f"{reference} : {latest.text}." if latest else None
    begun = [one for one in before if ended is None or one.at > ended.at]
    theirs = _decided([one for one in begun if person_id in one.facts.get("people", [])])
    if theirs is None:
        return f"{reference} : {name} n'en était pas. {_level(desk, level)}"
    plan = next((one for one in reversed(before) if one.kind == "plan" and one.person == person_id), None)
    since = [one for one in before if one.at >= theirs.at and one.person == person_id]
    mine = [one for one in since if one.kind in (Event.UNREACHED, Event.DECLINED)]
    said = f"{reference} : {_level(desk, theirs)}"
    if plan:
        left_out = ", ".join(plan.facts.get("left_out", []))
        said += f" {plan.text}." + (f" Laissé de côté : {left_out}." if left_out else "")
    said += "".join(f" {one.text} ({_at(desk, one.at)})." for one in mine)
    return said if theirs is level else f"{said} Ensuite : {_level(desk, level)}"


def _level(desk: Desk, entry: Entry) -> str:
    policy, level = entry.facts.get("policy"), entry.facts.get("level")
    by = f" (politique « {policy} », niveau {level})" if policy else ""
    empty = entry.facts.get("empty") or []
    skipped = f" Niveaux vides passés : {', '.join(empty)}." if empty else ""
    return f"À {_at(desk, entry.at)} : {entry.text}{by}.{skipped}"


def _decided(entries: Sequence[Entry]) -> Entry | None:
    """The last decision on who is called. An alarm that only says that nobody is left decides nothing."""
    return next((entry for entry in reversed(entries) if "people" in entry.facts), None)


def _last(entries: Sequence[Entry], *kinds: str) -> Entry | None:
    return next((entry for entry in reversed(entries) if entry.kind in kinds), None)


async def _changes(session: AsyncSession, desk: Desk, person_id: str, at: datetime) -> list[str]:
    """What was changed before that moment in how the person is reached, then in what holds for everybody."""
    window = (AuditEntry.chain == CONFIGURATION, AuditEntry.at > at - CHANGES, AuditEntry.at <= at)
    entries = list(await audit.entries(session, AuditEntry.person == person_id, *window, limit=SETTINGS))
    shared = await audit.entries(session, AuditEntry.person.is_(None), *window, limit=LINES)
    entries += [entry for entry in shared if not _first_import(entry)][-SETTINGS:]
    return [f"Réglage du {_at(desk, entry.at, day=True)} par {entry.by} : {entry.text}." for entry in entries]


def _first_import(entry: Entry) -> bool:
    """Whether it only says that something stands in the file now that was in none before."""
    changes = entry.facts.get("changes", {})
    return bool(changes) and not any(before for before, _ in changes.values())


def _line(desk: Desk, entry: Entry) -> str:
    return f"{_at(desk, entry.at, day=True)} {entry.text}" + (f" (par {entry.by})" if entry.by else "")


def _at(desk: Desk, at: datetime, *, day: bool = False) -> str:
    local = at.astimezone(desk.zone)
    return local.strftime("%d/%m/%Y %H:%M:%S" if day else "%H:%M:%S")
