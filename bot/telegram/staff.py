"""The staff's bot: which update leads where, and who may speak to it at all."""

from __future__ import annotations

import asyncio
import logging

from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Bot, CallbackQuery, Chat, ChatMemberUpdated, Message, Update, User
from telegram.constants import ChatType

from bot.house import DatabaseAway, House
from bot.staff.afterwards import Afterwards
from bot.telegram import rooms
from bot.telegram.account import number_of, sorted_problems
from bot.telegram.cards import said
from bot.telegram.duty import DECLINE, TAKE, DutyPresses
from bot.telegram.hands import Gesture, Hands, Who, channel_of
from bot.telegram.presses import OUTDATED, Presses
from bot.telegram.talk import Pause, Spot, Talk
from bot.telegram.words import Heard, Words
from intake.channels.telegram_updates import Updates
from routing.ports import DeliveryProblem
from routing.service.refuse import accept, refuse

log = logging.getLogger(__name__)

WANTED = ("message", "edited_message", "callback_query", "my_chat_member", "message_reaction")
OUTSIDE = ("left", "kicked")
STRANGER = (
    "Ce robot est réservé aux agents du service : demandez à ce que votre compte ({user}) soit ajouté au fichier."
)
UNKNOWN_GROUP = "Ce groupe n'est relié à aucun service. Son adresse pour le fichier des canaux : telegram:{chat}"


class StaffBot:
    """Hears agents in the groups of their services, and people of the roster in private."""

    def __init__(self, house: House, bot: Bot, pause: Pause = asyncio.sleep) -> None:
        self.bot = bot
        self.talk = Talk(house, bot, pause)
        self.updates = Updates(house, f"telegram/{number_of(bot)}", self.hear, DatabaseAway)
        self._house = house
        self._after = Afterwards()
        self._hands = Hands(house, self.updates.provider)
        self._presses = Presses(house, self._hands, self.talk, self._after)
        self._duty = DutyPresses(house, self.talk, self._after)
        self._words = Words(house, self._hands, self.talk, self._after)
        self._name = ""

    async def hear(self, update: Update, _: bytes) -> None:
        """Carry one update out. Raises DatabaseAway when it must come again."""
        message = update.message or update.edited_message
        if update.callback_query is not None:
            await self._on_press(update.callback_query, str(update.update_id))
        elif update.message_reaction is not None:
            await self._duty.on_reaction(update.message_reaction)
        elif update.my_chat_member is not None:
            await self._on_member(update.my_chat_member)
        elif message is not None and message.migrate_to_chat_id is not None:
            await self._on_move(message.chat.id, message.migrate_to_chat_id)
        elif message is not None:
            await self._on_message(message, str(update.update_id), edited=update.message is None)

    async def rest(self) -> None:
        """Until nothing runs any more."""
        await self._after.rest()

    async def _on_press(self, query: CallbackQuery, key: str) -> None:
        message = query.message
        action, _, rest = (query.data or "").partition(":")
        reference, *more = rest.split(":")
        if action in (TAKE, DECLINE):
            await self._duty.on_press(query, action, reference)
            return
        spot = await self._spot(message.chat, _topic(message)) if message else None
        if spot is None or not await self._is_channel(spot):
            self._after.start(self.talk.toast(query.id, OUTDATED, alert=True))
            return
        gesture = Gesture(_who(query.from_user), spot, reference, key)
        await self._presses.on_press(query, gesture, action, more)

    async def _on_message(self, message: Message, key: str, *, edited: bool) -> None:
        user = message.from_user
        if user is None or (user.is_bot and message.sender_chat is None):
            return
        spot = await self._spot(message.chat, _topic(message), message.message_id)
        if await self._is_channel(spot) or (message.chat.type == ChatType.PRIVATE and await self._is_staff(user)):
            who = _who(user) if message.sender_chat is None else Who(user.id, message.sender_chat.title or "Anonyme")
            await self._words.on_message(Heard(message, who, spot, key, edited), await self._me())
        elif (message.text or "").startswith("/") and not edited:
            words = STRANGER.format(user=user.id) if spot.chat > 0 else UNKNOWN_GROUP.format(chat=spot.chat)
            self._after.start(self.talk.say(spot, said(words), message.message_id))

    async def _on_member(self, news: ChatMemberUpdated) -> None:
        """Added, or thrown out: what was said in the group moves to the room at once."""
        chat, status = news.chat.id, news.new_chat_member.status

        async def work(session: AsyncSession) -> None:
            channel = channel_of(await rooms.known_id(session, chat))
            if status in OUTSIDE:
                await refuse(session, self._house.desk, channel, "le robot a été retiré du groupe Telegram")
            else:
                await accept(session, channel)

        await self._house.run(work)

    async def _on_move(self, old: int, new: int) -> None:
        await self._house.run(lambda session: rooms.moved(session, old, new))

    async def _spot(self, chat: Chat, topic: int | None, message: int = 0) -> Spot:
        async def work(session: AsyncSession) -> str:
            if message:
                await rooms.saw(session, chat.id, message)
            return channel_of(await rooms.known_id(session, chat.id))

        return Spot(chat.id, await self._house.run(work), topic)

    async def _is_channel(self, spot: Spot) -> bool:
        desk = self._house.desk
        return any(spot.channel in desk.directory.channels_of(service) for service in desk.catalogue.services)

    async def _is_staff(self, user: User) -> bool:
        if any(str(user.id) in accounts for accounts in self._house.rights.accounts.values()):
            return True

        async def work(session: AsyncSession) -> bool:
            return (await self._hands.agent(session, _who(user))).person is not None

        return bool(await self._house.run(work))

    async def _me(self) -> str:
        """The bot's name as people type it; asked for once."""
        if not self._name:
            try:
                with sorted_problems():
                    self._name = (await self.bot.get_me()).username or ""
            except DeliveryProblem as problem:
                log.warning("the bot's own name is not known", extra={"problem": type(problem).__name__})
        return self._name


def _topic(message: object) -> int | None:
    """The forum topic a message stands in. In other groups the number names a thread of replies, which is none."""
    return message.message_thread_id if isinstance(message, Message) and message.is_topic_message else None


def _who(user: User) -> Who:
    return Who(user.id, user.full_name)
