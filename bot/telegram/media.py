"""Photos and voice messages at Telegram's. The address they are fetched from holds the token: it is never logged."""

from __future__ import annotations

import httpx
from telegram import Bot
from telegram.error import ChatMigrated

from bot.authorities import authorities
from bot.fetching import FETCH_TIME, read
from bot.telegram.account import sorted_problems
from intake.ports import Fetched
from routing.ports import PermanentProblem, TemporaryProblem, UnknownOutcome

TOO_MANY = (429,)
OUTSIDE = ("..", "//")


class TelegramMedia:
    """MediaSource of one bot; an address is a ``file_id``."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def fetch(self, address: str, most: int) -> Fetched:
        """Raises DeliveryProblem."""
        try:
            with sorted_problems():
                file = await self._bot.get_file(address)
        except UnknownOutcome as doubt:
            raise TemporaryProblem(str(doubt)) from doubt
        except ChatMigrated as odd:
            raise PermanentProblem("Telegram : réponse inattendue") from odd
        if (file.file_size or 0) > most:
            raise PermanentProblem("trop grand")
        home = f"{self._bot.base_file_url}/"
        url = file.file_path or ""
        path = url.removeprefix(home)
        if not url.startswith(home) or any(each in path for each in OUTSIDE):
            raise PermanentProblem("Telegram : adresse inconnue")  # a path of the server's own machine, say
        return await _read(url, most)


async def _read(url: str, most: int) -> Fetched:
    try:
        client = httpx.AsyncClient(verify=authorities(), timeout=FETCH_TIME)
        async with client, client.stream("GET", url) as answer:
            return await read(answer, most, whose="Telegram", later=TOO_MANY)
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise TemporaryProblem(f"Telegram : {type(error).__name__}") from None
