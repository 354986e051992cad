"""How updates reach us: Telegram calls where the city has a public address, else we ask."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import text
from telegram import Bot, BotCommand
from telegram.error import ChatMigrated

from bot.house import House
from bot.settings import Settings
from bot.telegram.account import number_of, sorted_problems
from intake.channels.telegram_updates import Updates
from routing.ports import DeliveryProblem
from routing.store.base import is_connection_loss

log = logging.getLogger(__name__)

HELD = 25  # seconds Telegram holds an answer back while there is nothing to tell
MARGIN = 10
BETWEEN = 5.0  # seconds before asking again after a failure, or while another process asks
LOCK = 0x7E1E  # with the bot's number, the advisory lock of whoever asks


def by_webhook(settings: Settings) -> bool:
    """Whether Telegram can call us."""
    address = settings.public_base_url or ""
    return address.startswith("https://") and settings.telegram_webhook_secret is not None


@asynccontextmanager
async def reached(
    house: House, bot: Bot, updates: Updates, path: str, wanted: Sequence[str], commands: dict[str, str]
) -> AsyncIterator[None]:
    """Updates come in while inside. Without Telegram the house works on; whoever runs it is told."""
    asking: asyncio.Task[None] | None = None
    try:
        with sorted_problems():
            await _introduce(house, bot, path, wanted, commands)
    except (DeliveryProblem, ChatMigrated) as problem:
        log.error("a Telegram bot cannot be set up", extra={"path": path, "problem": type(problem).__name__})
    if not by_webhook(house.settings):
        asking = asyncio.create_task(Poller(house, bot, updates, wanted).run())
    try:
        yield
    finally:
        if asking is not None:
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)


async def _introduce(house: House, bot: Bot, path: str, wanted: Sequence[str], commands: dict[str, str]) -> None:
    settings = house.settings
    if settings.telegram_webhook_secret and by_webhook(settings):
        secret = settings.telegram_webhook_secret.get_secret_value()
        await bot.set_webhook(f"{settings.base_url}{path}", allowed_updates=wanted, secret_token=secret)
    else:
        await bot.delete_webhook()
    await bot.set_my_commands([BotCommand(name, words) for name, words in commands.items()])


class Poller:
    """Asks for updates, one process at a time; an update is confirmed once it is dealt with."""

    def __init__(self, house: House, bot: Bot, updates: Updates, wanted: Sequence[str]) -> None:
        self._house = house
        self._bot = bot
        self._updates = updates
        self._wanted = json.dumps(list(wanted))

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self._while_alone()
            except Exception as error:
                known = isinstance(error, DeliveryProblem | ChatMigrated) or is_connection_loss(error)
                log.warning("asking for updates failed", extra={"error": type(error).__name__}, exc_info=not known)
            await asyncio.sleep(BETWEEN)

    async def _while_alone(self) -> None:
        """Ask for as long as no other process of ours does: a second one would end the first."""
        options = {"isolation_level": "AUTOCOMMIT"}
        async with self._house.database.engine.connect() as connection:
            connection = await connection.execution_options(**options)
            taken = text("SELECT pg_try_advisory_lock(:kind, :bot)")
            names = {"kind": LOCK, "bot": number_of(self._bot) % 2**31}
            if not await connection.scalar(taken, names):
                return
            try:
                await self._ask()
            finally:
                await connection.execute(text("SELECT pg_advisory_unlock(:kind, :bot)"), names)

    async def _ask(self) -> None:
        offset = 0
        while True:
            for update in await self._updates_after(offset):
                if not await self._updates.take(json.dumps(update).encode()):
                    return
                offset = max(offset, _number(update) + 1)

    async def _updates_after(self, offset: int) -> list[Any]:
        """As they are: the library's own reading would fall on an odd one, and so never get past it."""
        asked = {"offset": offset, "timeout": HELD, "allowed_updates": self._wanted}
        with sorted_problems():
            found = await self._bot.request.post(
                f"{self._bot.base_url}/getUpdates?{urlencode(asked)}", read_timeout=HELD + MARGIN
            )
        return found if isinstance(found, list) else []


def _number(update: Any) -> int:
    number = update.get("update_id") if isinstance(update, dict) else None
    return number if isinstance(number, int) else 0
