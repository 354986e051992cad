"""Nobody is called about an incident or a service for a while: who wanted it, why and until when stays in sight.

What is critical and nobody's, and whatever puts somebody in danger, is never kept silent. A mute ends by itself: what
still waits is then called for.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.incident import Event, IncidentState
from routing.domain.mute import LONGEST, REASON, may_wait, refusal
from routing.domain.oncall import METROPOLIS
from routing.domain.redaction import readable
from routing.errors import Conflict, NotFound
from routing.service.acknowledge import expect_signs_of_life
from routing.service.audit import note_configuration
from routing.service.desk import Desk
from routing.service.page import end_question, speak_again, stop_paging
from routing.service.record import record
from routing.store import incidents, live, mutes, roster, timers
from routing.store.models import Incident, Mute

SILENT = "en sourdine {until}. Merci."


async def mute_incident(
    session: AsyncSession, desk: Desk, reference: str, *, until: datetime, reason: str, by: str
) -> Mute:
    """Calls and questions about this incident wait until then. Raises NotFound, Conflict."""
    incident = await incidents.by_reference(session, reference, lock=True)
    row = _row(desk, until, reason, by)
    if incident.state is IncidentState.RESOLVED:
        raise Conflict(f"{incident.reference} est résolu : personne n'est plus appelé")
    taken = incident.state is IncidentState.ACKNOWLEDGED
    said = refusal(incident.severity, incident.danger, taken=taken, length=until - desk.now())
    if said is None and not _calls_anybody(desk, incident):
        said = "personne n'est appelé pour cet incident, il n'y a rien à taire"
    if said is None and _later_anyway(incident, until):
        said = f"le premier appel n'est prévu qu'à {desk.clock_time(incident.escalation_started_at or until)}"
    if said is not None:
        raise Conflict(f"{incident.reference} : {said}")
    await mutes.end_of_incident(session, incident.id, desk.now(), by)
    row.incident_id = incident.id
    session.add(row)
    await session.flush()
    await _put_off(session, desk, incident, row, f"{by} met en sourdine")
    return row


def _later_anyway(incident: Incident, until: datetime) -> bool:
    """Whether nobody would be called before that instant: a mute must not bring a first call forward."""
    first = incident.escalation_started_at if incident.mute_id is None and incident.level == 0 else None
    return incident.state is IncidentState.OPEN and incident.round == 1 and first is not None and first >= until


def _calls_anybody(desk: Desk, incident: Incident) -> bool:
    if incident.state is IncidentState.ACKNOWLEDGED:
        return desk.catalogue.holds.get(incident.severity) is not None
    return incident.policy_service is not None


async def mute_service(
    session: AsyncSession, desk: Desk, service: str, *, until: datetime, reason: str, by: str
) -> tuple[Mute, int]:
    """Nobody is called until then for what this service has that may wait; returns how many incidents wait now.

    Their cards arrive as ever. Raises NotFound, Conflict.
    """
    if service not in desk.catalogue.services:
        raise NotFound(f"Aucun service « {service[:60]} » dans le catalogue")
    if service == METROPOLIS:
        raise Conflict("L'astreinte métropolitaine est le dernier recours : elle ne se met pas en sourdine")
    row = _row(desk, until, reason, by)
    await roster.one_at_a_time(session)
    await mutes.end_of_service(session, service, desk.now(), by)
    row.service = service
    session.add(row)
    await session.flush()
    said = f"{desk.service_name(service)} : {by} met en sourdine {until_when(desk, row)} : {row.reason}"
    note_configuration(session, desk, "mute", said, by=by, service=service, until=row.until.isoformat())
    found = [one for one in await _open_of(session, service) if may_wait(one.severity, one.danger)]
    waiting = [one for one in found if not _later_anyway(one, until)]
    for incident in waiting:
        await _put_off(session, desk, incident, row, _with_service(desk, row))
    live.announce(session, "duty", row.id)
    return row, len(waiting)


def _row(desk: Desk, until: datetime, reason: str, by: str) -> Mute:
    now, words = desk.now(), readable(reason)[:REASON]
    if not words:
        raise Conflict("Dites pourquoi : celles et ceux qui arrivent doivent le savoir")
    if until <= now:
        raise Conflict("La fin est déjà passée")
    if until - now > LONGEST:
        raise Conflict("Vingt-quatre heures au plus en une fois")
    return Mute(until=until, reason=words, made_by=by, made_at=now)


async def _open_of(session: AsyncSession, service: str) -> Sequence[Incident]:
    mine = select(Incident.id).where(Incident.state == IncidentState.OPEN, Incident.policy_service == service)
    found = await incidents.locked(session, (await session.scalars(mine)).all())
    return [one for one in found if one.state is IncidentState.OPEN and one.policy_service == service]


async def _put_off(session: AsyncSession, desk: Desk, incident: Incident, row: Mute, said: str) -> None:
    """Whatever would call somebody now waits until the mute ends. The incident must be locked."""
    now = desk.now()
    if incident.state is IncidentState.OPEN:
        await stop_paging(session, desk, incident, SILENT.format(until=until_when(desk, row)), mutes_too=False)
        incident.escalation_started_at = row.until
        await timers.arm(session, timers.Verb.ESCALATE, incident.id, row.until, now)
    else:
        await end_question(session, desk, incident)
        await timers.arm(session, timers.Verb.HOLD, incident.id, row.until, now)
    incident.mute_id, incident.muted = row.id, in_words(desk, row)
    words = f"{said} {until_when(desk, row)} : {row.reason}"
    until = row.until.isoformat()
    await record(session, desk, incident, Event.MUTED, words, by=row.made_by, until=until, reason=row.reason)


async def keep_silent(session: AsyncSession, desk: Desk, due: Collection[Incident]) -> set[int]:
    """Put off those due escalations whose service is kept silent; returns their numbers.

    Those whose own mute is over are told so, and are called for. The rows must be locked.
    """
    silent = await mutes.of_services(session, {one.policy_service for one in due if one.policy_service}, desk.now())
    waiting = [one for one in due if (row := silent.get(one.policy_service or "")) and _holds(row, one)]
    for incident in waiting:
        row = silent[incident.policy_service or ""]
        await _put_off(session, desk, incident, row, _with_service(desk, row))
    ids = {one.id for one in waiting}
    for incident in due:
        if incident.mute_id is not None and incident.id not in ids:
            await over(session, desk, incident)
    return ids


def _holds(row: Mute, incident: Incident) -> bool:
    """A service's mute does not hold for who was asked for since, by a person or because the holder fell silent."""
    insisted = incident.insisted_at is not None and incident.insisted_at >= row.made_at
    return may_wait(incident.severity, incident.danger) and not insisted


async def over(session: AsyncSession, desk: Desk, incident: Incident) -> datetime | None:
    """Until when the incident is still kept silent; None when it is not, which is told if it was. Lock its row."""
    if incident.mute_id is None:
        return None
    row = await session.get_one(Mute, incident.mute_id)
    if row.until > desk.now() and row.ended_at is None:
        return row.until
    incident.mute_id, incident.muted = None, None
    then = " : l'astreinte est appelée" if incident.state is IncidentState.OPEN else ""
    await record(session, desk, incident, Event.MUTED, f"La sourdine est finie{then}")
    return None


async def lift(session: AsyncSession, desk: Desk, incident: Incident, why: str, *, by: str | None = None) -> None:
    """The incident is kept silent no longer, because of ``why`` (French). The row must be locked."""
    if incident.mute_id is None:
        return
    now = desk.now()
    await speak_again(session, desk, incident, by)
    await record(session, desk, incident, Event.MUTED, f"La sourdine est levée : {why}", by=by)
    if incident.state is IncidentState.OPEN:
        incident.escalation_started_at = now
        await timers.arm(session, timers.Verb.ESCALATE, incident.id, now, now)
    else:
        await expect_signs_of_life(session, desk, incident)


async def hear_again(session: AsyncSession, desk: Desk, reference: str, *, by: str) -> Incident:
    """A person wants this incident to call again, whatever kept it silent. Raises NotFound, Conflict."""
    incident = await incidents.by_reference(session, reference, lock=True)
    if incident.mute_id is None:
        raise Conflict(f"{incident.reference} n'est pas en sourdine")
    incident.insisted_at = desk.now()
    await lift(session, desk, incident, f"{by} l'a demandé", by=by)
    return incident


async def unmute(session: AsyncSession, desk: Desk, number: int, *, by: str) -> Mute:
    """End a mute before its time: who waits is called for now. Raises NotFound, Conflict."""
    await roster.one_at_a_time(session)
    row = await session.get(Mute, number)
    if row is None:
        raise NotFound("Cette sourdine n'existe pas")
    if row.ended_at is not None or row.until <= desk.now():
        raise Conflict("Cette sourdine est déjà finie")
    why = f"{by} l'a demandé"
    if row.incident_id is not None:
        incident = await incidents.by_id(session, row.incident_id, lock=True)
        assert incident is not None
        await lift(session, desk, incident, why, by=by)
    else:
        row.ended_at, row.ended_by = desk.now(), by
        said = f"{desk.service_name(row.service or '')} : {by} lève la sourdine"
        note_configuration(session, desk, "mute", said, by=by, service=row.service)
        for incident in await _open_of(session, row.service or ""):
            if incident.mute_id == row.id:
                await lift(session, desk, incident, why, by=by)
    live.announce(session, "duty", row.id)
    return row


def until_when(desk: Desk, row: Mute) -> str:
    """``jusqu'à 06:00``, with the day when it is another."""
    ends, made = row.until.astimezone(desk.zone), row.made_at.astimezone(desk.zone)
    return f"jusqu'à {ends:%H:%M}" if ends.date() == made.date() else f"jusqu'au {ends:%d/%m à %H:%M}"


def in_words(desk: Desk, row: Mute) -> str:
    """``jusqu'à 06:00, par Ana Martin : panne Enedis``; of a service with its name before."""
    service = f"avec {desk.service_name(row.service)} " if row.service else ""
    return f"{service}{until_when(desk, row)}, par {row.made_by} : {row.reason}"


def _with_service(desk: Desk, row: Mute) -> str:
    return f"En sourdine avec {desk.service_name(row.service or '')}, par {row.made_by},"


async def told(session: AsyncSession, desk: Desk, rows: Sequence[Mute]) -> list[str]:
    """Each mute as whoever arrives must know it: of what, where, until when, by whom, why. Begins with a reference."""
    numbers = [row.incident_id for row in rows if row.incident_id is not None]
    found = await session.scalars(select(Incident).where(Incident.id.in_(numbers)))
    incidents_told: Mapping[int | None, str] = {row.id: _of_what(desk, row) for row in found}
    return [
        f"{incidents_told.get(row.incident_id) or desk.service_name(row.service or '')}"
        f" {until_when(desk, row)}, par {row.made_by} : {row.reason}"
        for row in rows
    ]


def _of_what(desk: Desk, incident: Incident) -> str:
    where = incident.place or incident.commune
    return f"{incident.reference} ({desk.plan_of(incident).title}{f', {where}' if where else ''})"
