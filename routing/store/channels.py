"""Channels: the queries."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, DateTime, Integer, Select, String, bindparam, case, func, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.incident import DeliveryState
from routing.domain.procedure import Severity
from routing.store.models import Allowance, Channel, Incident, Thread
from routing.store.timers import Verb

ROOM = "console:"
UPDATES_WAIT = 20
RANK: ColumnElement[int] = case({severity.value: severity.rank for severity in Severity}, value=Incident.severity)


def _lacking(address: ColumnElement[str]) -> ColumnElement[bool]:
    return (Thread.channel == address) & Thread.behind & (Thread.state != DeliveryState.FAILED)


ADDRESS, NOW = bindparam("address", type_=String), bindparam("now", type_=DateTime(timezone=True))
SEEN = Thread.provider_ref.is_not(None)
WHEN = func.coalesce(Thread.again_at, NOW)
LACKS = (
    select(func.min(WHEN), func.min(WHEN).filter(SEEN), func.max(RANK).filter(~SEEN), func.max(RANK).filter(SEEN))
    .join(Incident, Incident.id == Thread.incident_id)
    .where(_lacking(ADDRESS))
)


def _behind() -> Select[Thread, Incident]:
    """Put together once: for each parcel of a channel it would take longer than the database does to answer."""
    order = (RANK.desc(), Thread.id)
    wanted = _lacking(ADDRESS) & or_(Thread.again_at.is_(None), Thread.again_at <= NOW)
    place = func.row_number().over(partition_by=SEEN, order_by=order).label("place")
    ranked = select(Thread.id, place).join(Incident, Incident.id == Thread.incident_id).where(wanted).subquery()
    most = case((SEEN, bindparam("updates", type_=Integer)), else_=bindparam("cards", type_=Integer))
    return (
        select(Thread, Incident)
        .join(Incident, Incident.id == Thread.incident_id)
        .join(ranked, ranked.c.id == Thread.id)
        .where(wanted, ranked.c.place <= most)
        .order_by(SEEN, *order)
        .with_for_update(of=Thread, skip_locked=True)
        .execution_options(populate_existing=True)
    )


BEHIND = _behind()


OUTDATE = text("""
    UPDATE thread SET behind = true WHERE incident_id = ANY(CAST(:incidents AS bigint[])) AND state <> 'failed'
    RETURNING id, incident_id, channel, state, provider_ref IS NOT NULL
""")


async def outdate(session: AsyncSession, incidents: Sequence[int]) -> list[tuple[int, int, str, str, bool]]:
    """The threads of these incidents lack something now: number, incident, channel, state, is its card there."""
    rows = await session.execute(OUTDATE, {"incidents": incidents})
    return sorted((id_, incident, channel, state, seen) for id_, incident, channel, state, seen in rows)


NUMBERS = (
    select(Channel.address, Channel.id)
    .where(Channel.address.in_(bindparam("addresses", expanding=True)))
    .order_by(Channel.id)
)


async def numbers(session: AsyncSession, addresses: Collection[str]) -> dict[str, int]:
    """The numbers of these channels by their address, in order; those never seen before are given one."""
    if not addresses:
        return {}
    given = {"addresses": list(addresses)}
    found = dict((await session.execute(NUMBERS, given)).all())
    if len(found) == len(addresses):
        return found
    rows = [{"address": address} for address in sorted(addresses)]
    await session.execute(insert(Channel).values(rows).on_conflict_do_nothing())
    return dict((await session.execute(NUMBERS, given)).all())


async def behind(
    session: AsyncSession, address: str, now: datetime, *, cards: int, updates: int
) -> Sequence[tuple[Thread, Incident]]:
    """Threads of a channel that lack something, locked: cards nobody has seen before updates, the gravest first.

    At most so many of each: a storm of new cards does not hide what is to be brought up to date. A thread that is
    being written this instant is passed over; its writer wakes the channel.
    """
    given = {"address": address, "now": now, "cards": cards, "updates": updates}
    return [(thread, incident) for thread, incident in await session.execute(BEHIND, given)]


@dataclass(frozen=True, slots=True)
class Waiting:
    """When a channel next lacks something to be tried, None for never; the same of updates; the boost that deserves."""

    at: datetime | None
    update_at: datetime | None
    boost: int


async def waiting(session: AsyncSession, address: str, now: datetime) -> Waiting:
    """What a channel lacks, and since when it may be brought."""
    at, update_at, card, update = (await session.execute(LACKS, {"address": address, "now": now})).one()
    gravest = [urgency(rank, seen=seen) for rank, seen in ((card, False), (update, True)) if rank is not None]
    return Waiting(at, update_at, max(gravest, default=0))


def urgency(rank: int, *, seen: bool) -> int:
    """How much what an incident of that rank lacks in a channel comes before others; ``seen``: its card is there.

    Whoever has the card of an incident knows of it: they wait for its news until those who do not have theirs. A turn
    of a channel that counts messages is lost when it passes unused.
    """
    return rank * 5 - (UPDATES_WAIT if seen else 0)


def verb_of(address: str) -> Verb:
    """Which verb brings a channel what it lacks: the room's own cost our processor only, which has hands for them."""
    return Verb.SHOW if address.startswith(ROOM) else Verb.DELIVER


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
