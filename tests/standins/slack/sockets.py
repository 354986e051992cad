"""Socket Mode: one-use tickets, envelopes and their acknowledgements, connections that Slack ends.

Source: https://docs.slack.dev/apis/events-api/using-socket-mode. An envelope nobody acknowledges within three seconds
is a failure, repeated (events only) on Slack's schedule, over whichever socket is open then.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from starlette.types import Receive, Scope, Send

from tests.standins.deliveries import Reply
from tests.standins.slack.workspace import Workspace

TICKET_LIFE = timedelta(seconds=30)
MOST = 10  # sockets of one application
PAYLOADS = ("interactive", "slash_commands")  # an acknowledgement of these may carry an answer
ANSWER = frozenset({"envelope_id", "payload"})


class _Socket:
    """One open connection."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.closed = False

    async def say(self, message: Mapping[str, Any]) -> None:
        await self._send({"type": "websocket.send", "text": json.dumps(message)})

    async def close(self) -> None:
        if not self.closed:
            self.closed = True
            await self._send({"type": "websocket.close", "code": 1000})


class Sockets:
    """The sockets of one application, the newest last; carries payloads like signed requests do."""

    def __init__(self, workspace: Workspace, patience: float) -> None:
        self._workspace = workspace
        self.patience = patience
        self._tickets: dict[str, datetime | None] = {}
        self._open: list[_Socket] = []
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._answered: set[str] = set()
        self._changed = asyncio.Condition()
        self.opened = 0
        self.silent_retries = False  # real redeliveries may say ``retry_attempt: 0`` (slackapi/bolt-js issue 2487)
        self.mistakes: list[str] = []

    def ticket(self, origin: str) -> str:
        """An address that opens one socket, once."""
        name = f"stand-in-ticket-{next(self._workspace.numbers)}"
        self._tickets[name] = self._workspace.now()
        return f"{origin.replace('http', 'ws', 1)}/link/?ticket={name}&app_id={self._workspace.app_id}"

    async def until_open(self, count: int = 1, *, seconds: float = 30.0) -> None:
        """Wait until the application has opened its ``count``-th socket."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(lambda: self.opened >= count and bool(self._open))

    async def refresh(self, reason: str = "refresh_requested") -> None:
        """Slack ends its connections now and then: it says so, then closes."""
        for each in self._take_all():
            await each.say({"type": "disconnect", "reason": reason, "debug_info": {"host": "stand-in"}})
            await each.close()

    async def drop(self) -> None:
        """Close every connection without a word."""
        for each in self._take_all():
            await each.close()

    def _take_all(self) -> list[_Socket]:
        found, self._open = self._open, []
        return found

    # One connection

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """From the handshake to the end."""
        await receive()
        if scope["path"] != "/link/" or not self._admit(parse_qs(scope["query_string"].decode())):
            await send({"type": "websocket.close"})
            return
        await send({"type": "websocket.accept"})
        socket = _Socket(send)
        await socket.say(self._hello())
        async with self._changed:
            self._open.append(socket)
            self.opened += 1
            self._changed.notify_all()
        while (message := await receive())["type"] == "websocket.receive":
            self._heard(message.get("text") or "")
        socket.closed = True
        if socket in self._open:
            self._open.remove(socket)

    def _admit(self, query: Mapping[str, list[str]]) -> bool:
        name = (query.get("ticket") or [""])[0]
        given = self._tickets.get(name)
        if given is None or self._workspace.now() - given > TICKET_LIFE or len(self._open) >= MOST:
            self.mistakes.append("a socket was opened with a ticket that is used, unknown or old, or as an eleventh")
            return False
        self._tickets[name] = None
        return True

    def _hello(self) -> dict[str, Any]:
        return {
            "type": "hello",
            "num_connections": len(self._open) + 1,
            "debug_info": {"host": "stand-in", "approximate_connection_time": 18060},
            "connection_info": {"app_id": self._workspace.app_id},
        }

    def _heard(self, text: str) -> None:
        try:
            answer = json.loads(text)
        except ValueError:
            answer = None
        if not isinstance(answer, dict) or set(answer) - ANSWER:
            self.mistakes.append(f"no acknowledgement: {text[:200]}")
            return
        name = str(answer.get("envelope_id"))
        if waiting := self._waiting.pop(name, None):
            self._answered.add(name)
            waiting.set_result(answer)
        elif name in self._answered:
            self.mistakes.append(f"envelope {name} was acknowledged twice")

    # The carrier

    async def carry(self, kind: str, payload: Mapping[str, Any], attempt: int, failure: str | None) -> Reply:
        """One attempt over the newest socket."""
        if not self._open:
            return Reply(failure="connection_failed")
        name = f"envelope-{next(self._workspace.numbers)}"
        envelope = {
            "envelope_id": name,
            "type": kind,
            "payload": payload,
            "accepts_response_payload": kind in PAYLOADS,
        }
        if kind == "events_api":
            number = 0 if self.silent_retries else attempt
            envelope |= {"retry_attempt": number, "retry_reason": (failure or "") if number else ""}
        started = time.monotonic()
        waiting = self._waiting[name] = asyncio.get_running_loop().create_future()
        await self._open[-1].say(envelope)
        try:
            answer = await asyncio.wait_for(waiting, self.patience)
        except TimeoutError:
            self._waiting.pop(name, None)
            return Reply(seconds=time.monotonic() - started, failure="timeout")
        body = b""
        if "payload" in answer:
            if kind not in PAYLOADS:
                self.mistakes.append("an event was answered with a payload")
            body = json.dumps(answer["payload"]).encode()
        return Reply(200, body, {}, time.monotonic() - started)
