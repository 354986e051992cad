"""News for citizens on the channel they came by; the tracking page shows the same to those who came by the web."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.incident import DeliveryState
from routing.domain.procedure import Severity
from routing.domain.understanding import Channel
from routing.ports import Choice, CitizenGateway, DeliveryProblem, PermanentProblem
from routing.service.desk import Desk
from routing.store import calls, citizen_messages, incidents, live, timers
from routing.store.base import Database
from routing.store.models import CitizenMessage, Incident, Report

log = logging.getLogger(__name__)

ANSWER, NEWS = "citizen", "news"  # kinds of messages
SEND_TIME = 6.0  # seconds a provider has; one that hangs must not keep a worker's hand
WRITES_BACK = (Channel.SMS, Channel.WHATSAPP, Channel.TELEGRAM)
# Provider states in the order they can follow one another.
STATES = ("accepted", "queued", "sending", "sent", "undelivered", "failed", "delivered", "read")
NOT_DELIVERED = ("undelivered", "failed")
FIXED_LINE = re.compile(r"\+33[1-59]")  # French numbers that receive no text messages


async def tell(
    session: AsyncSession,
    desk: Desk,
    incident: Incident,
    words: Callable[[Report], str],
    *,
    kind: str = NEWS,
    choices: Callable[[Report], Sequence[Choice]] = lambda _: (),
) -> None:
    """Tell everybody who reported this incident by message, each once, by the door they used last.

    The ``words`` and ``choices`` are those made for their first report.

    In quiet hours what is not urgent waits for the morning.
    """
    at = desk.now()
    if (
        desk.quiet
        and incident.severity.at_least(Severity.URGENT) is not incident.severity
        and desk.quiet.hold(at, desk.zone)
    ):
        at = desk.quiet.end_after(at, desk.zone)
    for mine in by_person(await incidents.reports_of(session, incident.id)):
        said, buttons = words(mine[0]), choices(mine[0])
        await tell_one(session, desk, by_last_door(mine), said, kind=kind, at=at, choices=buttons)


def by_person(rows: Sequence[Report]) -> list[list[Report]]:
    """What each citizen who can be written to reported. A number is one person, by whatever doors they came."""
    people: dict[str, list[Report]] = {}
    for row in rows:
        if row.contact and door_back(row) is not None:
            people.setdefault(row.contact, []).append(row)
    return list(people.values())


def by_last_door(mine: Sequence[Report]) -> Report:
    """Their first report by the door they used last: that is where they look."""
    return next(row for row in mine if door_back(row) is door_back(mine[-1]))


def door_back(report: Report) -> Channel | None:
    """By which channel the citizen can be written to: the one they came by, a text message to a caller's mobile."""
    if not report.contact:
        return None
    if report.channel is Channel.VOICE and takes_texts(report.contact):
        return Channel.SMS
    return report.channel if report.channel in WRITES_BACK else None


def takes_texts(number: str | None) -> bool:
    """Whether a caller's number is one that receives text messages."""
    return number is not None and number.startswith("+") and not FIXED_LINE.match(number)


async def can_be_texted(session: AsyncSession, report: Report) -> bool:
    """Whether what we write reaches the citizen: they have a door back and did not answer STOP."""
    return door_back(report) is not None and not await calls.opted_out(session, report.contact or "")


async def tell_one(
    session: AsyncSession,
    desk: Desk,
    report: Report,
    text: str,
    *,
    kind: str = ANSWER,
    at: datetime | None = None,
    choices: Sequence[Choice] = (),
) -> None:
    """Queue one message to the citizen of ``report``, if they can be written to, for now or for ``at``.

    It leaves behind those about the same report that should have left: a question never overtakes its receipt.
    ``kind`` begins its reference and says later what an answer to it answers.
    """
    if door_back(report) is None:
        return
    now = desk.now()
    message = CitizenMessage(report_id=report.id, at=now, text=text, ref=f"{kind}-{uuid4().hex}")
    message.choices = [[choice.words, choice.says] for choice in choices]
    session.add(message)
    await session.flush()
    later = at is not None and at > now
    if later or not await citizen_messages.before(session, message, now):
        await timers.arm(session, timers.Verb.TELL, message.id, at or now, now)


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
        again = message.state in (DeliveryState.SENDING, DeliveryState.UNKNOWN)
        message.state = DeliveryState.SENDING
        message.attempts += 1
    problem: DeliveryProblem | None = None
    sent: str | None = None
    try:
        async with asyncio.timeout(SEND_TIME):
            door = door_back(report)
            if door is None or (await _refused(database, report) and not _saves(message, report)):
                raise PermanentProblem("cette personne ne veut plus de messages")
            choices = [Choice(words, says) for words, says in message.choices]
            sent = await gateways[door].send(
                report.contact or "", message.text, message.ref, again=again, choices=choices
            )
    except PermanentProblem as error:
        log.warning("citizen message refused", extra={"citizen_message": message_id, "error": type(error).__name__})
        problem = error
    async with database.transaction() as session:
        message = await session.get_one(CitizenMessage, message_id, with_for_update=True)
        message.state = DeliveryState.FAILED if problem else DeliveryState.SENT
        message.error = str(problem) if problem else None
        message.provider_ref = sent
        message.sent_at = None if problem else desk.now()
        await timers.disarm(session, timers.Verb.TELL, message_id)
        following = await citizen_messages.next_about(session, message.report_id)
        if following is not None:
            await timers.arm(session, timers.Verb.TELL, following, desk.now(), desk.now())
        live.announce(session, "message", message_id)


def _saves(message: CitizenMessage, report: Report) -> bool:
    """Whoever answered STOP to news and writes of a danger is told what to do all the same."""
    return report.danger is not None and message.ref.startswith(f"{ANSWER}-")


async def _refused(database: Database, report: Report) -> bool:
    async with database.transaction() as session:
        return await calls.opted_out(session, report.contact or "")


async def delivered(session: AsyncSession, ref: str, state: str, code: str) -> None:
    """What the provider says became of a message; reports arrive in any order, a later state is never undone."""
    message = await session.scalar(select(CitizenMessage).where(CitizenMessage.ref == ref).with_for_update())
    if message is None or state not in STATES or STATES.index(state) < _rank(message.delivery):
        return
    message.delivery = state
    if state in NOT_DELIVERED:
        message.error = f"non remis ({code or state})"
        live.announce(session, "message", message.id)


def _rank(state: str | None) -> int:
    return STATES.index(state) if state in STATES else -1
