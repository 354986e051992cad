"""Somebody cannot be reached this way: the next channel, the next person or the next level is called at once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.escalation import EXHAUSTED
from routing.domain.incident import Event, IncidentState
from routing.domain.paging import NAMES, Purpose
from routing.service.desk import Desk
from routing.service.record import record
from routing.store import pages, timers
from routing.store.models import Incident, Page


async def pass_on(session: AsyncSession, desk: Desk, incident: Incident | None, page: Page, why: str) -> None:
    """Call whoever comes next because of ``why`` (French); once only, however often the page fails.

    The incident's row and the page's must be locked.
    """
    if page.passed_on or incident is None:
        return
    page.passed_on = True
    said = f"{page.name} : {why} ({NAMES.get(page.channel, page.channel)})"
    await record(session, desk, incident, Event.UNREACHED, said, person=page.person, channel=page.channel)
    await call_next(session, desk, incident, page)


async def call_next(session: AsyncSession, desk: Desk, incident: Incident, page: Page) -> None:
    """What comes after ``page``, now: a pending one of its level, else the next level when nobody is being reached."""
    await session.flush()
    now = desk.now()
    following = await pages.next_of_level(session, page)
    if following is not None:
        following.due_at = min(following.due_at, now)
        await timers.arm(session, timers.Verb.PAGE, following.id, now, now)
        return
    if page.purpose is Purpose.INCIDENT:
        await go_on(session, desk, incident)


async def go_on(session: AsyncSession, desk: Desk, incident: Incident) -> None:
    """The next level at once when there is nobody of whom an answer can be hoped for. The incident must be locked."""
    if incident.state is IncidentState.OPEN and not await pages.being_reached(session, incident.id):
        await _next_level(session, desk, incident)


async def _next_level(session: AsyncSession, desk: Desk, incident: Incident) -> None:
    """The next level is paged now; when this round has none left, the metropolis duty, else the room knows it."""
    now = desk.now()
    if not between_rounds(incident, now) or incident.alarm != EXHAUSTED:
        await timers.arm(session, timers.Verb.ESCALATE, incident.id, now, now)


def between_rounds(incident: Incident, now: datetime) -> bool:
    """Whether every level of a round was called, and the next one has not begun."""
    return incident.round > 1 and incident.level == 0 and (incident.escalation_started_at or now) > now
