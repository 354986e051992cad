"""A call that ended without a word of what is happening: its caller is asked by text, once, and may answer so.

A minute later, because many call again at once, and because the end of a call may be told before what was said in it.
Nobody else can be asked: lines that receive no texts, hidden numbers, whoever answered STOP. The call stays on the
room's screen until it is answered, or somebody deals with it.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from intake.models import Message
from intake.wording import say
from routing.domain.call import Step
from routing.domain.redaction import plain
from routing.domain.understanding import Channel
from routing.ports import CitizenGateway, PermanentProblem
from routing.service.desk import Desk
from routing.service.tell import SEND_TIME, takes_texts
from routing.service.warn import HOUR
from routing.store import calls, reports, timers
from routing.store.base import Database
from routing.store.models import PhoneCall, Report

PATIENCE = timedelta(minutes=1)
WAITS = timedelta(days=1)  # how long an answer is one to the text; nobody is asked twice meanwhile
MOST_AN_HOUR = 60  # texts; machines that call thousands of numbers are not worth more
FEW = 8  # words
_MISTAKE = re.compile(
    r"(?:(?:non|oups|pardon|desolee?|bonjour|excusez moi|excuse|no|sorry|hello|merci) ?)*"
    r"(?:(?:c est|c etait|ce n est|il n y a|il y a|rien de|it was|it s|je|j ai|i) )*"
    r"(?:une? |fait une? |de |par |me suis |l ai |pas |a )*"
    r"(?:erreur|faux numero|mauvais numero|trompee?s?|rien|fait expres|mistake|wrong number|nothing|non|no)"
    r"(?: (?:merci|thanks|desolee?|sorry|pardon|de numero|du tout|de grave|bonne|journee|soiree|au revoir|svp))*"
)


async def note(session: AsyncSession, desk: Desk, call: PhoneCall) -> None:
    """A call has ended; its caller may be asked in a minute."""
    if call.report_id is None and call.about_id is None and takes_texts(call.contact):
        await timers.arm(session, timers.Verb.INVITE, call.id, desk.now() + PATIENCE, desk.now())


async def invite(
    database: Database, desk: Desk, gateways: Mapping[str, CitizenGateway], city: str, call_id: int
) -> None:
    """Ask the caller, if nothing was heard of them meanwhile. Raises DeliveryProblem when it should be tried again."""
    async with database.transaction() as session:
        call = await calls.locked(session, call_id)
        if call is None or not await _wanted(session, desk, call):
            await timers.disarm(session, timers.Verb.INVITE, call_id)
            return
        again = call.invited_at is not None
        call.invited_at = call.invited_at or desk.now()
        key = "call.unanswered" if call.step is Step.PERSON else "call.missed"
        contact, words, name = call.contact or "", say(key, call.language, city=city), f"invite-{call.sid}"
    try:
        async with asyncio.timeout(SEND_TIME):
            await gateways[Channel.SMS].send(contact, words, name, again=again)
    except PermanentProblem:
        pass  # the call is on the room's screen all the same
    async with database.transaction() as session:
        await timers.disarm(session, timers.Verb.INVITE, call_id)


async def _wanted(session: AsyncSession, desk: Desk, call: PhoneCall) -> bool:
    """Whether the caller told nobody what is happening, by whatever door, and may be written to."""
    contact, now = call.contact or "", desk.now()
    if call.report_id is not None or call.seen_at is not None or await calls.opted_out(session, contact):
        return False
    if await calls.called_since(session, call) or await reports.count_from(session, call.started_at, contact=contact):
        return False
    mine, everybody = await calls.invited(session, call, now - WAITS, now - HOUR)
    return not mine and everybody < MOST_AN_HOUR


async def answered(session: AsyncSession, desk: Desk, report: Report) -> None:
    """Whoever was asked has written: the call is this report's, and nobody has to call back."""
    if report.contact is not None and report.channel in (Channel.SMS, Channel.WHATSAPP):
        for call in await calls.waiting_for(session, report.contact, desk.now() - WAITS):
            call.report_id = report.id


async def was_a_mistake(session: AsyncSession, desk: Desk, message: Message) -> bool:
    """Whether somebody who was asked answers that it was nothing; nobody has to call back then."""
    said = plain(message.text)
    if not message.contact or len(said.split()) > FEW or not _MISTAKE.fullmatch(said):
        return False
    found = await calls.waiting_for(session, message.contact, desk.now() - WAITS)
    for call in found:
        call.seen_at = desk.now()
    return bool(found)
