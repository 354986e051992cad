"""Pages: planned from each person's contact plan, ended when a person has the incident."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeAlias

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.audit import Entry
from routing.domain.incident import PageState
from routing.domain.oncall import Person
from routing.domain.paging import ContactPlan, Purpose, contact_plan
from routing.service.audit import decision
from routing.service.desk import Desk
from routing.store import live, mutes, pages, timers
from routing.store.bulk import insert_rows
from routing.store.models import Incident, Page

Row: TypeAlias = dict[str, Any]  # of the page table
YOURS = "c'est noté, à vous. Merci."


@dataclass(frozen=True, slots=True)
class Summons:
    """People who are to be called about an incident, ``apart`` from one another. ``level`` counts from 0."""

    incident: Incident
    people: Sequence[Person]
    level: int = 0
    apart: timedelta = timedelta()
    purpose: Purpose = Purpose.INCIDENT


async def plan_pages(
    session: AsyncSession, desk: Desk, summons: Sequence[Summons], channels: Collection[str]
) -> tuple[list[Entry], dict[int, list[str]]]:
    """One page for each contact step of each person, with its timer.

    Returns what the audit log is to be told, and by incident what was left out and why, a line for each person.
    """
    rows: list[Row] = []
    decided: list[Entry] = []
    said: dict[int, list[str]] = {}
    for one in summons:
        turn = 0
        for person in one.people:
            plan = contact_plan(person, channels, one.incident.severity, desk.now(), desk.zone)
            theirs = page_rows(desk, person, plan, one.purpose, one.incident, one.level, later=turn * one.apart)
            turn += not plan.stranded  # nobody waits for somebody who cannot be reached
            rows += theirs
            decided.append(_decision(desk, one, person, plan, theirs))
            if plan.remarks:
                said.setdefault(one.incident.id, []).append(f"{person.name} ({', '.join(plan.remarks)})")
    await keep_pages(session, desk, rows)
    return decided, said


def _decision(desk: Desk, summons: Summons, person: Person, plan: ContactPlan, rows: Sequence[Row]) -> Entry:
    tries = [{"channel": row["channel"], "due_at": row["due_at"].isoformat()} for row in rows]
    text = f"{person.name} sera appelé·e : {desk.ways([(row['channel'], row['due_at']) for row in rows])}"
    facts: dict[str, Any] = {"tries": tries, "left_out": list(plan.remarks), "level": summons.level + 1}
    return decision(desk, summons.incident, "plan", text, person=person.id, **facts)


def page_rows(
    desk: Desk,
    person: Person,
    plan: ContactPlan,
    purpose: Purpose,
    incident: Incident | None = None,
    level: int = 0,
    *,
    later: timedelta = timedelta(),
    round_: int = 1,
) -> list[Row]:
    """The rows of one person's contact plan; ``round_`` says what belongs together where there is no incident."""
    shared = {
        "incident_id": incident.id if incident else None,
        "purpose": purpose.value,
        "person": person.id,
        "name": person.name,
        "level": level + 1,
        "round": incident.round if incident else round_,
        "state": PageState.PENDING.value,
        "attempts": 0,
        "followed": False,
        "passed_on": plan.stranded,
    }
    begins = desk.now() + later
    return [{**shared, "channel": one.channel, "due_at": begins + one.after} for one in plan.attempts]


async def keep_pages(session: AsyncSession, desk: Desk, rows: Sequence[Row]) -> None:
    """The pages and their timers."""
    ids = await insert_rows(session, Page, rows)
    dues = {id_: row["due_at"] for id_, row in zip(ids, rows, strict=True)}
    await timers.arm_each(session, timers.Verb.PAGE, dues, desk.now())


async def stop_paging(
    session: AsyncSession,
    desk: Desk,
    incident: Incident,
    word: str,
    *,
    taken_by: str | None = None,
    mutes_too: bool = True,
) -> None:
    """End every page, the escalation and the mute of an incident that a person now has (or that is over).

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
    if mutes_too:
        await speak_again(session, desk, incident, taken_by)
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
    live.announce(session, "page", page.id)


async def give_up_levels(session: AsyncSession, incidents: Collection[int]) -> None:
    """What still rings from earlier levels is unanswered; it can be answered until the incident is taken."""
    await session.execute(
        update(Page)
        .where(Page.incident_id.in_(incidents), Page.state == PageState.RINGING)
        .values(state=PageState.UNANSWERED)
    )


async def end_question(session: AsyncSession, desk: Desk, incident: Incident) -> None:
    """Calls that still ask are over, whoever answered by whatever means."""
    for page in await pages.of_incident(session, incident.id, pages.ANSWERABLE):
        if page.purpose is Purpose.HOLD:
            await end(session, desk, page, f"{incident.reference} : la question ne se pose plus. Merci.")
            await timers.arm(session, timers.Verb.PAGE, page.id, desk.now(), desk.now())


async def speak_again(session: AsyncSession, desk: Desk, incident: Incident, by: str | None) -> None:
    """What kept the incident silent is over."""
    if incident.mute_id is not None:
        await mutes.end_of_incident(session, incident.id, desk.now(), by)
        incident.mute_id, incident.muted = None, None
