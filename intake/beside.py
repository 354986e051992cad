"""What people write that tells no matter: a greeting, a lone number, STOP, "des nouvelles ?", a card with an address.

It opens no report. Whoever may wait for an answer gets one.
"""

from __future__ import annotations

import re
from enum import Enum, auto

from sqlalchemy.ext.asyncio import AsyncSession

from intake import standing, wishes
from intake.models import Message
from intake.news_asked import Asked, asked_for_news, matter_beside
from intake.small_talk import greeted_in, says_nothing
from intake.standing import Told
from intake.wishes import Wish, hello, wish_in
from intake.wording import say
from routing.domain.incident import Event, IncidentState
from routing.domain.redaction import redact
from routing.service.desk import Desk
from routing.service.outcome import REOPENS_FOR
from routing.service.record import record
from routing.service.tell import ANSWER, WRITES_BACK, tell_one
from routing.service.warn import HOUR
from routing.store import calls, citizen_messages, incidents, reports
from routing.store.models import Report

LONE_NUMBER = re.compile(r"[1-9]\d?")  # the answer to a question that nobody put


class Beside(Enum):
    """Kinds that need no more than a name; ``OUTLINE``: only what is around it can be read (a contact, a poll)."""

    GREETS = auto()
    NUMBER = auto()
    OUTLINE = auto()


Aside = Beside | Wish | Asked


def aside_in(message: Message) -> Aside | None:
    """What a message is when it is nothing else; None where people do not write in several short messages."""
    if message.channel not in WRITES_BACK or not message.contact or message.pieces or message.latitude is not None:
        return None
    if message.outline:
        return Beside.OUTLINE
    if wish := wish_in(message.text):
        return wish
    if says_nothing(message.text):
        return Beside.GREETS
    return Beside.NUMBER if LONE_NUMBER.fullmatch(message.text) else asked_for_news(message.text)


async def hear(session: AsyncSession, desk: Desk, base_url: str, message: Message, aside: Aside) -> Told | None:
    """What to say at once (``words``, "" for nothing), and the report it is about, which its agents read; None when it
    may be a matter after all. What is said of a report is queued with what else is said of it.
    """
    contact = message.contact or ""
    match aside:
        case Wish():
            return Told(await wishes.obey(session, desk, message.channel, contact, aside))
        case Asked():
            told = await standing.answer(session, desk, base_url, message.channel, contact, aside)
        case _:
            told = await _noted(session, desk, message, aside)
    if told is None or told.report is None or not told.words or await calls.opted_out(session, contact):
        return told  # whoever wants no news has asked for this one: it does not leave as one
    # As many an hour as reports of one contact are answered: two machines must not talk to each other for ever.
    so_far = await citizen_messages.told_since(session, contact, ANSWER, desk.now() - HOUR)
    if so_far <= desk.most_of_a_number:
        last = so_far == desk.most_of_a_number
        words = say("many", told.report.language) if last else told.words
        await tell_one(session, desk, told.report, words)
    return Told("", told.report)


async def asks_besides(session: AsyncSession, desk: Desk, base_url: str, message: Message) -> None:
    """Whoever tells of another matter and asks where the first one stands hears of both."""
    both = matter_beside(message.text) if message.channel in WRITES_BACK and message.contact else None
    if both is None:
        return
    told = await standing.answer(session, desk, base_url, message.channel, message.contact or "", both[1])
    if told is not None and told.report is not None:
        await tell_one(session, desk, told.report, told.words)


async def _noted(session: AsyncSession, desk: Desk, message: Message, aside: Beside) -> Told:
    """Somebody we know: their agents read it; somebody we do not know is greeted."""
    report = await reports.lately(session, message.contact or "", desk.now() - REOPENS_FOR)
    unread = say("unread", report.language if report else None)
    if report is None:
        return Told(unread if aside is Beside.OUTLINE else hello(message.channel, greeted_in(message.text)))
    incident = await incidents.by_id(session, report.incident_id or 0, lock=True)
    if incident is not None and incident.state is not IncidentState.RESOLVED:
        said = f"{report.reference} ajoute : {redact(message.text, 200)}"
        await record(session, desk, incident, Event.REPORT, said)
    match aside:
        case Beside.OUTLINE:
            return Told(unread, report)
        case Beside.NUMBER:
            return Told(say("number.stray", report.language, reference=await _known_as(session, report)), report)
    return Told("", report)


async def _known_as(session: AsyncSession, report: Report) -> str:
    return (await reports.first_of_matter(session, report)).reference
