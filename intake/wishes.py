"""STOP and START: whether somebody wants news of what they reported, by whatever door, and what confirms it."""

from __future__ import annotations

import re
from dataclasses import replace
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from intake import inbox
from intake.models import Message
from intake.wording import say, spoken
from routing.domain.redaction import plain
from routing.domain.understanding import Channel
from routing.service.desk import Desk
from routing.store import calls, reports

_POLITE = r"(?: (?:svp|s il (?:vous|te) plait|merci|please|thanks|thank you))*"
_MESSAGES = r"(?: (?:les |aux? |the |all )?(?:sms|whatsapp|telegram|messages?|nouvelles|news|texts?|all))?"
_STOP = re.compile(rf"(?:stop|arret|arretez|stopall|desabonne\w*|unsubscribe){_MESSAGES}{_POLITE}")
_START = re.compile(rf"(?:start|unstop|reprendre|reprenez|reabonne\w*|resume){_MESSAGES}{_POLITE}")


class Wish(StrEnum):
    """What somebody wants of our messages."""

    STOP = "stop"
    START = "start"


def wish_in(text: str) -> Wish | None:
    """The wish that a message is, when it is nothing else."""
    said = plain(text)
    if _STOP.fullmatch(said):
        return Wish.STOP
    return Wish.START if _START.fullmatch(said) else None


async def obey(session: AsyncSession, desk: Desk, message: Message, wish: Wish) -> str | None:
    """Keep the wish, and say so in their language; None to whom it was said already, or who has no way back.

    A START without a STOP before it is how some begin: they are greeted.
    """
    kept = await inbox.keep_event(session, desk, replace(message, raw=b""))  # who wrote it is not needed
    if kept.event is None or message.contact is None:
        return None
    language = await language_of(session, message.contact, message.channel)
    if wish is Wish.STOP:
        await calls.opt_out(session, message.contact, desk.now())
        return say("wish.stop", language)
    if await calls.opt_in(session, message.contact):
        return say("wish.start", language)
    return hello(message.channel, language)


def hello(channel: Channel, language: str | None) -> str:
    """What somebody hears who only greets: what can be sent by this door."""
    return say("telegram.hello" if channel is Channel.TELEGRAM else "hello", language)


async def language_of(session: AsyncSession, contact: str, channel: Channel) -> str | None:
    """The language they asked for, else that of their last report, if it is one of ours."""
    if chosen := await calls.chosen_language(session, contact):
        return spoken(chosen)
    rows = await reports.of_person(session, channel, contact, 1)
    return spoken(rows[0].language) if rows else None
