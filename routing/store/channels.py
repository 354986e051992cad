"""Channels: the queries."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.incident import DeliveryState
from routing.domain.procedure import Severity
from routing.store.models import Allowance, Channel, Incident, Thread

ROOM, ROOM_WAITS = "console:", 20
RANK: ColumnElement[int] = case({severity.value: severity.rank for severity in Severity}, value=Incident.severity)


async def numbers(session: AsyncSession, addresses: Collection[str]) -> dict[str, int]:
    """The numbers of these channels by their address, in order; those never seen before are given one."""
    if not addresses:
        return {}
    known = select(Channel.address, Channel.id).where(Channel.address.in_(addresses)).order_by(Channel.id)
    found = dict((await session.execute(known)).all())
    if len(found) == len(addresses):
        return found
    rows = [{"address": address} for address in sorted(addresses)]
    await session.execute(insert(Channel).values(rows).on_conflict_do_nothing())
    return dict((await session.execute(known)).all())


async def behind(
    session: AsyncSession, address: str, now: datetime, *, cards: int, updates: int
) -> Sequence[tuple[Thread, Incident]]:
    """Threads of a channel that lack something, locked: cards nobody has seen before updates, the gravest first.

    At most so many of each: a storm of new cards does not hide what is to be brought up to date. A thread that is
    being written this instant is passed over; its writer wakes the channel.
    """
    seen = Thread.provider_ref.is_not(None)
    order = (RANK.desc(), Thread.id)
    wanted = _lacking(address) & or_(Thread.again_at.is_(None), Thread.again_at <= now)
    place = func.row_number().over(partition_by=seen, order_by=order).label("place")
    ranked = select(Thread.id, place).join(Incident, Incident.id == Thread.incident_id).where(wanted).subquery()
    query = (
        select(Thread, Incident)
        .join(Incident, Incident.id == Thread.incident_id)
        .join(ranked, ranked.c.id == Thread.id)
        .where(wanted, ranked.c.place <= case((seen, updates), else_=cards))
        .order_by(seen, *order)
        .with_for_update(of=Thread, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return [(thread, incident) for thread, incident in await session.execute(query)]


@dataclass(frozen=True, slots=True)
class Waiting:
    """When a channel next lacks something to be tried, None for never; the same of updates; the gravest's rank."""

    at: datetime | None
    update_at: datetime | None
    rank: int


async def waiting(session: AsyncSession, address: str, now: datetime) -> Waiting:
    """What a channel lacks, and since when it may be brought."""
    when = func.coalesce(Thread.again_at, now)
    found = select(func.min(when), func.min(when).filter(Thread.provider_ref.is_not(None)), func.max(RANK))
    query = found.join(Incident, Incident.id == Thread.incident_id).where(_lacking(address))
    at, update_at, rank = (await session.execute(query)).one()
    return Waiting(at, update_at, rank or 0)


def urgency(address: str, rank: int) -> int:
    """How much a channel's deliveries come before others', for an incident of that rank.

    A turn of a channel that counts messages is lost when it passes unused. The room's own lose nothing by waiting until
    what came meanwhile is understood, unless it is grave: they are then brought many cards at once.
    """
    return rank * 5 - (ROOM_WAITS if address.startswith(ROOM) else 0)


def _lacking(address: str) -> ColumnElement[bool]:
    return (Thread.channel == address) & Thread.behind & (Thread.state != DeliveryState.FAILED)


async def spent(session: AsyncSession, keys: Sequence[str]) -> dict[str, datetime]:
    """What was spent under these keys, locked."""
    if not keys:
        return {}
    query = select(Allowance).where(Allowance.key.in_(keys)).order_by(Allowance.key).with_for_update()
    return {row.key: row.until for row in await session.scalars(query)}


async def keep_spent(session: AsyncSession, counters: Mapping[str, datetime]) -> None:
    """Remember what was spent."""
    if counters:
        rows = [{"key": key, "until": until} for key, until in sorted(counters.items())]
        statement = insert(Allowance).values(rows)
        until = func.greatest(Allowance.until, statement.excluded.until)
        await session.execute(statement.on_conflict_do_update(index_elements=[Allowance.key], set_={"until": until}))


async def refusing(session: AsyncSession) -> Sequence[Channel]:
    """Channels that refused for good the last time, for the room and the doctor."""
    query = select(Channel).where(Channel.refusal.is_not(None)).order_by(Channel.address)
    return (await session.scalars(query)).all()
