"""Pages: planned from a person's contact plan, rung by a Pager, answered by a human or not."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.card import Call
from routing.domain.incident import Event, IncidentState, PageState
from routing.domain.oncall import ContactStep, Person
from routing.errors import Conflict, NotFound
from routing.ports import Pager, PermanentProblem
from routing.service.desk import Desk
from routing.service.record import record
from routing.store import incidents, live, timers
from routing.store.base import Database
from routing.store.models import Incident, Page

CONSOLE = "console"
RING_TIME = 6.0  # seconds a pager has; one that hangs must not keep a worker's hand
EXHAUSTED = "personne d'autre à appeler avant le prochain tour : appelez le chef de salle"
LIVE = (PageState.PENDING, PageState.SENDING, PageState.RINGING)
# Somebody who let it ring may still answer as long as the incident waits.
ANSWERABLE = (*LIVE, PageState.UNANSWERED)


async def plan_pages(
    session: AsyncSession, desk: Desk, incident: Incident, people: Sequence[Person], level: int, channels: Sequence[str]
) -> None:
    """One row for each contact step of each person; a channel nobody serves becomes the console's panel."""
    now = desk.now()
    for person in people:
        seen: set[str] = set()
        for step in person.plan or (ContactStep(CONSOLE),):
            channel = step.by if step.by in channels else CONSOLE
            if channel not in seen:
                seen.add(channel)
                await _plan(session, desk, incident, person, level, channel, now + step.after)


async def _plan(
    session: AsyncSession, desk: Desk, incident: Incident, person: Person, level: int, channel: str, due_at: datetime
) -> None:
    page = Page(
        incident_id=incident.id,
        person=person.id,
        name=person.name,
        level=level + 1,
        round=incident.round,
        channel=channel,
        due_at=due_at,
    )
    session.add(page)
    await session.flush()
    await timers.arm(session, timers.Verb.PAGE, page.id, due_at, desk.now())


async def ring(database: Database, desk: Desk, pagers: Mapping[str, Pager], page_id: int) -> None:
    """Carry out one page; raises DeliveryProblem to be tried again. A page prefers a duplicate to silence."""
    async with database.transaction() as session:
        page = await session.get(Page, page_id, with_for_update=True)
        if page is None or page.state not in (PageState.PENDING, PageState.SENDING):
            await timers.disarm(session, timers.Verb.PAGE, page_id)
            return
        incident = await session.get_one(Incident, page.incident_id)
        page.state = PageState.SENDING
        page.attempts += 1
        call = call_for(desk, incident, page)
    refusal: str | None = None
    try:
        async with asyncio.timeout(RING_TIME):
            # A channel that lost its account since the page was planned rings in the room.
            await (pagers.get(page.channel) or pagers[CONSOLE]).ring(call)
    except PermanentProblem as error:
        refusal = str(error)
    async with database.transaction() as session:
        await _rung(session, desk, page_id, refusal)


async def _rung(session: AsyncSession, desk: Desk, page_id: int, refusal: str | None) -> None:
    incident_id = await session.scalar(select(Page.incident_id).where(Page.id == page_id))
    incident = await incidents.by_id(session, incident_id or 0, lock=True)
    page = await session.get_one(Page, page_id, with_for_update=True, populate_existing=True)
    await timers.disarm(session, timers.Verb.PAGE, page_id)
    if incident is None or page.state is not PageState.SENDING:
        return  # answered or cancelled while it was on its way
    page.state = PageState.FAILED if refusal else PageState.RINGING
    page.error = refusal
    page.sent_at = None if refusal else desk.now()
    await live.announce(session, "page", page.id)
    if refusal:
        await record(session, desk, incident, Event.ALARM, f"{page.name} injoignable ({page.channel})", broadcast=True)
        await _call_next(session, desk, incident)
    else:
        await record(session, desk, incident, Event.PAGED, f"{page.name} est appelé·e (niveau {page.level})")


async def decline(session: AsyncSession, desk: Desk, page_id: int) -> Page:
    """The person cannot: the next level is paged at once when nobody else of this level is being reached."""
    incident_id = await session.scalar(select(Page.incident_id).where(Page.id == page_id))
    if incident_id is None:
        raise NotFound("Cet appel n'existe pas")
    incident = await incidents.by_id(session, incident_id, lock=True)
    page = await session.get_one(Page, page_id, with_for_update=True, populate_existing=True)
    if incident is None or page.state not in ANSWERABLE:
        raise Conflict("Cet appel est déjà terminé")
    now = desk.now()
    page.state, page.answered_at = PageState.DECLINED, now
    await live.announce(session, "page", page.id)
    await record(session, desk, incident, Event.DECLINED, f"{page.name} ne peut pas", by=page.name, broadcast=True)
    await _leave_alone(session, desk, page)
    if incident.state is IncidentState.OPEN and not await _being_reached(session, incident):
        await _call_next(session, desk, incident)
    return page


async def _leave_alone(session: AsyncSession, desk: Desk, declined: Page) -> None:
    """Who cannot is not called again by the rest of their contact plan."""
    same = (Page.incident_id == declined.incident_id, Page.person == declined.person, Page.state.in_(LIVE))
    rest = list(await session.scalars(select(Page).where(*same)))
    for page in rest:
        page.state, page.answered_at = PageState.CANCELLED, desk.now()
        await live.announce(session, "page", page.id)
    await timers.disarm(session, timers.Verb.PAGE, [page.id for page in rest])


async def _being_reached(session: AsyncSession, incident: Incident) -> bool:
    query = select(Page.id).where(Page.incident_id == incident.id, Page.state.in_(LIVE)).limit(1)
    return await session.scalar(query) is not None


async def _call_next(session: AsyncSession, desk: Desk, incident: Incident) -> None:
    """The next level is paged now; when this round has none left, the room knows it at once."""
    now = desk.now()
    round_is_over = incident.level == 0 and (incident.escalation_started_at or now) > now
    if not round_is_over:
        await timers.arm(session, timers.Verb.ESCALATE, incident.id, now, now)
    elif not await _being_reached(session, incident):
        incident.alarm = EXHAUSTED
        await record(session, desk, incident, Event.ALARM, f"Alarme : {EXHAUSTED}", broadcast=True)


async def person_paged(session: AsyncSession, page_id: int) -> tuple[str, str]:
    """(incident reference, person's name) of a page. Raises NotFound."""
    query = select(Incident.reference, Page.name).join(Incident, Incident.id == Page.incident_id)
    row = (await session.execute(query.where(Page.id == page_id))).one_or_none()
    if row is None:
        raise NotFound("Cet appel n'existe pas")
    return row.reference, row.name


async def stop_paging(session: AsyncSession, desk: Desk, incident: Incident, *, taken_by: str | None = None) -> None:
    """End every page and the escalation of an incident that a person now has (or that is over)."""
    pages = await session.scalars(select(Page).where(Page.incident_id == incident.id, Page.state.in_(ANSWERABLE)))
    cancelled: list[int] = []
    for page in pages:
        page.state = PageState.ACKNOWLEDGED if page.name == taken_by else PageState.CANCELLED
        page.answered_at = desk.now()
        cancelled.append(page.id)
        await live.announce(session, "page", page.id)
    incident.escalation_started_at, incident.alarm = None, None
    incident.level, incident.round = 0, 1
    await timers.disarm(session, timers.Verb.PAGE, cancelled)
    await timers.disarm(session, timers.Verb.ESCALATE, incident.id)


async def give_up_level(session: AsyncSession, incident: Incident) -> None:
    """What still rings from earlier levels is unanswered; it can be answered until the incident is taken."""
    await session.execute(
        update(Page)
        .where(Page.incident_id == incident.id, Page.state == PageState.RINGING)
        .values(state=PageState.UNANSWERED)
    )


def call_for(desk: Desk, incident: Incident, page: Page) -> Call:
    """What the person hears or reads."""
    plan = desk.plan_of(incident)
    where = ", ".join(part for part in (incident.place, incident.commune) if part) or "lieu inconnu"
    text = f"Vigie, incident {incident.severity} {incident.reference} : {plan.title}. {where}. Personne ne l'a pris."
    return Call(page.id, incident.id, incident.reference, page.person, page.name, page.level, text)
