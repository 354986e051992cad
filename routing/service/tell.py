"""News for citizens on the channel they came by; the tracking page shows the same to those who came by the web."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.incident import DeliveryState
from routing.domain.understanding import Channel
from routing.ports import CitizenGateway, DeliveryProblem, PermanentProblem
from routing.service.desk import Desk
from routing.store import incidents, live, timers
from routing.store.base import Database
from routing.store.models import CitizenMessage, Incident, Report

log = logging.getLogger(__name__)

SEND_TIME = 6.0  # seconds a provider has; one that hangs must not keep a worker's hand
WRITES_BACK = (Channel.SMS, Channel.WHATSAPP, Channel.TELEGRAM)


async def tell(session: AsyncSession, desk: Desk, incident: Incident, text: str) -> None:
    """Send ``text`` ({reference} is each citizen's own) to everybody who reported this incident by message."""
    for report in await incidents.reports_of(session, incident.id):
        await tell_one(session, desk, report, text.format(reference=report.reference))


async def tell_one(session: AsyncSession, desk: Desk, report: Report, text: str) -> None:
    """Queue one message to the citizen of ``report``, if they can be written to."""
    if report.channel not in WRITES_BACK or not report.contact:
        return
    now = desk.now()
    message = CitizenMessage(report_id=report.id, at=now, text=text, ref=f"citizen-{uuid4().hex}")
    session.add(message)
    await session.flush()
    await timers.arm(session, timers.Verb.TELL, message.id, now, now)


async def send_to_citizen(
    database: Database, desk: Desk, gateways: Mapping[str, CitizenGateway], message_id: int
) -> None:
    """Carry out one queued message. Raises DeliveryProblem when it should be tried again."""
    async with database.transaction() as session:
        message = await session.get(CitizenMessage, message_id, with_for_update=True)
        if message is None or message.state in (DeliveryState.SENT, DeliveryState.FAILED):
            await timers.disarm(session, timers.Verb.TELL, message_id)
            return
        report = await session.get_one(Report, message.report_id)
        message.state = DeliveryState.SENDING
        message.attempts += 1
    problem: DeliveryProblem | None = None
    try:
        async with asyncio.timeout(SEND_TIME):
            await gateways[report.channel].send(report.contact or "", message.text, message.ref)
    except PermanentProblem as error:
        log.warning("citizen message refused", extra={"citizen_message": message_id, "error": type(error).__name__})
        problem = error
    async with database.transaction() as session:
        message = await session.get_one(CitizenMessage, message_id, with_for_update=True)
        message.state = DeliveryState.FAILED if problem else DeliveryState.SENT
        message.error = str(problem) if problem else None
        message.sent_at = None if problem else desk.now()
        await timers.disarm(session, timers.Verb.TELL, message_id)
        await live.announce(session, "message", message_id)
