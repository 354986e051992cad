"""Webhooks as a provider sends them: patience, retries on its schedule by the clock of the test, and bad habits.

`Deliveries` knows no protocol: the provider gives it a `Send`, which makes one attempt (signed anew each time) and says
how it ended. Bad habits: ``hold`` then ``release(reverse=True)`` for late and reordered ones, ``copies`` for doubles.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx


@dataclass(frozen=True, slots=True)
class Reply:
    """How one attempt ended. ``failure`` is the provider's word for what went wrong, None when it was accepted."""

    status: int | None = None
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    failure: str | None = None


Send = Callable[[int, str | None], Awaitable[Reply]]  # attempt (0 is the first), failure of the one before


@dataclass(slots=True)
class Delivery:
    """One webhook and its attempts so far."""

    label: str
    send: Send
    attempts: list[Reply] = field(default_factory=list)
    given_up: bool = False

    @property
    def reply(self) -> Reply:
        """The last attempt."""
        return self.attempts[-1]

    @property
    def accepted(self) -> bool:
        """Whether the application took it."""
        return bool(self.attempts) and self.reply.failure is None


class Deliveries:
    """Sends webhooks; ``schedule``: pauses in seconds before each retry, ``stop`` tells a reply that ends them."""

    def __init__(
        self, now: Callable[[], datetime], schedule: Sequence[float], stop: Callable[[Reply], bool] = lambda _: False
    ) -> None:
        self._now = now
        self._schedule = schedule
        self._stop = stop
        self._waiting: list[tuple[datetime, Delivery]] = []
        self._held: list[tuple[Delivery, bool]] | None = None
        self.sent: list[Delivery] = []

    async def deliver(self, label: str, send: Send, *, retried: bool = False, copies: int = 1) -> Delivery:
        """One webhook, ``copies`` times over; ``retried`` whether the provider repeats it when it fails."""
        delivery = Delivery(label, send)
        self.sent.append(delivery)
        if self._held is not None:
            self._held.append((delivery, retried))
            return delivery
        for _ in range(copies):
            await self._attempt(delivery, retried)
        return delivery

    async def again(self, delivery: Delivery) -> Reply:
        """The provider repeats a webhook it had an answer for."""
        await self._attempt(delivery, retried=False)
        return delivery.reply

    def hold(self) -> None:
        """Keep the webhooks that follow back."""
        self._held = []

    async def release(self, *, reverse: bool = False) -> list[Delivery]:
        """Send what was held, late; in reverse order if told so."""
        held, self._held = self._held or [], None
        for delivery, retried in reversed(held) if reverse else held:
            await self._attempt(delivery, retried)
        return [delivery for delivery, _ in held]

    async def due(self) -> list[Delivery]:
        """Make the retries whose time has come; to be called after the clock moved."""
        ready = [each for at, each in self._waiting if at <= self._now()]
        self._waiting = [(at, each) for at, each in self._waiting if at > self._now()]
        for delivery in ready:
            await self._attempt(delivery, retried=True)
        return ready

    async def _attempt(self, delivery: Delivery, retried: bool) -> None:
        number = len(delivery.attempts) if retried else 0
        before = delivery.reply.failure if delivery.attempts else None
        reply = await delivery.send(number, before)
        delivery.attempts.append(reply)
        if not retried or reply.failure is None:
            return
        if number >= len(self._schedule) or self._stop(reply):
            delivery.given_up = True
            return
        self._waiting.append((self._now() + timedelta(seconds=self._schedule[number]), delivery))


async def posted(
    client: httpx.AsyncClient, path: str, body: bytes, headers: Mapping[str, str], patience: float
) -> Reply:
    """One attempt over HTTP: accepted is any 2xx within ``patience`` real seconds."""
    started = time.monotonic()
    try:
        async with asyncio.timeout(patience):
            answer = await client.post(path, content=body, headers=dict(headers))
    except TimeoutError:
        return Reply(seconds=time.monotonic() - started, failure="http_timeout")
    except httpx.TransportError:
        return Reply(seconds=time.monotonic() - started, failure="connection_failed")
    taken = time.monotonic() - started
    return Reply(answer.status_code, answer.content, answer.headers, taken, None if answer.is_success else "http_error")
