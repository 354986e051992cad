"""A channel lets us speak no more, or again, before anything was tried there."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.incident import DeliveryState, IncidentState
from routing.service.desk import Desk
from routing.service.record import stale
from routing.store import channels
from routing.store.models import Channel, Incident, Thread


async def refuse(session: AsyncSession, desk: Desk, address: str, why: str) -> None:
    """Note the refusal; every incident still followed there is delivered again, and so falls back with an alarm."""
    query = select(Incident).join(Thread, Thread.incident_id == Incident.id)
    query = query.where(Thread.channel == address, Thread.state != DeliveryState.FAILED)
    query = query.where(Incident.state != IncidentState.RESOLVED).order_by(Incident.id)
    for incident in await session.scalars(query.with_for_update(of=Incident, key_share=True)):
        await stale(session, desk, incident)
    number = (await channels.numbers(session, [address]))[address]
    channel = await session.get_one(Channel, number, with_for_update=True)
    channel.refusal, channel.refused_at = why, desk.now()


async def accept(session: AsyncSession, address: str) -> None:
    """The channel takes messages again."""
    number = (await channels.numbers(session, [address]))[address]
    channel = await session.get_one(Channel, number, with_for_update=True)
    channel.refusal = channel.refused_at = None
