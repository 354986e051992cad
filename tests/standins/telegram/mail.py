"""How a bot learns what happened: by webhook, first in first out for each chat, or by asking."""

from __future__ import annotations

import asyncio
import hmac
import itertools
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.standins.deliveries import Delivery, Reply, posted
from tests.standins.telegram.errors import Refused, bad, wrong
from tests.standins.telegram.network import User
from tests.standins.telegram.spec import problems

PATIENCE = 60.0  # seconds for one webhook
GIVEN_UP = timedelta(days=1)
LONGEST_PAUSE, LONGEST_ASKED = 60.0, 3600.0
PORTS = (None, 443, 80, 88, 8443)
SECRET = re.compile(r"^[A-Za-z0-9_-]{1,256}$")
AGENT = "X-Telegram-Bot-Api-Secret-Token"
NEVER_BY_ITSELF = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


@dataclass(slots=True)
class Letter:
    """One update on its way."""

    update: dict[str, Any]
    chat: int
    born: datetime
    delivery: Delivery
    due: datetime


@dataclass(slots=True)
class Account:
    """One bot: its token, what it asked for, and what it has not been told yet. ``privacy`` as BotFather sets it."""

    user: User
    token: str
    privacy: bool = True
    url: str = ""
    secret: str | None = None
    allowed: frozenset[str] | None = None
    waiting: list[Letter] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(730_000_001))
    poll: asyncio.Event | None = None
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    asking: asyncio.Event = field(default_factory=asyncio.Event)  # whether somebody waits for an update


class Mail:
    """Carries updates to the bots of the test."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.client: httpx.AsyncClient | None = None
        self.failures: list[str] = []
        self.copies = 1
        self.closing = asyncio.Event()

    async def tell(self, account: Account, kind: str, chat: int, payload: dict[str, Any]) -> Delivery:
        """One update; delivered at once where a webhook is set and nothing of this chat is before it."""
        update = {"update_id": next(account.numbers), kind: payload}
        self.failures += problems(["Update"], update)
        return await self.pass_on(account, kind, chat, update)

    async def pass_on(self, account: Account, kind: str, chat: int, update: dict[str, Any]) -> Delivery:
        """An update as given."""

        async def send(attempt: int, failure: str | None) -> Reply:
            return await self._post(account, json.dumps(update).encode())

        delivery = Delivery(kind, send)
        if self._wanted(account, kind):
            account.waiting.append(Letter(update, chat, self._now(), delivery, self._now()))
            account.arrived.set()
            await self.due(account)
        return delivery

    def _wanted(self, account: Account, kind: str) -> bool:
        return kind in account.allowed if account.allowed else kind not in NEVER_BY_ITSELF

    async def due(self, account: Account) -> None:
        """Deliver what may go now: of each chat the oldest first; to be called after the clock moved."""
        blocked: set[int] = set()
        for letter in list(account.waiting) if account.url else ():
            if letter.chat in blocked:
                continue
            if letter.due > self._now() or not await self._attempt(account, letter):
                blocked.add(letter.chat)

    async def _attempt(self, account: Account, letter: Letter) -> bool:
        """Twice at once when it fails, then ever later."""
        for copy in range(self.copies):
            for _ in range(2 if not letter.delivery.attempts else 1):
                letter.delivery.attempts.append(await letter.delivery.send(len(letter.delivery.attempts), None))
                if letter.delivery.accepted:
                    break
            if copy == 0 and letter.delivery.accepted and letter in account.waiting:
                account.waiting.remove(letter)
        if letter.delivery.accepted:
            return True
        if self._now() - letter.born > GIVEN_UP:
            letter.delivery.given_up = True
            account.waiting.remove(letter)
            return True
        letter.due = self._now() + timedelta(seconds=self._pause(letter.delivery))
        return False

    def _pause(self, delivery: Delivery) -> float:
        asked = delivery.reply.headers.get("retry-after", "")
        if asked.isdigit():
            return min(float(asked), LONGEST_ASKED)
        return float(min(2 ** (len(delivery.attempts) - 1), LONGEST_PAUSE))

    async def _post(self, account: Account, body: bytes) -> Reply:
        assert self.client is not None, "nobody listens: call through_http first"
        headers = {"Content-Type": "application/json", **({AGENT: account.secret} if account.secret else {})}
        reply = await posted(self.client, urlsplit(account.url).path, body, headers, PATIENCE)
        if reply.failure is None and b'"method"' in reply.body:
            self.failures.append("an answer to a webhook would have been executed as a method")
        return reply

    # The methods

    def set_webhook(self, account: Account, arguments: dict[str, Any]) -> bool:
        """setWebhook"""
        found = urlsplit(arguments["url"])
        if arguments["url"] and (found.scheme != "https" or not found.hostname):
            raise bad("bad webhook: An HTTPS URL must be provided for webhook")
        if found.port not in PORTS:
            raise bad("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
        if "secret_token" in arguments and not SECRET.match(arguments["secret_token"]):
            raise wrong("secret token contains unallowed characters")
        account.url, account.secret = arguments["url"], arguments.get("secret_token")
        self._ask_for(account, arguments)
        if arguments.get("drop_pending_updates"):
            account.waiting.clear()
        return True

    def delete_webhook(self, account: Account, arguments: dict[str, Any]) -> bool:
        """deleteWebhook"""
        account.url, account.secret = "", None
        if arguments.get("drop_pending_updates"):
            account.waiting.clear()
        return True

    def _ask_for(self, account: Account, arguments: dict[str, Any]) -> None:
        if "allowed_updates" in arguments:
            account.allowed = frozenset(arguments["allowed_updates"]) or None

    async def get_updates(self, account: Account, arguments: dict[str, Any]) -> list[dict[str, Any]]:
        """getUpdates: an offset confirms all before it; a second poller ends the first."""
        if account.url:
            raise Refused(
                409,
                "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
            )
        if account.poll is not None:
            account.poll.set()
        self._ask_for(account, arguments)
        offset = arguments.get("offset", 0)
        kept = account.waiting[offset:] if offset < 0 else account.waiting
        account.waiting = [each for each in kept if each.update["update_id"] >= offset or offset <= 0]
        if not account.waiting and arguments.get("timeout"):
            await self._long_poll(account, min(arguments["timeout"], 50))
        return [each.update for each in account.waiting[: min(arguments.get("limit", 100), 100)]]

    async def _long_poll(self, account: Account, seconds: float) -> None:
        account.arrived.clear()
        mine = account.poll = asyncio.Event()
        account.asking.set()
        waits = {asyncio.create_task(each.wait()) for each in (account.arrived, mine, self.closing)}
        _, rest = await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for task in rest:
            task.cancel()
        if account.poll is mine:
            account.poll = None
            account.asking.clear()
        if mine.is_set():
            raise Refused(
                409, "terminated by other getUpdates request; make sure that only one bot instance is running"
            )


def same(given: str, token: str) -> bool:
    """Compared without telling by time where they differ."""
    return hmac.compare_digest(given.encode(), token.encode())
