"""Whoever took an incident and gives no sign of life is asked; without an answer the escalation goes on."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.incident import Event, IncidentState
from routing.domain.paging import CONSOLE, Purpose
from routing.service.desk import Desk
from routing.service.escalate import start_again
from routing.service.mute import over
from routing.service.page import Summons, end_question, plan_pages
from routing.service.record import record
from routing.store import audit, incidents, roster, timers
from routing.store.models import Incident, TimelineEntry
from routing.store.timers import Verb

ANSWER = timedelta(minutes=5)  # that the person has to say that they still have it
ASKED_ABOUT = "toujours dessus ?"


async def watch_over(
    session: AsyncSession, desk: Desk, incident_id: int, channels: Collection[str] = (CONSOLE,)
) -> None:
    """Look whether the holder lives. Safe to run twice: the deadline is read again under the row's lock."""
    incident = await incidents.by_id(session, incident_id, lock=True)
    patience = desk.catalogue.holds.get(incident.severity) if incident else None
    if incident is None or incident.state is not IncidentState.ACKNOWLEDGED or patience is None:
        await timers.disarm(session, Verb.HOLD, incident_id)
        return
    now = desk.now()
    if not await timers.is_due(session, Verb.HOLD, incident_id, now):
        return
    silent_until = await over(session, desk, incident)
    if silent_until is not None:
        await timers.arm(session, Verb.HOLD, incident_id, silent_until, now)
        return
    alive, asked = await _signs(session, incident)
    if asked is None or asked <= alive:
        await end_question(session, desk, incident)
        if now < alive + patience:
            await timers.arm(session, Verb.HOLD, incident_id, alive + patience, now)
        else:
            await _ask(session, desk, incident, channels)
            await timers.arm(session, Verb.HOLD, incident_id, now + ANSWER, now)
    elif now < asked + ANSWER:
        await timers.arm(session, Verb.HOLD, incident_id, asked + ANSWER, now)
    else:
        await end_question(session, desk, incident)
        said = f"{incident.acknowledged_by} ne donne plus signe de vie : l'astreinte est rappelée"
        await start_again(session, desk, incident, said)


async def _signs(session: AsyncSession, incident: Incident) -> tuple[datetime, datetime | None]:
    """When the holder last did anything, and when they were last asked."""
    mine = TimelineEntry.incident_id == incident.id
    by_holder = select(func.max(TimelineEntry.at)).where(mine, TimelineEntry.by == incident.acknowledged_by)
    question = select(func.max(TimelineEntry.at)).where(
        mine, TimelineEntry.kind == Event.HELD, TimelineEntry.by.is_(None), TimelineEntry.at >= incident.acknowledged_at
    )
    alive = await session.scalar(by_holder) or incident.acknowledged_at
    assert alive is not None
    return alive, await session.scalar(question)


async def _ask(session: AsyncSession, desk: Desk, incident: Incident, channels: Collection[str]) -> None:
    holder = incident.acknowledged_by
    said = f"{holder}, {ASKED_ABOUT} Sans signe de vie dans cinq minutes, l'astreinte est rappelée."
    await record(session, desk, incident, Event.HELD, said, broadcast=True)
    people = (await roster.load(session)).people.values()
    known = next((person for person in people if person.name == holder), None)
    if known is not None:
        decided, _ = await plan_pages(session, desk, [Summons(incident, [known], purpose=Purpose.HOLD)], channels)
        audit.append(session, decided)
