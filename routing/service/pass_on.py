"""Somebody cannot be reached this way: the next channel, the next person or the next level is called at once."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.incident import Event, IncidentState
from routing.domain.paging import NAMES, Purpose
from routing.service.desk import Desk
from routing.service.record import record
from routing.store import pages, timers
from routing.store.models import Incident, Page

EXHAUSTED = "personne d'autre à appeler avant le prochain tour : appelez le chef de salle"


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
    """The next level is paged now; when this round has none left, the room knows it at once."""
    now = desk.now()
    round_is_over = incident.level == 0 and (incident.escalation_started_at or now) > now
    if not round_is_over:
        await timers.arm(session, timers.Verb.ESCALATE, incident.id, now, now)
    elif incident.alarm != EXHAUSTED:
        incident.alarm = EXHAUSTED
        await record(session, desk, incident, Event.ALARM, f"Alarme : {EXHAUSTED}", broadcast=True)
