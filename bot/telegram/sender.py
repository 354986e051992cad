"""Messages of ours, sent so that each is seen once although Telegram cannot be asked what it has (docs/adr)."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeVar

from telegram import Bot, LinkPreviewOptions, Message, ReplyParameters
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated

from bot.telegram import rooms
from bot.telegram.account import UNTOUCHED, sorted_problems
from bot.telegram.cards import Shown
from bot.telegram.models import TelegramPost
from routing.ports import Clock, DeliveryProblem, Gone, TemporaryProblem
from routing.store.base import Database

log = logging.getLogger(__name__)

Result = TypeVar("Result")

LOOKED_AT = 2  # ids after the last one known, under which a lost message is looked for
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
UNREADABLE = "can't parse entities"


class Sender:
    """Writes into chats by our references, and remembers what became of them."""

    def __init__(self, bot: Bot, database: Database, clock: Clock) -> None:
        self._bot = bot
        self._database = database
        self._clock = clock

    async def where(self, chat: int) -> int:
        """The chat's present id."""
        async with self._database.transaction() as session:
            return await rooms.present_id(session, chat)

    async def begin(self, ref: str, chat: int) -> TelegramPost:
        """The row of a message, before it is sent. What was begun before its chat moved away is begun anew."""
        async with self._database.transaction() as session:
            chat = await rooms.present_id(session, chat)
            post = await rooms.begin(session, ref, chat, self._clock.now())
            if post.chat != chat:
                await rooms.restart(session, ref, chat)
            return post

    async def restart(self, ref: str, chat: int) -> None:
        """What was sent under this reference is gone."""
        async with self._database.transaction() as session:
            await rooms.restart(session, ref, chat)

    async def replace(self, chat: int, message: int, topic: int | None) -> None:
        """A message of ours takes no edit any more: it is sent anew, and the old one goes if it can."""
        await self.forget(chat, message, topic)
        with suppress(DeliveryProblem):
            await self.call(chat, lambda: self._bot.delete_message(chat, message))

    async def forget(self, chat: int, message: int, topic: int | None = None) -> None:
        """A message of ours is gone, though perhaps not its topic: what it said is sent anew."""
        async with self._database.transaction() as session:
            if ref := await rooms.ref_of(session, chat, message):
                await rooms.restart(session, ref, chat, topic)

    async def arrived(self, ref: str, **what: int | None) -> None:
        """Remember what became of an attempt."""
        async with self._database.transaction() as session:
            await rooms.arrived(session, ref, **what)

    async def post(
        self,
        post: TelegramPost,
        shown: Shown,
        *,
        topic: int | None = None,
        to: int | None = None,
        silent: bool = False,
        again: bool = False,
    ) -> int:
        """The id of the message, sent now unless it stands already. Raises DeliveryProblem."""
        if post.message is not None:
            return post.message
        number = await self._found(post, shown, topic, to) if again else None
        if number is None:
            reply = ReplyParameters(to, allow_sending_without_reply=True) if to else None
            sent = await self.call(
                post.chat,
                lambda: self._say(post.chat, shown, message_thread_id=topic, reply_parameters=reply, silent=silent),
            )
            number = sent.message_id
        await self.arrived(post.ref, message=number)
        return number

    async def edit(self, chat: int, message: int, shown: Shown) -> Message | None:
        """Bring a message up to date; None when it was so already. Raises Gone when it is not there."""
        return await self.call(chat, lambda: self._edit(chat, message, shown))

    async def call(self, chat: int, ask: Callable[[], Awaitable[Result]]) -> Result:
        """Ask Telegram about a chat, its errors sorted. A group that became a supergroup is remembered."""
        try:
            with sorted_problems():
                return await ask()
        except ChatMigrated as news:
            async with self._database.transaction() as session:
                await rooms.moved(session, chat, news.new_chat_id)
            raise TemporaryProblem("le groupe Telegram a changé d'identifiant", 1) from news

    async def _say(self, chat: int, shown: Shown, *, silent: bool = False, **more: Any) -> Message:
        given: dict[str, Any] = {"chat_id": chat, "reply_markup": shown.keyboard, "link_preview_options": NO_PREVIEW}
        given |= more | ({"disable_notification": True} if silent else {})
        try:
            return await self._bot.send_message(text=shown.text, parse_mode=ParseMode.HTML, **given)
        except BadRequest as error:
            if UNREADABLE not in error.message.lower():
                raise
            log.error("Telegram does not read our markup: sent without")
            return await self._bot.send_message(text=shown.plain, **given)

    async def _edit(self, chat: int, message: int, shown: Shown) -> Message | None:
        given: dict[str, Any] = {"chat_id": chat, "message_id": message, "reply_markup": shown.keyboard}
        try:
            found = await self._bot.edit_message_text(
                text=shown.text, parse_mode=ParseMode.HTML, link_preview_options=NO_PREVIEW, **given
            )
        except BadRequest as error:
            if UNTOUCHED not in error.message.lower():
                raise
            return None
        return found if isinstance(found, Message) else None

    async def _found(self, post: TelegramPost, shown: Shown, topic: int | None, to: int | None) -> int | None:
        """The id of a message of ours that nobody knows yet and that has become this one, None if there is none.

        Ids grow by one in a supergroup, so what was lost stands just above what was known. Only a bot's own messages
        let themselves be edited, and one of ours that we do not know was lost as well.
        """
        above = max(post.above, post.topic or 0)
        ids = range(above + 1, above + 1 + LOOKED_AT)
        async with self._database.transaction() as session:
            known = await rooms.ours(session, post.chat, ids)
        for number in (each for each in ids if each not in known):
            try:
                turned = await self.edit(post.chat, number, shown)
            except Gone:
                continue
            if turned is None or _stands(turned, topic, to):
                return number
            # It was another thread's lost message: that thread will say it again.
            await self.call(post.chat, lambda number=number: self._bot.delete_message(post.chat, number))  # type: ignore[misc]
        return None


def _stands(message: Message, topic: int | None, to: int | None) -> bool:
    """Whether a message stands in this topic, or answers that message."""
    answered = message.reply_to_message.message_id if message.reply_to_message else None
    return message.message_thread_id == topic if topic else to in (None, answered)
