"""Departments' chats beside the bench: a strict stand-in in a thread of its own, on the machine's clock."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Coroutine, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import httpx

from bot.clock import SystemClock
from tests.standins.serving import StandIn
from tests.standins.slack import Message, SlackStandIn
from tests.standins.telegram import Message as Sent
from tests.standins.telegram import TelegramStandIn

Result = TypeVar("Result")
SLACK_ANA, TELEGRAM_ANA, STAFF = "U0ANA", 1001, 900
REFERENCE = re.compile(r"\bIN-[0-9A-Z]+")


@dataclass(frozen=True, slots=True)
class Card:
    """A card as it stands now."""

    reference: str
    words: str
    message: Any


class Rooms(ABC):
    """What the bench asks of a platform, from another thread. ``settings`` connect a Vigie to it."""

    standin: StandIn
    settings: dict[str, str]
    loop: asyncio.AbstractEventLoop

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Work in the stand-in's own loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)

    def listen_at(self, vigie: str) -> None:
        """Where people's clicks are sent."""

        async def connect() -> None:
            self.hear(httpx.AsyncClient(base_url=vigie, timeout=30))

        self.run(connect())

    def wrong(self) -> list[str]:
        """Breaches of the platform's rates, and calls no correct client would make."""
        return [*self.standin.rates.breaches, *self.mistakes()]

    @abstractmethod
    def channels(self, services: Iterable[str]) -> dict[str, str]:
        """The channel of each service, by its full address."""

    @abstractmethod
    def account(self) -> dict[str, str]:
        """Settings of the account, once the stand-in listens."""

    @abstractmethod
    def hear(self, client: httpx.AsyncClient) -> None:
        """People's acts go through this client."""

    @abstractmethod
    def mistakes(self) -> list[str]:
        """Calls no correct client would make."""

    @abstractmethod
    def posted(self) -> list[datetime]:
        """When each card was posted, oldest first."""

    @abstractmethod
    def edited(self, reference: str) -> list[datetime]:
        """When cards of an incident were edited."""

    @abstractmethod
    def cards(self) -> list[Card]:
        """Every card as it stands now."""

    @abstractmethod
    def click(self, card: Card) -> None:
        """Ana takes it."""


class SlackRooms(Rooms):
    """A workspace."""

    def __init__(self) -> None:
        self.standin: SlackStandIn = SlackStandIn(SystemClock())

    def channels(self, services: Iterable[str]) -> dict[str, str]:
        """A channel for each service."""
        found = {service: f"C0{service.upper().replace('-', '')}" for service in services}
        for service, id in found.items():
            self.standin.workspace.add_channel(id, service)
        self.standin.workspace.add_user(SLACK_ANA, "Ana Martin", *found.values())
        return {service: f"slack:{id}" for service, id in found.items()}

    def account(self) -> dict[str, str]:
        """Tokens, and where the client is pointed."""
        return {
            "VIGIE_SLACK_BOT_TOKEN": self.standin.workspace.bot_token,
            "VIGIE_SLACK_SIGNING_SECRET": self.standin.workspace.signing_secret,
            "VIGIE_SLACK_BASE_URL": self.standin.url,
        }

    def hear(self, client: httpx.AsyncClient) -> None:
        """As signed requests."""
        self.standin.through_http(client)

    def mistakes(self) -> list[str]:
        """Refused calls."""
        return self.standin.mistakes()

    def posted(self) -> list[datetime]:
        """Messages that answer none."""
        calls = [each for each in list(self.standin.journal.entries) if each.name == "chat.postMessage"]
        return [each.at for each in calls if "thread_ts" not in each.arguments]

    def edited(self, reference: str) -> list[datetime]:
        """chat.update"""
        return [each.at for each in self.standin.journal.calls("chat.update") if reference in each.arguments["text"]]

    def cards(self) -> list[Card]:
        """In every channel."""
        found = [card for channel in self.standin.workspace.channels.values() for card in channel.cards()]
        return [Card(card.text.rpartition(" · ")[2], card.words, card) for card in found]

    def click(self, card: Card) -> None:
        """A press on « Je prends en charge »."""
        message: Message = card.message
        assert self.run(self.standin.people.click(message.channel, message, "prendre", SLACK_ANA)).accepted


class TelegramRooms(Rooms):
    """Groups of one staff bot, which Telegram calls by webhook."""

    def __init__(self) -> None:
        self.standin: TelegramStandIn = TelegramStandIn(SystemClock())
        self._bot = self.standin.add_bot(STAFF, "VigieAgentsBot")

    def channels(self, services: Iterable[str]) -> dict[str, str]:
        """A supergroup for each service."""
        network = self.standin.network
        network.add_user(TELEGRAM_ANA, "Ana", "Martin")
        found = {service: -1001000000001 - number for number, service in enumerate(services)}
        for service, id in found.items():
            network.add_group(id, service, TELEGRAM_ANA, STAFF)
        return {service: f"telegram:{id}" for service, id in found.items()}

    def account(self) -> dict[str, str]:
        """The token, and an address Telegram can call."""
        return {
            "VIGIE_TELEGRAM_STAFF_TOKEN": self._bot.token,
            "VIGIE_TELEGRAM_WEBHOOK_SECRET": "secret-of-no-value",
            "VIGIE_TELEGRAM_BASE_URL": self.standin.origin,
            "VIGIE_PUBLIC_BASE_URL": "https://vigie.example.org",
        }

    def hear(self, client: httpx.AsyncClient) -> None:
        """By webhook."""
        self.standin.through_http(client)

    def mistakes(self) -> list[str]:
        """Refused calls."""
        return self.standin.mistakes()

    def posted(self) -> list[datetime]:
        """Messages with buttons; nobody opens a menu here."""
        calls = [each for each in list(self.standin.journal.entries) if each.name == "sendMessage"]
        return [each.at for each in calls if "reply_markup" in each.arguments]

    def edited(self, reference: str) -> list[datetime]:
        """editMessageText"""
        calls = self.standin.journal.calls("editMessageText")
        return [each.at for each in calls if reference in each.arguments["text"]]

    def cards(self) -> list[Card]:
        """In every group."""
        found = [each for chat in self.standin.network.chats.values() for each in chat.said_by(STAFF) if each.markup]
        return [Card(REFERENCE.findall(each.text)[0], each.text, each) for each in found]

    def click(self, card: Card) -> None:
        """A press on « Je prends en charge »."""
        message: Sent = card.message
        self.run(self.standin.people.press(message, "Je prends en charge", TELEGRAM_ANA))


Platform = TypeVar("Platform", bound=Rooms)


@contextmanager
def opened(rooms: Platform, folder: Path, services: Iterable[str]) -> Iterator[Platform]:
    """The platform at work while inside, with a channel for each of these services."""
    file = folder / "channels.yaml"
    lines = [f'{service}: ["{address}"]\n' for service, address in rooms.channels(services).items()]
    file.write_text("".join(lines), encoding="utf-8")
    rooms.loop, ready, end = asyncio.new_event_loop(), threading.Event(), asyncio.Event()

    async def serve() -> None:
        async with rooms.standin:
            ready.set()
            await end.wait()

    thread = threading.Thread(target=rooms.loop.run_until_complete, args=(serve(),), daemon=True)
    thread.start()
    assert ready.wait(20)
    rooms.settings = {**rooms.account(), "VIGIE_CHANNELS_FILE": str(file)}
    try:
        yield rooms
    finally:
        rooms.loop.call_soon_threadsafe(end.set)
        thread.join(10)


def pause_until(moment: float) -> None:
    """Sleep until a moment of ``time.perf_counter``: the bench leaves the provider's rates alone."""
    time.sleep(max(0.0, moment - time.perf_counter()))
