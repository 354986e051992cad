"""Channels: the queries."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.incident import DeliveryState
from routing.domain.procedure import Severity
from routing.store.models import Allowance, Channel, Incident, Thread

RANK: ColumnElement[int] = case({severity.value: severity.rank for severity in Severity}, value=Incident.severity)


async def numbers(session: AsyncSession, addresses: Collection[str]) -> list[int]:
    """The numbers of these channels, sorted; those never seen before are given one."""
    if not addresses:
        return []
    known = select(Channel.id).where(Channel.address.in_(addresses)).order_by(Channel.id)
    found = list(await session.scalars(known))
    if len(found) == len(addresses):
        return found
    rows = [{"address": address} for address in sorted(addresses)]
    await session.execute(insert(Channel).values(rows).on_conflict_do_nothing())
    return list(await session.scalars(known))


async def behind(session: AsyncSession, address: str, now: datetime, limit: int) -> Sequence[tuple[Thread, Incident]]:
    """Threads of a channel that lack something, locked: the gravest first, cards nobody has seen before updates.

    A thread that is being written this instant is passed over; its writer wakes the channel.
    """
    query = (
        select(Thread, Incident)
        .join(Incident, Incident.id == Thread.incident_id)
        .where(_lacking(address), or_(Thread.again_at.is_(None), Thread.again_at <= now))
        .order_by(RANK.desc(), Thread.provider_ref.is_not(None), Thread.id)
        .limit(limit)
        .with_for_update(of=Thread, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return [(thread, incident) for thread, incident in await session.execute(query)]


async def waiting(session: AsyncSession, address: str, now: datetime) -> tuple[datetime | None, int]:
    """When the channel next lacks something that may be tried, None for never, and the rank of the gravest."""
    when = func.min(func.coalesce(Thread.again_at, now))
    query = select(when, func.max(RANK)).join(Incident, Incident.id == Thread.incident_id).where(_lacking(address))
    at, rank = (await session.execute(query)).one()
    return at, rank or 0


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
