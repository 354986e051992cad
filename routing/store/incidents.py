"""Incidents, dispatches and threads: the queries."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, exists, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.incident import DeliveryState, IncidentState
from routing.domain.reference import new_reference, normalise
from routing.errors import NotFound
from routing.store.models import Dispatch, Incident, Page, Report, Thread, ThreadLine, TimelineEntry, Timer
from routing.store.timers import Verb

REFERENCE_TRIES = 6
ALIVE = 1000  # incidents of one procedure and commune that a new report is compared with


async def free_reference(session: AsyncSession, prefix: str) -> str:
    """A reference nobody has: four signs, five once the four-sign space fills up."""
    column = Incident.reference if prefix == INCIDENT_PREFIX else Report.reference
    for attempt in range(REFERENCE_TRIES * 2):
        reference = new_reference(prefix, 4 if attempt < REFERENCE_TRIES else 5)
        if not await session.scalar(select(exists().where(column == reference))):
            return reference
    return new_reference(prefix, 8)


async def by_id(session: AsyncSession, incident_id: int, *, lock: bool = False) -> Incident | None:
    """The incident of that number, its row locked for the transaction if asked."""
    return await session.get(
        Incident, incident_id, with_for_update={"key_share": True} if lock else None, populate_existing=lock
    )


async def locked(session: AsyncSession, ids: Collection[int]) -> Sequence[Incident]:
    """These incidents, their rows locked in the order of their numbers."""
    query = select(Incident).where(Incident.id.in_(ids)).order_by(Incident.id).with_for_update(key_share=True)
    return (await session.scalars(query.execution_options(populate_existing=True))).all()


async def lock_due(session: AsyncSession, first: int, now: datetime, most: int) -> Sequence[Incident]:
    """That incident, waited for if somebody holds its row, and others whose escalation is due and that nobody holds.

    ``most`` in all, the longest due first; those whose escalation failed before are left to their own job.
    """
    mine = await by_id(session, first, lock=True)
    query = (
        select(Incident)
        .join(Timer, and_(Timer.verb == Verb.ESCALATE, Timer.subject_id == Incident.id))
        .where(Timer.due_at <= now, Timer.attempts == 0, Incident.id != first)
        .order_by(Timer.due_at)
        .limit(most - 1)
        .with_for_update(of=Incident, skip_locked=True, key_share=True)
        .execution_options(populate_existing=True)
    )
    others = await session.scalars(query) if most > 1 else ()
    return [*((mine,) if mine else ()), *others]


async def by_reference(session: AsyncSession, reference: str, *, lock: bool = False) -> Incident:
    """The incident people call by that reference. Raises NotFound."""
    query = select(Incident).where(Incident.reference == normalise(reference))
    if lock:
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    incident = await session.scalar(query)
    if incident is None:
        raise NotFound(f"Aucun incident {reference[:20]}")
    return incident


class Standing(NamedTuple):
    """Where an incident is that nobody has resolved."""

    id: int
    place: str | None
    commune: str | None
    communes: list[Any]
    latitude: float | None
    longitude: float | None


WHERE = [Incident.__table__.c[name] for name in Standing._fields]


async def alive_with(
    session: AsyncSession, procedure_id: str, commune: str | None, since: datetime
) -> Sequence[Standing]:
    """Unresolved incidents of a procedure opened since then, newest first; those known to be elsewhere are left out.

    Takes a lock on the procedure until the transaction ends, so that two reports of one event cannot both open.
    """
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(procedure_id, 0))))
    query = (
        select(*WHERE)
        .where(Incident.procedure_id == procedure_id, Incident.state != IncidentState.RESOLVED)
        .where(Incident.opened_at >= since)
        .order_by(Incident.opened_at.desc())
        .limit(ALIVE)
    )
    if commune is not None:
        query = query.where(or_(Incident.commune.is_(None), Incident.commune == commune))
    return [Standing(*row) for row in await session.execute(query)]


async def listed(
    session: AsyncSession, state: IncidentState | None, limit: int = 200, before: Incident | None = None
) -> Sequence[Incident]:
    """Incidents of one state (every state by default), newest first; only those opened ``before`` another if given."""
    query = select(Incident).order_by(Incident.opened_at.desc(), Incident.id.desc()).limit(limit)
    if state:
        query = query.where(Incident.state == state)
    if before:
        query = query.where(tuple_(Incident.opened_at, Incident.id) < (before.opened_at, before.id))
    return (await session.scalars(query)).all()


async def dispatches_of(session: AsyncSession, incident_id: int) -> Sequence[Dispatch]:
    """In the order they fall due."""
    return (await dispatches_of_all(session, [incident_id]))[incident_id]


DISPATCHES = (
    select(Dispatch)
    .where(Dispatch.incident_id.in_(bindparam("incidents", expanding=True)))
    .order_by(Dispatch.due_at, Dispatch.id)
)


async def dispatches_of_all(session: AsyncSession, ids: Collection[int]) -> dict[int, list[Dispatch]]:
    """The same of several incidents, by their numbers."""
    found: dict[int, list[Dispatch]] = {id_: [] for id_ in ids}
    for row in await session.scalars(DISPATCHES, {"incidents": list(ids)}) if ids else ():
        found[row.incident_id].append(row)
    return found


async def threads_of(session: AsyncSession, incident_id: int) -> Sequence[Thread]:
    """Every card of the incident."""
    return (await session.scalars(select(Thread).where(Thread.incident_id == incident_id).order_by(Thread.id))).all()


async def threads_by_id(session: AsyncSession, ids: Sequence[int]) -> dict[int, Thread]:
    """These cards as they are now, by their numbers."""
    query = select(Thread).where(Thread.id.in_(ids)).execution_options(populate_existing=True)
    return {thread.id: thread for thread in await session.scalars(query)}


UNSAID = (
    select(ThreadLine)
    .where(
        ThreadLine.thread_id.in_(bindparam("threads", expanding=True)),
        ThreadLine.state.not_in((DeliveryState.SENT, DeliveryState.FAILED)),
    )
    .order_by(ThreadLine.id)
    .execution_options(populate_existing=True)
)


async def unsaid_lines(session: AsyncSession, threads: Collection[int]) -> Sequence[ThreadLine]:
    """What is still to be said in these threads, in the order it happened."""
    if not threads:
        return ()
    return (await session.scalars(UNSAID, {"threads": list(threads)})).all()


async def thread_at(session: AsyncSession, channel: str, provider_ref: str) -> Thread | None:
    """The card that the provider knows by that reference in a channel (full address)."""
    query = select(Thread).where(Thread.channel == channel, Thread.provider_ref == provider_ref)
    return await session.scalar(query.limit(1))


async def pages_of(session: AsyncSession, incident_id: int) -> Sequence[Page]:
    """In the order they were planned."""
    return (await session.scalars(select(Page).where(Page.incident_id == incident_id).order_by(Page.id))).all()


async def timeline_of(session: AsyncSession, incident_id: int) -> Sequence[TimelineEntry]:
    """In the order things were recorded."""
    query = select(TimelineEntry).where(TimelineEntry.incident_id == incident_id).order_by(TimelineEntry.id)
    return (await session.scalars(query)).all()


async def lines_since(session: AsyncSession, incident_id: int, beginning: str, since: datetime) -> int:
    """How many lines of the timeline begin so, since then."""
    query = select(func.count()).where(TimelineEntry.incident_id == incident_id, TimelineEntry.at >= since)
    return await session.scalar(query.where(TimelineEntry.text.startswith(beginning, autoescape=True))) or 0


async def reports_of(session: AsyncSession, incident_id: int) -> Sequence[Report]:
    """The reports joined in the incident, first come first."""
    return (await session.scalars(select(Report).where(Report.incident_id == incident_id).order_by(Report.id))).all()


INCIDENT_PREFIX = "IN"
REPORT_PREFIX = "VG"
