"""Pages: the queries."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from routing.domain.incident import PageState
from routing.domain.paging import CONSOLE, Delivery, Purpose
from routing.store.models import Incident, Page

LIVE = (PageState.PENDING, PageState.SENDING, PageState.RINGING)
# Somebody who let it ring may still answer as long as the incident waits.
ANSWERABLE = (*LIVE, PageState.UNANSWERED)
ENDED = (Delivery.MISSED, Delivery.OVER)


async def locked(session: AsyncSession, page_id: int) -> Page | None:
    """The page with its row locked for the transaction. Lock its incident first."""
    return await session.get(Page, page_id, with_for_update=True, populate_existing=True)


async def with_incident(session: AsyncSession, page_id: int) -> tuple[Page | None, Incident | None]:
    """A page and its incident, the incident's row locked first, always in this order."""
    owner = select(Page.incident_id).where(Page.id == page_id).scalar_subquery()
    lock = select(Incident).where(Incident.id == owner).with_for_update(key_share=True)
    incident = await session.scalar(lock.execution_options(populate_existing=True))
    return await locked(session, page_id), incident


async def carried_by(session: AsyncSession, leader_id: int) -> Sequence[Page]:
    """Every page of one call or message: the one that leads it and those that joined."""
    query = select(Page).where(or_(Page.id == leader_id, Page.joined_id == leader_id)).order_by(Page.id)
    return (await session.scalars(query.execution_options(populate_existing=True))).all()


async def carried_with_incidents(session: AsyncSession, leader_id: int) -> Sequence[tuple[Page, Incident | None]]:
    """The same, each with its incident."""
    query = select(Page, Incident).outerjoin(Incident, Incident.id == Page.incident_id)
    mine = query.where(or_(Page.id == leader_id, Page.joined_id == leader_id)).order_by(Page.id)
    rows = await session.execute(mine.execution_options(populate_existing=True))
    return [(page, incident) for page, incident in rows]


async def joined_to(session: AsyncSession, leader_id: int) -> Sequence[int]:
    """The numbers of those that joined and have not left yet."""
    query = select(Page.id).where(Page.joined_id == leader_id, Page.state.in_((PageState.PENDING, PageState.SENDING)))
    return (await session.scalars(query.order_by(Page.id))).all()


async def lock_carried(session: AsyncSession, leader_id: int) -> tuple[dict[int, Incident], Sequence[Page]]:
    """The same with their incidents by number, every row locked."""
    ids = {page.incident_id for page in await carried_by(session, leader_id) if page.incident_id}
    lock = select(Incident).where(Incident.id.in_(ids)).order_by(Incident.id).with_for_update(key_share=True)
    found = await session.scalars(lock.execution_options(populate_existing=True))
    incidents = {incident.id: incident for incident in found}
    query = select(Page).where(or_(Page.id == leader_id, Page.joined_id == leader_id)).order_by(Page.id)
    pages = await session.scalars(query.with_for_update().execution_options(populate_existing=True))
    # One that joined meanwhile belongs to an incident that is not locked: it waits for its own turn.
    return incidents, [page for page in pages if page.incident_id is None or page.incident_id in incidents]


async def one_at_a_time(session: AsyncSession, person: str, channel: str) -> None:
    """Whoever else wants to ring this person by this channel waits until the transaction ends."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"page:{channel}:{person}", 0))))


async def open_call(session: AsyncSession, page: Page, since: datetime) -> Page | None:
    """The call this person is being reached by at this moment, begun ``since``; None when their line is free.

    One that we called off is being hung up, unless it still tells of something else.
    """
    other = aliased(Page)
    tells = exists().where(other.joined_id == Page.id, other.state.in_(LIVE))
    going_on = and_(
        or_(Page.state != PageState.CANCELLED, tells),
        Page.followed,
        Page.provider_ref.is_not(None),
        Page.sent_at >= since,
        or_(Page.delivery.is_(None), Page.delivery.not_in(ENDED)),
    )
    return await session.scalar(_same_line(page, or_(Page.state == PageState.SENDING, going_on)))


async def fresh_message(session: AsyncSession, page: Page, since: datetime) -> Page | None:
    """A message of the same kind to this person that leaves now or left ``since``."""
    return await session.scalar(_same_line(page, or_(Page.state == PageState.SENDING, Page.sent_at > since)))


def _same_line(page: Page, condition: ColumnElement[bool]) -> Select[Page]:
    same = (Page.person == page.person, Page.channel == page.channel, Page.id != page.id, Page.joined_id.is_(None))
    return select(Page).where(*same, Page.purpose == page.purpose, condition).order_by(Page.id.desc()).limit(1)


async def gather(session: AsyncSession, leader: Page, now: datetime) -> list[int]:
    """Every other page that waits for the same person and channel joins ``leader``; returns their numbers."""
    waiting = (Page.person == leader.person, Page.channel == leader.channel, Page.id != leader.id)
    due = (Page.state == PageState.PENDING, Page.joined_id.is_(None), Page.due_at <= now)
    same = Page.purpose == leader.purpose
    free = select(Page.id).where(*waiting, *due, same).with_for_update(skip_locked=True)
    joined = update(Page).where(Page.id.in_(free)).values(joined_id=leader.id).returning(Page.id)
    return list(await session.scalars(joined.execution_options(synchronize_session=False)))


async def next_of_level(session: AsyncSession, page: Page) -> Page | None:
    """The page to ring instead of this one: the same person's next channel, else the next person's of the level."""
    query = (
        select(Page)
        .where(Page.incident_id == page.incident_id, Page.purpose == page.purpose, Page.state == PageState.PENDING)
        .where(Page.level == page.level, Page.round == page.round, Page.id != page.id, Page.joined_id.is_(None))
        .order_by(Page.person != page.person, Page.due_at, Page.id)
        .limit(1)
    )
    return await session.scalar(query)


async def being_reached(session: AsyncSession, incident_id: int) -> bool:
    """Whether anybody is being rung or will be, of whom it is not known that they cannot be reached."""
    query = select(Page.id).where(Page.incident_id == incident_id, Page.state.in_(LIVE), ~Page.passed_on)
    return await session.scalar(query.limit(1)) is not None


async def called_in(session: AsyncSession, incident_id: int, rounds: Collection[int]) -> set[str]:
    """Whom (roster ids) these rounds of an incident's escalation were to reach."""
    mine = (Page.incident_id == incident_id, Page.purpose == Purpose.INCIDENT, Page.round.in_(rounds))
    return set(await session.scalars(select(Page.person).where(*mine).distinct()))


async def of_incident(
    session: AsyncSession, incident_id: int, states: Collection[PageState], person: str | None = None
) -> Sequence[Page]:
    """An incident's pages in these states, of one person if named, by number."""
    query = select(Page).where(Page.incident_id == incident_id, Page.state.in_(states)).order_by(Page.id)
    return (await session.scalars(query.where(Page.person == person) if person else query)).all()


async def of_trial(session: AsyncSession, page: Page) -> Sequence[Page]:
    """The other pages by which the same person is asked the same thing, as far as they are not answered."""
    query = select(Page).where(Page.person == page.person, Page.purpose == page.purpose, Page.id != page.id)
    same = Page.incident_id == page.incident_id if page.incident_id else Page.incident_id.is_(None)
    return (await session.scalars(query.where(same, Page.state.in_(ANSWERABLE)).order_by(Page.id))).all()


async def numbered(session: AsyncSession, ids: Collection[int]) -> Sequence[Page]:
    """The pages with these numbers."""
    return (await session.scalars(select(Page).where(Page.id.in_(ids)).order_by(Page.id))).all()


async def carried_as(session: AsyncSession, ref: str) -> Sequence[Page]:
    """The pages of the call or message that the provider knows by that reference, as far as they wait for an answer."""
    query = select(Page).where(Page.provider_ref == ref, Page.state.in_(ANSWERABLE)).order_by(Page.id)
    return (await session.scalars(query)).all()


async def tried_since(session: AsyncSession, person: str, since: datetime) -> bool:
    """Whether the person was called to try them since then."""
    trials = Page.purpose.in_((Purpose.TRIAL, Purpose.DRILL))
    query = select(Page.id).where(Page.person == person, trials, Page.due_at >= since).limit(1)
    return await session.scalar(query) is not None


async def answered_of(session: AsyncSession, person: str, since: datetime) -> tuple[int, int]:
    """(answered, asked): pages that belong together count once, those that were called off not at all."""
    each = _calls_since(since, Page.person == person).subquery()
    asked = or_(each.c.answered, each.c.missed)
    counted = select(func.count().filter(each.c.answered), func.count().filter(asked))
    found, total = (await session.execute(counted.select_from(each))).one()
    return int(found), int(total)


async def missed_in_a_row(session: AsyncSession, since: datetime) -> Mapping[str, tuple[int, bool]]:
    """By person (roster id): how many calls outside the room they missed since they answered last.

    And whether they answered any call at all. Whoever missed none is left out.
    """
    each = _calls_since(since).subquery()
    last = func.max(each.c.at).filter(each.c.answered).over(partition_by=each.c.person)
    dated = select(each.c.person, each.c.at, each.c.unheard, last.label("last")).subquery()
    missed = and_(dated.c.unheard, or_(dated.c.last.is_(None), dated.c.at > dated.c.last))
    query = select(dated.c.person, func.count(), func.bool_or(dated.c.last.is_not(None))).where(missed)
    rows = await session.execute(query.group_by(dated.c.person))
    return {person: (count, answered) for person, count, answered in rows}


def _calls_since(since: datetime, *conditions: ColumnElement[bool]) -> Select[Any]:
    """One row for each call of somebody, with all its pages: answered, missed, missed outside the room (unheard)."""
    answered = func.bool_or(Page.state.in_((PageState.ACKNOWLEDGED, PageState.DECLINED)))
    # Somebody else has it by now; the call was missed all the same.
    too_late = (Page.state == PageState.CANCELLED) & Page.passed_on
    lost = Page.state.in_((PageState.UNANSWERED, PageState.FAILED)) | too_late
    missed, outside = func.bool_or(lost), func.bool_or(lost & (Page.channel != CONSOLE))
    columns = (answered.label("answered"), missed.label("missed"), (outside & ~answered).label("unheard"))
    together = (Page.person, Page.purpose, Page.incident_id, Page.level, Page.round)
    return (
        select(Page.person, func.min(Page.due_at).label("at"), *columns)
        .where(Page.due_at >= since, *conditions)
        .group_by(*together)
    )
