"""Messages to citizens: the queries. About one report they leave in the order in which they were written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from routing.domain.incident import DeliveryState
from routing.store.models import CitizenMessage, Report, Timer
from routing.store.timers import Verb

UNSENT = (DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.UNKNOWN)
EARLIER = aliased(CitizenMessage)


def _late(message: type[CitizenMessage], now: datetime) -> ColumnElement[bool]:
    """It should have left and has not."""
    due = exists().where(Timer.verb == Verb.TELL, Timer.subject_id == message.id, Timer.due_at <= now)
    return message.state.in_(UNSENT) & due


def behind_another(now: datetime) -> ColumnElement[bool]:
    """Of a message: an earlier one about the same report should have left and has not."""
    same = (EARLIER.report_id == CitizenMessage.report_id) & (EARLIER.id < CitizenMessage.id)
    return exists().where(same, _late(EARLIER, now))


async def before(session: AsyncSession, message: CitizenMessage, now: datetime) -> Sequence[int]:
    """Those that must leave before this one, locked: whoever notes that one has left sees this one, or is seen."""
    same = (CitizenMessage.report_id == message.report_id) & (CitizenMessage.id < message.id)
    query = select(CitizenMessage.id).where(same, _late(CitizenMessage, now)).order_by(CitizenMessage.id)
    return (await session.scalars(query.with_for_update())).all()


async def told_since(session: AsyncSession, contact: str, kind: str, since: datetime) -> int:
    """How many messages of that kind were written to this contact since then, by whatever door."""
    mine = (Report.contact == contact) & (CitizenMessage.at >= since) & CitizenMessage.ref.startswith(f"{kind}-")
    query = select(func.count()).select_from(CitizenMessage).join(Report, Report.id == CitizenMessage.report_id)
    return await session.scalar(query.where(mine)) or 0


async def next_about(session: AsyncSession, report_id: int) -> int | None:
    """The message about that report that waited for another one."""
    armed = exists().where(Timer.verb == Verb.TELL, Timer.subject_id == CitizenMessage.id)
    waiting = select(CitizenMessage.id).where(CitizenMessage.report_id == report_id, ~armed)
    query = waiting.where(CitizenMessage.state == DeliveryState.PENDING).order_by(CitizenMessage.id).limit(1)
    return await session.scalar(query)
