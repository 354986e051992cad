"""The frame of the stand-ins: a provider's server on loopback, in the event loop of the test.

A stand-in is a subclass of `StandIn` that says three things:

- ``read(asked) -> Call``: which method is called, with which arguments; ``Call.refusal`` when it cannot be read;
- ``answer(call) -> Answer``: check, change state, answer. Do all of it without awaiting, so that it is one step;
- ``limits(call) -> {key: Limit}``: the published rates this call falls under, by the key they are counted on.

The frame does the rest. `journal` keeps every exchange (``slack.journal.exactly("chat.postMessage")``). `faults` makes
it misbehave: ``slack.faults.add(dropped(committed=True), "chat.postMessage", channel="C0VOIRIE", times=3)``. `rates`
measures on the clock of the test (`clock`, which may be replaced at any time: ``slack.clock = city.clock``); a breach,
or a call before the Retry-After we gave, is answered 429 and fails the test in `check`.

    async with SlackStandIn(DrivenClock()) as slack:    # serves on 127.0.0.1, a free port
        client = AsyncWebClient(token=slack.workspace.bot_token, base_url=slack.url)
    ...
    slack.check()    # what nobody looked at, refused calls, breaches, faults that were never met

A stand-in is also a plain ASGI application, which is how ``python -m tests.standins`` serves it on a fixed port.
"""

from __future__ import annotations

import asyncio
import contextlib
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, Protocol, Self

from starlette.types import Receive, Scope, Send

from tests.standins.faults import Fault, Faults
from tests.standins.journal import Journal
from tests.standins.loopback import CUT, serving
from tests.standins.rates import Limit, Rates
from tests.standins.wire import Answer, Asked, Call


class Clock(Protocol):
    """The driven clock of a test, or the machine's own for a trial by hand."""

    def now(self) -> datetime:
        """The present instant, UTC."""
        ...


class StandIn(ABC):
    """One provider: state behind strict doors. See the module for how to use and how to write one."""

    name: str
    quiet: frozenset[str] = frozenset()

    def __init__(self, clock: Clock, *, port: int = 0) -> None:
        self.clock = clock
        self.journal = Journal(self.now, self.quiet)
        self.faults = Faults()
        self.rates = Rates(self.now)
        self.breaches_expected = False
        self.origin = ""
        self.pages: Callable[[Asked], Awaitable[Answer | None]] | None = None  # see tests/standins/trial
        self._port = port
        self._closing = asyncio.Event()
        self._running = contextlib.AsyncExitStack()

    def now(self) -> datetime:
        """The instant of the test."""
        return self.clock.now()

    async def __aenter__(self) -> Self:
        self.origin = await self._running.enter_async_context(serving(self, self._port))
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing.set()
        await self._running.aclose()

    # What a provider says

    @abstractmethod
    def read(self, asked: Asked) -> Call:
        """Which call this request is. Never raises for what a client may send."""

    @abstractmethod
    async def answer(self, call: Call) -> Answer:
        """Carry the call out, strictly."""

    @abstractmethod
    def limits(self, call: Call) -> dict[str, Limit]:
        """The published rates the call falls under, by the key each is counted on."""

    @abstractmethod
    def limited(self, call: Call, retry_after: float | None) -> Answer:
        """The provider's 429."""

    def unexpected(self) -> list[str]:
        """What nobody looked at, and what was refused, for `check`."""
        return []

    def check(self) -> None:
        """Fail for a breach of the rates, a fault never met, or what the provider found unexpected."""
        breaches = [] if self.breaches_expected else self.rates.breaches
        problems = [*breaches, *self.faults.unused(), *self.unexpected()]
        assert not problems, f"{self.name}:\n" + "\n".join(problems)

    # The way of one request

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read, misbehave if told to, count, answer, write down."""
        if scope["type"] == "websocket":
            await self.socket(scope, receive, send)
            return
        asked = await _asked(scope, receive)
        if self.pages is not None and (page := await self.pages(asked)) is not None:
            await _send(send, page)  # for people: neither counted nor written down
            return
        call = self.read(asked)
        fault = self.faults.take(call)
        if fault is not None and fault.kind == "limited":
            await self._limit(call, fault, send)
            return
        answer = None if fault is not None and not fault.committed else await self._carried_out(call)
        if fault is None and answer is not None:
            self.journal.keep(call, answer)
            await _send(send, answer)
        elif fault is not None:
            await self._misbehave(call, fault, _Line(scope, receive, send))

    async def socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A WebSocket to the provider: refused by one that offers none."""
        await receive()
        await send({"type": "websocket.close"})

    async def _carried_out(self, call: Call) -> Answer:
        if call.refusal is not None:
            return call.refusal
        wait = self.rates.ask(self.limits(call))
        return await self.answer(call) if wait is None else self.limited(call, wait)

    async def _limit(self, call: Call, fault: Fault, send: Send) -> None:
        for key in self.closed_by_limit(call) if fault.retry_after else ():
            self.rates.close(key, fault.retry_after or 0)
        answer = self.limited(call, fault.retry_after)
        self.journal.keep(call, answer, fault.name)
        await _send(send, answer)

    def closed_by_limit(self, call: Call) -> list[str]:
        """The keys a 429 closes until its Retry-After: the narrowest limit of the call, by default."""
        return list(self.limits(call))[:1]

    async def _misbehave(self, call: Call, fault: Fault, line: _Line) -> None:
        replied = fault.kind == "answers"
        self.journal.keep(call, fault.reply if replied else None, fault.name)
        if replied:
            await _send(line.send, fault.reply)
        elif fault.kind == "drip":
            await line.drip(fault.pause, self._closing)
        else:
            await line.cut(None if fault.kind == "dropped" else self._closing)


class _Line:
    """The connection of one request, for what ASGI does not offer."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._abort = scope.get("extensions", {}).get(CUT, {}).get("abort")
        self._receive = receive
        self.send = send

    async def cut(self, hanging: asyncio.Event | None) -> None:
        """Cut now, or once the client has gone or the stand-in closes."""
        if hanging is not None:
            gone = asyncio.create_task(self._gone())
            closing = asyncio.create_task(hanging.wait())
            _, rest = await asyncio.wait({gone, closing}, return_when=asyncio.FIRST_COMPLETED)
            for task in rest:
                task.cancel()
        if self._abort is not None:
            self._abort()
        await self._gone()

    async def drip(self, pause: float, closing: asyncio.Event) -> None:
        """Head, then one blank at a time."""
        gone = asyncio.create_task(self._gone())
        head: Mapping[str, Any] = {"status": 200, "headers": [(b"content-type", b"application/json")]}
        await self.send({"type": "http.response.start", **head})
        while not gone.done() and not closing.is_set():
            await self.send({"type": "http.response.body", "body": b" ", "more_body": True})
            await asyncio.wait({gone}, timeout=pause)
        await self.cut(None)
        gone.cancel()

    async def _gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass


async def _asked(scope: Scope, receive: Receive) -> Asked:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    return Asked(scope["method"], scope["path"], scope["query_string"].decode(), headers, body)


async def _send(send: Send, answer: Answer) -> None:
    headers = [(name.encode(), value.encode()) for name, value in answer.headers.items()]
    headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
