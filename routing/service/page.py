"""Pages: planned from each person's contact plan, ended when a person has the incident."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.incident import PageState
from routing.domain.oncall import Person
from routing.domain.paging import ContactPlan, Purpose, contact_plan
from routing.domain.procedure import Severity
from routing.service.audit import note_decision
from routing.service.desk import Desk
from routing.store import live, pages, timers
from routing.store.models import Incident, Page

YOURS = "c'est noté, à vous. Merci."


async def plan_pages(
    session: AsyncSession,
    desk: Desk,
    incident: Incident,
    people: Sequence[Person],
    level: int,
    channels: Collection[str],
    *,
    apart: timedelta = timedelta(),
    purpose: Purpose = Purpose.INCIDENT,
) -> list[str]:
    """One row for each contact step of each person, the people ``apart`` from one another.

    Returns what was left out and why, a line for each person concerned.
    """
    said: list[str] = []
    for turn, person in enumerate(people):
        plan = plan_of(desk, person, channels, incident.severity)
        rows = await add_pages(session, desk, person, plan, turn * apart, incident, level, purpose)
        tries = [{"channel": row.channel, "due_at": row.due_at.isoformat()} for row in rows]
        text = f"{person.name} sera appelé·e : {desk.ways([(row.channel, row.due_at) for row in rows])}"
        left_out = list(plan.remarks)
        await note_decision(
            session, desk, incident, "plan", text, person=person.id, tries=tries, left_out=left_out, level=level + 1
        )
        said += [f"{person.name} ({', '.join(plan.remarks)})"] if plan.remarks else []
    return said


def plan_of(desk: Desk, person: Person, channels: Collection[str], severity: Severity) -> ContactPlan:
    """How the person is reached at this moment."""
    return contact_plan(person, channels, severity, desk.now(), desk.zone)


async def add_pages(
    session: AsyncSession,
    desk: Desk,
    person: Person,
    plan: ContactPlan,
    later: timedelta = timedelta(),
    incident: Incident | None = None,
    level: int = 0,
    purpose: Purpose = Purpose.INCIDENT,
) -> list[Page]:
    """The rows of one person's contact plan with their timers."""
    now = desk.now()
    rows = [
        Page(
            incident_id=incident.id if incident else None,
            purpose=purpose,
            person=person.id,
            name=person.name,
            level=level + 1,
            round=incident.round if incident else 1,
            channel=attempt.channel,
            due_at=now + later + attempt.after,
        )
        for attempt in plan.attempts
    ]
    session.add_all(rows)
    await session.flush()
    for row in rows:
        await timers.arm(session, timers.Verb.PAGE, row.id, row.due_at, now)
    return rows


async def stop_paging(
    session: AsyncSession, desk: Desk, incident: Incident, word: str, *, taken_by: str | None = None
) -> None:
    """End every page and the escalation of an incident that a person now has (or that is over).

    Whoever was called is told ``word`` (French), and telephones that ring stop.
    """
    now = desk.now()
    ended: list[int] = []
    rung: list[int] = []
    for page in await pages.of_incident(session, incident.id, pages.ANSWERABLE):
        taken = page.name == taken_by
        said = f"{incident.reference} : {YOURS if taken else word}"
        await end(session, desk, page, said, PageState.ACKNOWLEDGED if taken else PageState.CANCELLED)
        (rung if page.last_word else ended).append(page.id)
    incident.escalation_started_at, incident.alarm = None, None
    incident.level, incident.round = 0, 1
    await session.flush()
    await timers.disarm(session, timers.Verb.PAGE, ended)
    await timers.arm(session, timers.Verb.PAGE, rung, now, now)
    await timers.disarm(session, timers.Verb.ESCALATE, incident.id)


async def end(session: AsyncSession, desk: Desk, page: Page, word: str, state: PageState = PageState.CANCELLED) -> None:
    """One page is over; ``word`` is what the person will be told, if anything reached them."""
    if page.provider_ref is not None or page.state is PageState.SENDING:
        page.last_word = word
    page.state = state
    page.answered_at = desk.now()
    await live.announce(session, "page", page.id)


async def give_up_level(session: AsyncSession, incident: Incident) -> None:
    """What still rings from earlier levels is unanswered; it can be answered until the incident is taken."""
    await session.execute(
        update(Page)
        .where(Page.incident_id == incident.id, Page.state == PageState.RINGING)
        .values(state=PageState.UNANSWERED)
    )
