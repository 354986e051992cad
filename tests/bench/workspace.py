"""A Slack workspace in a thread of its own, on the machine's clock, strict about rates."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Coroutine, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx

from bot.clock import SystemClock
from tests.standins.deliveries import Delivery
from tests.standins.journal import Exchange
from tests.standins.slack import Message, SlackStandIn

Result = TypeVar("Result")
POST, EDIT = "chat.postMessage", "chat.update"
ANA = "U0ANA"


@dataclass(frozen=True, slots=True)
class Workspace:
    """What the bench asks of it from another thread."""

    slack: SlackStandIn
    loop: asyncio.AbstractEventLoop
    settings: dict[str, str]

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Work in the stand-in's own loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)

    def listen_at(self, vigie: str) -> None:
        """Where people's clicks are sent."""

        async def connect() -> None:
            self.slack.through_http(httpx.AsyncClient(base_url=vigie, timeout=30))

        self.run(connect())

    def posted(self, words: str = "") -> list[Exchange]:
        """Cards whose text holds ``words``, oldest first."""
        cards = [each for each in list(self.slack.journal.entries) if each.name == POST]
        return [each for each in cards if "thread_ts" not in each.arguments and words in each.arguments["text"]]

    def cards(self) -> list[Message]:
        """Every card as it stands now."""
        channels = self.slack.workspace.channels.values()
        return [card for channel in channels for card in channel.cards()]

    def click(self, card: Message) -> Delivery:
        """Ana takes it."""
        return self.run(self.slack.people.click(card.channel, card, "prendre", ANA))


@contextmanager
def workspace(folder: Path, services: Iterable[str]) -> Iterator[Workspace]:
    """A workspace with a channel for each of these services."""
    slack = SlackStandIn(SystemClock())
    channels = {service: f"C0{service.upper().replace('-', '')}" for service in services}
    for service, id in channels.items():
        slack.workspace.add_channel(id, service)
    slack.workspace.add_user(ANA, "Ana Martin", *channels.values())
    file = folder / "channels.yaml"
    file.write_text("".join(f'{service}: ["slack:{id}"]\n' for service, id in channels.items()), encoding="utf-8")
    loop, ready, end = asyncio.new_event_loop(), threading.Event(), asyncio.Event()

    async def serve() -> None:
        async with slack:
            ready.set()
            await end.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
    thread.start()
    assert ready.wait(20)
    settings = {
        "VIGIE_SLACK_BOT_TOKEN": slack.workspace.bot_token,
        "VIGIE_SLACK_SIGNING_SECRET": slack.workspace.signing_secret,
        "VIGIE_SLACK_BASE_URL": slack.url,
        "VIGIE_CHANNELS_FILE": str(file),
    }
    try:
        yield Workspace(slack, loop, settings)
    finally:
        loop.call_soon_threadsafe(end.set)
        thread.join(10)


def pause_until(moment: float) -> None:
    """Sleep until a moment of ``time.perf_counter``: the bench leaves the provider's rates alone."""
    time.sleep(max(0.0, moment - time.perf_counter()))
