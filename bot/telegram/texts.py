"""Messages to citizens: news by our references, and what is said aside while they use the bot."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import ChatMigrated

from bot.telegram import rooms
from bot.telegram.account import sorted_problems
from bot.telegram.cards import Shown, said, shortened
from bot.telegram.models import TelegramPost, TelegramRoom
from bot.telegram.sender import Sender
from routing.ports import Choice, Clock, DeliveryProblem, PermanentProblem
from routing.store.base import Database

log = logging.getLogger(__name__)

BUTTON, SAYS = 60, 60  # units, bytes
PREFIX = "dit:"


class TelegramTexts:
    """CitizenGateway of the citizens' bot; ``contact`` is the id of a private chat."""

    def __init__(self, bot: Bot, database: Database, clock: Clock) -> None:
        self._bot = bot
        self._database = database
        self._sender = Sender(bot, database, clock)

    async def send(
        self, contact: str, text: str, ref: str, *, again: bool = False, choices: Sequence[Choice] = ()
    ) -> str | None:
        """Send one message; one that may have arrived is looked for first."""
        chat = _number(contact)
        post = await self._sender.begin(ref, chat)
        try:
            return str(await self._sender.post(post, _shown(text, choices), again=again))
        except ChatMigrated as odd:
            raise PermanentProblem("pas une conversation privée") from odd

    async def saw(self, session: AsyncSession, contact: str, message: int) -> None:
        """A message of theirs, above which a lost one of ours is looked for."""
        await rooms.saw(session, _number(contact), message)

    async def aside(self, contact: str, text: str, ref: str, choices: Sequence[Choice] = ()) -> None:
        """Answer somebody who is using the bot; not answered is logged, they may ask again."""
        try:
            await self.send(contact, text, ref, choices=choices)
        except DeliveryProblem as problem:
            log.warning("a citizen was not answered", extra={"problem": type(problem).__name__})

    async def at_once(self, contact: str, text: str) -> None:
        """Say it without the database: safety words do not wait for it."""
        try:
            with sorted_problems():
                await self._bot.send_message(_number(contact), text)
        except (DeliveryProblem, ChatMigrated) as problem:
            log.error("safety words did not leave", extra={"problem": type(problem).__name__})

    async def pressed(self, query: str, contact: str, message: int | None, words: str) -> None:
        """Thank for a press and take the buttons away."""
        try:
            with sorted_problems():
                await self._bot.answer_callback_query(query, words)
                if message is not None:
                    await self._bot.edit_message_reply_markup(_number(contact), message)
        except (DeliveryProblem, ChatMigrated) as problem:
            log.info("a press was answered too late", extra={"problem": type(problem).__name__})

    async def forget(self, contact: str) -> None:
        """Nothing of ours remembers this chat any more."""
        chat = _number(contact)
        async with self._database.transaction() as session:
            await session.execute(delete(TelegramPost).where(TelegramPost.chat == chat))
            await session.execute(delete(TelegramRoom).where(TelegramRoom.chat == chat))


def _shown(text: str, choices: Sequence[Choice]) -> Shown:
    rows = [
        [InlineKeyboardButton(shortened(one.words, BUTTON), callback_data=f"{PREFIX}{one.says}")]
        for one in choices
        if len(one.says.encode()) <= SAYS
    ]
    return Shown(said(text).text, InlineKeyboardMarkup(rows) if rows else None)


def _number(contact: str) -> int:
    if not contact.lstrip("-").isdecimal():
        raise PermanentProblem("pas une conversation de Telegram")
    return int(contact)
