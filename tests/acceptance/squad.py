"""Departments that read Telegram, as the stories act in their groups."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.acceptance.connected import with_telegram
from tests.acceptance.department import hole_is_heard
from tests.city import City, founded
from tests.standins.telegram import Message, TelegramStandIn
from tests.standins.telegram.network import Chat
from tests.standins.telegram.queries import Query
from tests.understood import Scripted

VOIRIE, PROPRETE = -1001000000001, -1001000000002
ANA, BRUNO, CLEO = 1001, 1002, 1003
STAFF = 900
SERVICES = {"voirie": (f"telegram:{VOIRIE}",), "proprete": (f"telegram:{PROPRETE}",)}


class Squad:
    """The story's hands: people act in Telegram, and Vigie carries out what follows."""

    def __init__(self, city: City, telegram: TelegramStandIn) -> None:
        self.city = city
        self.telegram = telegram
        self.people = telegram.through_http(city.web)
        self.bot = city.app.state.doors.staff_bot
        self.bot.talk.pause = self._pass

    async def _pass(self, seconds: float) -> None:
        self.city.clock.advance(timedelta(seconds=seconds))

    async def rest(self, seconds: float = 12) -> None:
        """Until Vigie has done everything; a group takes a message every few seconds."""
        await self.bot.rest()
        await self.city.settle(seconds=seconds)

    def group(self, chat: int = VOIRIE) -> Chat:
        """A group as people see it."""
        return self.telegram.network.chats[chat]

    def card(self, chat: int = VOIRIE) -> Message:
        """The only card of a group."""
        [found] = self.cards(chat)
        return found

    def cards(self, chat: int = VOIRIE) -> list[Message]:
        """The bot's messages that carry a card's buttons."""
        said = self.group(chat).said_by(STAFF)
        return [each for each in said if {"Étapes", "Rouvrir"} & set(each.buttons())]

    def thread(self, chat: int = VOIRIE) -> list[str]:
        """What the bot says under it, menus and answers to people left out."""
        card = self.card(chat)
        said = [each for each in self.group(chat).said_by(STAFF) if each.id != card.id and not each.markup]
        answers = {each.id for each in said if each.reply_to not in (None, card.id)}
        return [each.text for each in said if each.id not in answers and each.topic == card.topic]

    def menu(self, chat: int = VOIRIE) -> Message:
        """The menu that is open."""
        return [each for each in self.group(chat).said_by(STAFF) if "Fermer" in each.buttons()][-1]

    def answers(self, to: Message) -> list[str]:
        """What the bot answered to somebody's message."""
        said = self.telegram.network.chats[to.chat].said_by(STAFF)
        return [each.text for each in said if each.reply_to == to.id]

    async def press(self, words: str, user: int = ANA, *, on: Message | None = None, copies: int = 1) -> Query:
        """Press a button, of the card unless another message is named."""
        query = await self.people.press(on or self.card(), words, user, copies=copies)
        await self.rest()
        return query

    async def write(
        self, text: str, user: int = ANA, *, chat: int = VOIRIE, to: Message | None = None, topic: int | None = None
    ) -> Message:
        """Write a message in a group."""
        message = await self.people.write(chat, user, text, to=to, topic=topic)
        await self.rest()
        return message


@asynccontextmanager
async def at_telegram(
    url: str,
    folder: Path,
    scripted: Scripted,
    telegram: TelegramStandIn,
    *,
    channels: Mapping[str, tuple[str, ...]] = SERVICES,
    **settings: Any,
) -> AsyncIterator[Squad]:
    """A city on the database at ``url`` whose departments read groups; its bots are reached while inside."""
    hole_is_heard(scripted)
    given = with_telegram(folder, telegram, **settings)
    async with founded(url, folder, scripted, settings=given, channels=channels) as city:
        telegram.clock = city.clock
        squad = Squad(city, telegram)
        async with city.app.state.doors.open():
            yield squad
