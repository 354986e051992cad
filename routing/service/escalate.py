"""Nobody has taken an incident in time: the next level is paged, and there is always a next deadline."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.escalation import EXHAUSTED, Move, Standing, decide, last_resort
from routing.domain.incident import Event, IncidentState
from routing.domain.oncall import METROPOLIS, Roster
from routing.domain.paging import CONSOLE
from routing.errors import Conflict
from routing.service.desk import Desk
from routing.service.mute import keep_silent
from routing.service.page import Summons, give_up_levels, plan_pages, speak_again
from routing.service.pass_on import between_rounds, go_on
from routing.service.record import Happening, record, record_all
from routing.store import incidents, pages, roster, timers
from routing.store.models import Incident

LONG_AGO = timedelta(days=1)  # a person who asks for the duty waits for no delay of the first level


async def escalate(
    session: AsyncSession,
    desk: Desk,
    incident_id: int,
    channels: Sequence[str] = (CONSOLE,),
    *,
    together: int = timers.TOGETHER,
) -> list[int]:
    """Carry out the escalation due now, and others that are due too: thousands cost little more than one.

    Safe to run twice: deadlines are read again under the rows' locks. Whoever holds the first incident is waited for;
    others that somebody holds are left to their own jobs. Returns which were looked at, ``together`` at most.
    """
    now = desk.now()
    found = await incidents.lock_due(session, incident_id, now, together)
    due = await timers.due_among(session, timers.Verb.ESCALATE, [incident.id for incident in found], now)
    waiting = [one for one in found if one.state is IncidentState.OPEN]
    ended = {incident_id, *(one.id for one in found)} - {one.id for one in waiting}
    await timers.disarm(session, timers.Verb.ESCALATE, ended)
    people = await roster.load(session)
    due -= await keep_silent(session, desk, [one for one in waiting if one.id in due])
    moves = [(one, await _decide(session, people, one, now)) for one in waiting if one.id in due]
    await timers.arm_each(session, timers.Verb.ESCALATE, {one.id: move.next_at for one, move in moves}, now)
    await _carry_out(session, desk, [(one, move) for one, move in moves if move.people or move.alarm], channels)
    return [one.id for one in found]


async def _decide(session: AsyncSession, people: Roster, incident: Incident, now: datetime) -> Move:
    standing = Standing(incident.escalation_started_at or now, incident.level, incident.round)
    policy = people.policy_for(incident.policy_service or METROPOLIS)
    if not between_rounds(incident, now) or await pages.being_reached(session, incident.id):
        return decide(policy, standing, people, now)
    called = await pages.called_in(session, incident.id, (incident.round - 1, incident.round))
    helped = last_resort(policy, standing, people, now, called)
    return helped or Move((), 0, incident.round, EXHAUSTED, standing, standing.started_at)


async def _carry_out(
    session: AsyncSession, desk: Desk, moves: Sequence[tuple[Incident, Move]], channels: Sequence[str]
) -> None:
    if not moves:
        return
    await give_up_levels(session, [incident.id for incident, move in moves if move.alarm != EXHAUSTED])
    summons = [Summons(incident, move.people, move.level, move.apart) for incident, move in moves]
    decided, left_out = await plan_pages(session, desk, summons, channels)
    for incident, move in moves:
        incident.escalation_started_at = move.next.started_at
        incident.level, incident.round = move.next.level, move.next.round
        incident.alarm = move.alarm or incident.alarm
    happened = [_happening(incident, move, left_out.get(incident.id, [])) for incident, move in moves]
    await record_all(session, desk, happened, decided)
    for incident, move in moves:
        if move.people and incident.id in left_out:
            await go_on(session, desk, incident)


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
        holder = incident.acknowledged_by
        await start_again(session, desk, incident, f"{said}. {holder} s'en occupe toujours.", by=by, at_work=holder)
        return incident
    incident.policy_service = incident.policy_service or METROPOLIS
    if incident.escalation_started_at is None or incident.escalation_started_at > now or incident.level == 0:
        incident.escalation_started_at = now - LONG_AGO
    incident.insisted_at = now
    await speak_again(session, desk, incident, by)
    await record(session, desk, incident, Event.ESCALATED, said, by=by, broadcast=True)
    await timers.arm(session, timers.Verb.ESCALATE, incident.id, now, now)
    return incident


async def start_again(
    session: AsyncSession,
    desk: Desk,
    incident: Incident,
    said: str,
    *,
    by: str | None = None,
    at_work: str | None = None,
) -> None:
    """Whoever took the incident has it no more: the levels begin anew, without any delay.

    ``at_work`` goes on with it meanwhile.
    """
    now = desk.now()
    incident.state, incident.acknowledged_at, incident.acknowledged_by = IncidentState.OPEN, None, None
    incident.at_work = at_work
    incident.policy_service = incident.policy_service or METROPOLIS
    incident.escalation_started_at, incident.level, incident.round = now - LONG_AGO, 0, 1
    incident.insisted_at = now
    await speak_again(session, desk, incident, by)
    await record(session, desk, incident, Event.ESCALATED, said, by=by, broadcast=True)
    await timers.disarm(session, timers.Verb.HOLD, incident.id)
    await timers.arm(session, timers.Verb.ESCALATE, incident.id, now, now)


def _happening(incident: Incident, move: Move, left_out: Sequence[str]) -> Happening:
    said = _said(move) + (f". Par un autre moyen que prévu : {' ; '.join(left_out)}" if left_out else "")
    if move.alarm == EXHAUSTED:  # it only says that nobody is left, and decides nothing
        return Happening(incident, Event.ALARM, said, broadcast=True)
    facts = {
        "policy": move.policy,
        "level": move.level + 1,
        "round": move.round,
        "people": [person.id for person in move.people],
        "empty": list(move.empty),
        "next_at": move.next_at.isoformat(),
    }
    return Happening(incident, Event.ALARM if move.alarm else Event.ESCALATED, said, broadcast=True, facts=facts)


def _said(move: Move) -> str:
    names = ", ".join(person.name for person in move.people)
    if not names:
        return f"Alarme : {move.alarm}"
    said = f"Astreinte, niveau {move.level + 1} : {names}"
    return f"{said} — {move.alarm}" if move.alarm else said
