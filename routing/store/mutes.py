"""Mutes: the queries."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from routing.store.models import Mute


def _lasting(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (Mute.ended_at.is_(None), Mute.until > now)


async def lasting(session: AsyncSession, now: datetime) -> Sequence[Mute]:
    """Every mute that holds now, the first to end first."""
    return (await session.scalars(select(Mute).where(*_lasting(now)).order_by(Mute.until, Mute.id))).all()


async def of_services(session: AsyncSession, services: Collection[str], now: datetime) -> dict[str, Mute]:
    """The mute that holds for each of these services now, if any."""
    rows = await session.scalars(select(Mute).where(*_lasting(now), Mute.service.in_(services)).order_by(Mute.id))
    return {row.service: row for row in rows if row.service}


async def concerning(
    session: AsyncSession, services: Collection[str], incidents: Collection[int], now: datetime
) -> Sequence[Mute]:
    """What holds now for these services or incidents, the first to end first."""
    theirs = or_(Mute.service.in_(services), Mute.incident_id.in_(incidents))
    return (await session.scalars(select(Mute).where(*_lasting(now), theirs).order_by(Mute.until, Mute.id))).all()


async def end_of_incident(session: AsyncSession, incident_id: int, now: datetime, by: str | None) -> None:
    """Whatever of an incident's own still holds is over."""
    await session.execute(
        update(Mute).where(*_lasting(now), Mute.incident_id == incident_id).values(ended_at=now, ended_by=by)
    )


async def end_of_service(session: AsyncSession, service: str, now: datetime, by: str) -> None:
    """Whatever of a service still holds is over."""
    await session.execute(update(Mute).where(*_lasting(now), Mute.service == service).values(ended_at=now, ended_by=by))
