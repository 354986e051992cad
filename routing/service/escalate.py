"""Nobody has taken an incident in time: the next level is paged, and there is always a next deadline."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.escalation import Move, Standing, decide
from routing.domain.incident import Event, IncidentState
from routing.domain.oncall import METROPOLIS
from routing.domain.paging import CONSOLE
from routing.errors import Conflict
from routing.service.desk import Desk
from routing.service.page import give_up_level, plan_pages
from routing.service.record import record
from routing.store import incidents, roster, timers
from routing.store.models import Incident

LONG_AGO = timedelta(days=1)  # a person who asks for the duty waits for no delay of the first level


async def escalate(session: AsyncSession, desk: Desk, incident_id: int, channels: Sequence[str] = (CONSOLE,)) -> None:
    """Carry out the escalation due now. Safe to run twice: the deadline is read again under the row's lock."""
    incident = await incidents.by_id(session, incident_id, lock=True)
    if incident is None or incident.state is not IncidentState.OPEN:
        await timers.disarm(session, timers.Verb.ESCALATE, incident_id)
        return
    now = desk.now()
    if not await timers.is_due(session, timers.Verb.ESCALATE, incident_id, now):
        return
    people = await roster.load_at(session, now)
    standing = Standing(incident.escalation_started_at or now, incident.level, incident.round)
    move = decide(people.policy_for(incident.policy_service or METROPOLIS), standing, people, now)
    await timers.arm(session, timers.Verb.ESCALATE, incident.id, move.next_at, now)
    if not move.people and not move.alarm:
        return
    await give_up_level(session, incident)
    left_out = await plan_pages(session, desk, incident, move.people, move.level, channels, apart=move.apart)
    incident.escalation_started_at = move.next.started_at
    incident.level, incident.round = move.next.level, move.next.round
    incident.alarm = move.alarm or incident.alarm
    await _record(session, desk, incident, move, left_out)


async def call_duty(session: AsyncSession, desk: Desk, reference: str, *, by: str, reason: str = "") -> Incident:
    """A person asks for the duty: the next level is paged at once, the metropolis's if nothing was engaged yet."""
    incident = await incidents.by_reference(session, reference, lock=True)
    if incident.state is IncidentState.RESOLVED:
        raise Conflict(f"{incident.reference} est résolu : rouvrez-le d'abord")
    now = desk.now()
    said = f"{by} appelle l'astreinte" + (f" : {reason}" if reason else "")
    if incident.state is IncidentState.ACKNOWLEDGED:
        # The duty is a second person: the first keeps the checklist, the incident waits for an answer again.
        incident.policy_service = METROPOLIS
        await start_again(session, desk, incident, said, by=by)
        return incident
    incident.policy_service = incident.policy_service or METROPOLIS
    if incident.escalation_started_at is None or incident.escalation_started_at > now or incident.level == 0:
        incident.escalation_started_at = now - LONG_AGO
    await record(session, desk, incident, Event.ESCALATED, said, by=by, broadcast=True)
    await timers.arm(session, timers.Verb.ESCALATE, incident.id, now, now)
    return incident


async def start_again(
    session: AsyncSession, desk: Desk, incident: Incident, said: str, *, by: str | None = None
) -> None:
    """Whoever took the incident has it no more: the levels begin anew, without any delay."""
    now = desk.now()
    incident.state, incident.acknowledged_at, incident.acknowledged_by = IncidentState.OPEN, None, None
    incident.policy_service = incident.policy_service or METROPOLIS
    incident.escalation_started_at, incident.level, incident.round = now - LONG_AGO, 0, 1
    await record(session, desk, incident, Event.ESCALATED, said, by=by, broadcast=True)
    await timers.disarm(session, timers.Verb.HOLD, incident.id)
    await timers.arm(session, timers.Verb.ESCALATE, incident.id, now, now)


async def _record(session: AsyncSession, desk: Desk, incident: Incident, move: Move, left_out: list[str]) -> None:
    said = _said(move) + (f". Par un autre moyen que prévu : {' ; '.join(left_out)}" if left_out else "")
    await record(
        session,
        desk,
        incident,
        Event.ALARM if move.alarm else Event.ESCALATED,
        said,
        broadcast=True,
        policy=move.policy,
        level=move.level + 1,
        round=move.round,
        people=[person.id for person in move.people],
        empty=list(move.empty),
        next_at=move.next_at.isoformat(),
    )


def _said(move: Move) -> str:
    names = ", ".join(person.name for person in move.people)
    if not names:
        return f"Alarme : {move.alarm}"
    said = f"Astreinte, niveau {move.level + 1} : {names}"
    return f"{said} — {move.alarm}" if move.alarm else said
