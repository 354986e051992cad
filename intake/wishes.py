"""STOP and START: whether somebody wants news of what they reported, by whatever door, and what confirms it."""

from __future__ import annotations

import re
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

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


async def obey(session: AsyncSession, desk: Desk, channel: Channel, contact: str, wish: Wish) -> str:
    """Keep the wish; returns what confirms it in their language. A START without a STOP before it is how some begin:
    they are greeted.
    """
    language = await language_of(session, contact, channel)
    if wish is Wish.STOP:
        await calls.opt_out(session, contact, desk.now())
        return say("wish.stop", language)
    return say("wish.start", language) if await calls.opt_in(session, contact) else hello(channel, language)


def hello(channel: Channel, language: str | None) -> str:
    """What somebody hears who only greets: what can be sent by this door."""
    return say("telegram.hello" if channel is Channel.TELEGRAM else "hello", language)


async def language_of(session: AsyncSession, contact: str, channel: Channel) -> str | None:
    """The language they asked for, else that of their last report, if it is one of ours."""
    if chosen := await calls.chosen_language(session, contact):
        return spoken(chosen)
    rows = await reports.of_person(session, channel, contact, 1)
    return spoken(rows[0].language) if rows else None
