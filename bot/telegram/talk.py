"""What is said to agents beside cards and lines: menus, answers, refusals. At the pace of the group, like all else."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from telegram import Bot, ForceReply, Message, ReplyParameters
from telegram.constants import ParseMode
from telegram.error import ChatMigrated

from bot.house import DatabaseAway, House
from bot.telegram import rooms
from bot.telegram.account import sorted_problems
from bot.telegram.cards import Shown, shortened
from bot.telegram.sender import NO_PREVIEW
from routing.domain.pace import Errand
from routing.ports import DeliveryProblem
from routing.service.errand import turn

log = logging.getLogger(__name__)

SCHEME = "telegram"
TOAST = 200  # characters of what a button answers
PATIENCE = 30.0  # seconds after which an answer is of no use any more

Pause = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Spot:
    """Where an agent speaks: the chat, its full address, the topic if any."""

    chat: int
    channel: str
    topic: int | None = None


class Talk:
    """Answers agents. What cannot be said is logged: nothing of it changes an incident."""

    def __init__(self, house: House, bot: Bot, pause: Pause = asyncio.sleep) -> None:
        self._house = house
        self._bot = bot
        self.pause = pause

    async def say(self, spot: Spot, shown: Shown, to: int, *, force: str | None = None) -> None:
        """Answer a message; ``force`` opens the answer field of whoever wrote it, with that placeholder."""

        async def send() -> Message:
            keyboard = ForceReply(selective=True, input_field_placeholder=force) if force else shown.keyboard
            return await self._bot.send_message(
                spot.chat,
                shown.text,
                parse_mode=ParseMode.HTML,
                message_thread_id=spot.topic,
                reply_parameters=ReplyParameters(to, allow_sending_without_reply=True),
                reply_markup=keyboard,
                link_preview_options=NO_PREVIEW,
                disable_notification=True,
            )

        sent = await self._in_turn(spot, Errand.LINE, send)
        if sent is not None:
            await self._house.run(lambda session: rooms.saw(session, spot.chat, sent.message_id))

    async def redraw(self, spot: Spot, message: int, shown: Shown) -> None:
        """Bring a menu up to date."""
        await self._in_turn(
            spot,
            Errand.EDIT,
            lambda: self._bot.edit_message_text(
                shown.text,
                spot.chat,
                message,
                parse_mode=ParseMode.HTML,
                reply_markup=shown.keyboard,
                link_preview_options=NO_PREVIEW,
            ),
        )

    async def remove(self, spot: Spot, message: int) -> None:
        """Take a menu away that has served."""
        await self._in_turn(spot, Errand.EDIT, lambda: self._bot.delete_message(spot.chat, message))

    async def toast(self, query: str, words: str = "", *, alert: bool = False) -> None:
        """Answer a press; ``alert`` must be read and closed."""
        try:
            with sorted_problems():
                await self._bot.answer_callback_query(query, shortened(words, TOAST) or None, show_alert=alert)
        except DeliveryProblem as problem:
            log.info("a press was answered too late", extra={"problem": type(problem).__name__})

    async def _in_turn(
        self, spot: Spot, errand: Errand, ask: Callable[[], Awaitable[Message | bool]]
    ) -> Message | None:
        """Ask as soon as the group's rates allow. None when it was too late or went wrong."""
        try:
            if not await self._turn(spot, errand):
                log.warning("an answer to an agent was given up: its group is busy")
                return None
            with sorted_problems():
                found = await ask()
        except (DeliveryProblem, DatabaseAway, ChatMigrated) as problem:
            log.warning("an agent was not answered", extra={"problem": type(problem).__name__})
            return None
        return found if isinstance(found, Message) else None

    async def _turn(self, spot: Spot, errand: Errand) -> bool:
        rates, waited = self._house.chats[SCHEME].rates, 0.0
        while waited <= PATIENCE:
            wait = await self._house.run(
                lambda session: turn(session, self._house.clock.now(), spot.channel, rates, errand)
            )
            if not wait:
                return True
            await self.pause(wait)
            waited += wait
        return False
