"""A bot's updates, signed by the webhook's secret or fetched by asking. Source: https://core.telegram.org/bots/api#update

Updates of one chat come first in, first out: one that is refused for ever would block everything its chat says. So
an authentic update is always taken: what cannot be read, or fails, is kept for a person.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Update

from intake import inbox
from intake.ports import House
from routing.store import reports

log = logging.getLogger(__name__)

SECRET = "x-telegram-bot-api-secret-token"
JSON = "application/json"
LARGEST_ID = 2**63
COME_AGAIN = 429  # Telegram keeps the update and honours Retry-After
PAUSE = 2  # seconds

Hear = Callable[[Update, bytes], Awaitable[None]]


class Unreadable(Exception):
    """Not an update; the message says why, without quoting it."""


def read_update(body: bytes) -> Update:
    """One update. Raises Unreadable; the library raises many things on what is odd."""
    try:
        data = json.loads(body)
        if not isinstance(data, dict):
            raise Unreadable("pas un objet")
        number = data.get("update_id")
        if isinstance(number, bool) or not isinstance(number, int) or not 0 < number < LARGEST_ID:
            raise Unreadable("update_id n'est pas un nombre")
        return Update.de_json(data, None)
    except Unreadable:
        raise
    except Exception as error:
        raise Unreadable(type(error).__name__) from error


class Updates:
    """Hands updates over to ``hear``; ``provider`` names their bot in the inbox, ``away`` a lost database's error."""

    def __init__(self, house: House, provider: str, hear: Hear, away: type[Exception]) -> None:
        self._house = house
        self.provider = provider
        self._hear = hear
        self._away = away

    async def take(self, body: bytes) -> bool:
        """Whether the update is dealt with; if not, it must come again."""
        try:
            try:
                await self._hear(read_update(body), body)
            except self._away:
                raise
            except Exception as error:
                if not isinstance(error, Unreadable):
                    log.exception("an update could not be carried out and is kept")
                await self._keep(body, f"{type(error).__name__} {error if isinstance(error, Unreadable) else ''}")
        except self._away:
            return False
        return True

    async def _keep(self, body: bytes, why: str) -> None:
        name = f"unread/{hashlib.sha256(body).hexdigest()[:32]}"

        async def work(session: AsyncSession) -> None:
            event = await reports.keep_event(session, self.provider, name, JSON, body, self._house.desk.now())
            if event is not None:
                await inbox.unreadable(session, inbox.Kept(event, None), why.strip())

        await self._house.run(work)


REFUSALS: dict[int | str, dict[str, str]] = {
    403: {"description": "Without Telegram's secret"},
    429: {"description": "The database is away: come again"},
}


class TelegramDoor:
    """The webhook of one bot. Nothing is ever answered in the body: Telegram would carry it out."""

    def __init__(self, path: str, secret: str, updates: Updates) -> None:
        self._path = path
        self._secret = secret.encode()
        self._updates = updates

    def router(self) -> APIRouter:
        """The route."""
        router = APIRouter(tags=["webhooks"])
        router.add_api_route(self._path, self.receive, methods=["POST"], response_class=Response, responses=REFUSALS)
        return router

    async def receive(self, request: Request) -> Response:
        """403 for what Telegram did not send; else 200, or 429 when it must come again."""
        given = request.headers.get(SECRET, "").encode("latin-1", "replace")
        if not hmac.compare_digest(given, self._secret):
            log.warning("a webhook without Telegram's secret was refused")
            return Response(status_code=403)
        if await self._updates.take(await request.body()):
            return Response(status_code=200)
        return Response(status_code=COME_AGAIN, headers={"Retry-After": str(PAUSE)})
