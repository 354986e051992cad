"""ChatGateway on the Bot API: a topic for each incident where the group is a forum, a thread of replies elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from telegram import Bot

from bot.telegram.cards import card_shown, line_shown, topic_name
from bot.telegram.models import TelegramPost
from bot.telegram.sender import Sender
from routing.domain.card import Card, Line
from routing.domain.pace import Errand, Rate
from routing.ports import Clock, Gone, PermanentProblem, TemporaryProblem, UnknownOutcome
from routing.service.errand import turn
from routing.store.base import Database

KNOWN_FOR = timedelta(hours=1)  # whether a group is a forum


@dataclass(frozen=True, slots=True)
class Place:
    """Where a card stands. As text, ``chat/topic/message``, it is the provider's reference of a thread."""

    chat: int
    topic: int | None
    message: int

    def __str__(self) -> str:
        return f"{self.chat}/{self.topic or 0}/{self.message}"

    @staticmethod
    def of(thread: str) -> Place:
        """From a thread's reference."""
        chat, topic, message = (int(part) for part in thread.split("/"))
        return Place(chat, topic or None, message)


class TelegramChat:
    """Posts, edits, and never says twice what may have arrived already, as far as that can be known."""

    # A second between messages of one chat, twenty a minute in a group, thirty a second in all. A new topic is a
    # message too: it is announced in the group.
    # Source: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
    rates: Sequence[Rate] = (
        Rate("chat", frozenset(Errand) - {Errand.TOPIC}, every=1.05),
        Rate("group", frozenset({Errand.CARD, Errand.LINE, Errand.TOPIC}), every=3.75, burst=4),
        Rate("bot", frozenset(Errand), every=0.05, burst=10, shared=True),
    )

    def __init__(self, bot: Bot, database: Database, clock: Clock, zone: ZoneInfo) -> None:
        self.sender = Sender(bot, database, clock)
        self._bot = bot
        self._database = database
        self._clock = clock
        self._zone = zone
        self._forums: dict[int, tuple[datetime, bool]] = {}

    async def post_card(self, address: str, card: Card, ref: str, *, again: bool = False) -> str:
        """Post a card; returns where it stands."""
        post = await self.sender.begin(ref, _number(address))
        topic = post.topic or await self._topic(address, post, card)
        try:
            shown = card_shown(card, self._zone)
            message = await self.sender.post(post, shown, topic=topic, again=again)
        except Gone:
            await self.sender.restart(ref, post.chat)  # the topic was deleted meanwhile
            raise
        return str(Place(post.chat, topic, message))

    async def edit_card(self, address: str, thread: str, card: Card) -> None:
        """Bring a card up to date."""
        place = await self._standing(address, thread)
        try:
            await self.sender.edit(place.chat, place.message, card_shown(card, self._zone))
        except Gone:
            await self.sender.replace(place.chat, place.message, place.topic)
            raise

    async def post_line(self, address: str, thread: str, line: Line, ref: str, *, again: bool = False) -> str:
        """Say something under the card; telephones are silent unless the line is to be surfaced."""
        place = await self._standing(address, thread)
        post = await self.sender.begin(ref, place.chat)
        to = None if place.topic else place.message
        shown = line_shown(line)
        try:
            number = await self.sender.post(
                post, shown, topic=place.topic, to=to, silent=not line.broadcast, again=again
            )
        except Gone:
            await self.sender.forget(place.chat, place.message)  # the topic was deleted, and the card with it
            raise
        return str(Place(place.chat, place.topic, number))

    async def _standing(self, address: str, thread: str) -> Place:
        """Where the card stands, if its group did not move: what was said before a move stays behind."""
        place = Place.of(thread)
        if place.chat != await self.sender.where(_number(address)):
            raise Gone("le groupe Telegram a changé d'identifiant")
        return place

    async def _topic(self, address: str, post: TelegramPost, card: Card) -> int | None:
        """The topic made for a card, None where there are none. Raises TemporaryProblem when the card has to wait.

        What was paid for is a card. Where the topic cannot be paid for beside it, the topic is made for that price.
        """
        if not await self._is_forum(post.chat):
            return None
        wait = await self._turn(address)
        name = topic_name(card)
        try:
            made = await self.sender.call(post.chat, lambda: self._bot.create_forum_topic(post.chat, name))
        except UnknownOutcome as doubt:
            # At worst an empty topic stays behind. Its card certainly did not leave.
            raise TemporaryProblem(str(doubt)) from doubt
        except PermanentProblem:
            return None  # not allowed to make topics: the card stands in the group itself
        await self.sender.arrived(post.ref, topic=made.message_thread_id)
        if wait:
            raise TemporaryProblem("la fiche suit son sujet", wait)
        return made.message_thread_id

    async def _turn(self, address: str) -> float:
        async with self._database.transaction() as session:
            return await turn(session, self._clock.now(), f"telegram:{address}", self.rates, Errand.TOPIC)

    async def _is_forum(self, chat: int) -> bool:
        known = self._forums.get(chat)
        if known is None or known[0] < self._clock.now():
            found = await self.sender.call(chat, lambda: self._bot.get_chat(chat))
            known = self._forums[chat] = (self._clock.now() + KNOWN_FOR, bool(found.is_forum))
        return known[1]


def _number(address: str) -> int:
    try:
        return int(address)
    except ValueError:
        raise PermanentProblem(f"{address[:40]} n'est pas un identifiant de groupe Telegram") from None
