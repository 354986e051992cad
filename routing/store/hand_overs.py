"""Hand-overs, and what is under way on a rotation."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.incident import DispatchState, IncidentState
from routing.domain.oncall import HandOverState
from routing.store.models import Dispatch, HandOver, Incident

MOST = 50  # incidents in one pack
UNDER_WAY = (HandOverState.PREPARED, HandOverState.WAITING)


async def prepare(
    session: AsyncSession, rotation: str, at: datetime, until: datetime, outgoing: str, incoming: str
) -> int | None:
    """The number of a new hand-over; None when it is prepared already."""
    values = {"rotation": rotation, "at": at, "until": until, "outgoing": outgoing, "incoming": incoming}
    statement = insert(HandOver).values(**values, state=HandOverState.PREPARED, pack=[], mutes=[])
    return await session.scalar(statement.on_conflict_do_nothing().returning(HandOver.id))


async def under_way(session: AsyncSession) -> Sequence[HandOver]:
    """Prepared or waiting, the earliest first."""
    return (await session.scalars(select(HandOver).where(HandOver.state.in_(UNDER_WAY)).order_by(HandOver.at))).all()


async def overtake(session: AsyncSession, rotation: str, at: datetime) -> None:
    """Earlier hand-overs of the rotation that still wait end now that the next one begins."""
    earlier = (HandOver.rotation == rotation, HandOver.at < at, HandOver.state.in_(UNDER_WAY))
    await session.execute(
        update(HandOver)
        .where(*earlier)
        .values(state=HandOverState.OVERTAKEN, ended_at=func.greatest(HandOver.at, at))
        .execution_options(synchronize_session="fetch")
    )


async def engaged(session: AsyncSession, services: Collection[str], holder: str) -> Sequence[Incident]:
    """Unresolved incidents that engage the duty of these services, or that ``holder`` has, in the order of numbers."""
    query = select(Incident).where(
        Incident.state != IncidentState.RESOLVED,
        or_(Incident.policy_service.in_(services), Incident.acknowledged_by == holder),
    )
    return (await session.scalars(query.order_by(Incident.id).limit(MOST))).all()


async def pending_lines(session: AsyncSession, incidents: Collection[int]) -> dict[int, list[str]]:
    """Lines of sent checklists that nobody has done, by incident, oldest dispatch first."""
    query = select(Dispatch).where(Dispatch.incident_id.in_(incidents), Dispatch.state == DispatchState.SENT)
    found: dict[int, list[str]] = {}
    for row in await session.scalars(query.order_by(Dispatch.id)):
        lines = [line["text"] for line in row.checklist if not line.get("done_at")]
        found.setdefault(row.incident_id, []).extend(lines)
    return found
