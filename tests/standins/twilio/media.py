"""Twilio's end of a media stream: says what Twilio says, and is as strict about what it is told (31951).

Source: https://www.twilio.com/docs/voice/media-streams/websocket-messages
"""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.standins.twilio.signing import signature

FIELDS = {"media": {"media"}, "mark": {"mark"}, "clear": set()}
INSIDE = {"media": {"payload"}, "mark": {"name"}}
_numbers = count(1)


@dataclass
class MediaStream:
    """One stream of one call. ``told`` is what we were sent, in order: ``("media", bytes)``, ``("mark", name)``,
    ``("clear", None)``; ``code`` how the other side closed it.
    """

    socket: ClientConnection
    call: str
    sid: str = field(default_factory=lambda: f"MZ{next(_numbers):032x}")
    told: list[tuple[str, Any]] = field(default_factory=list)
    code: int | None = None
    _sequence: Any = field(default_factory=lambda: count(1))
    _chunk: int = 0

    async def start(self, parameters: dict[str, str], call: str | None = None) -> None:
        """Connected, then start."""
        await self.send({"event": "connected", "protocol": "Call", "version": "1.0.0"})
        start = {
            "accountSid": "AC" + "0" * 32,
            "streamSid": self.sid,
            "callSid": call or self.call,
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": parameters,
        }
        await self.event("start", start=start)

    async def frame(self, audio: bytes, chunk: int | None = None) -> None:
        """20 ms of the caller's sound; ``chunk`` for one that is late, early or a double."""
        self._chunk = chunk if chunk is not None else self._chunk + 1
        payload = base64.b64encode(audio).decode()
        stamp = str((self._chunk - 1) * 20)
        media = {"track": "inbound", "chunk": str(self._chunk), "timestamp": stamp, "payload": payload}
        await self.event("media", media=media)

    async def key(self, sign: str) -> None:
        """The caller presses a key."""
        await self.event("dtmf", dtmf={"track": "inbound_track", "digit": sign})

    async def played(self, name: str) -> None:
        """What was sent before that mark has been played."""
        await self.event("mark", mark={"name": name})

    async def stop(self) -> None:
        """The caller hung up."""
        await self.event("stop", stop={"accountSid": "AC" + "0" * 32, "callSid": self.call})

    async def event(self, name: str, **content: Any) -> None:
        """One numbered message."""
        await self.send({"event": name, "sequenceNumber": str(next(self._sequence)), "streamSid": self.sid, **content})

    async def send(self, message: object) -> None:
        """Anything at all; text as it is. Nothing when the stream is over."""
        try:
            await self.socket.send(message if isinstance(message, str) else json.dumps(message))
        except ConnectionClosed as closed:
            self._closed(closed)

    async def listen(self) -> None:
        """Take what we are told until the other side closes the stream."""
        while self.code is None:
            await self.next()

    async def next(self) -> None:
        """Take one message."""
        try:
            text = await self.socket.recv()
        except ConnectionClosed as closed:
            self._closed(closed)
            return
        self.told.append(self._checked(json.loads(text)))

    def sound(self) -> bytes:
        """All that was played to the caller."""
        return b"".join(content for name, content in self.told if name == "media")

    def _checked(self, message: dict[str, Any]) -> tuple[str, Any]:
        name = message["event"]
        assert name in FIELDS, f"31951 {name} is nothing Twilio takes"
        assert message["streamSid"] == self.sid, "31951 another stream's name"
        assert set(message) - {"event", "streamSid"} == FIELDS[name], f"31951 {name} with other fields"
        inside = message.get(name, {})
        assert set(inside) == INSIDE.get(name, set()), f"31951 {name} with other fields inside"
        if name == "media":
            return name, base64.b64decode(inside["payload"], validate=True)
        return name, inside.get("name")

    def _closed(self, closed: ConnectionClosed) -> None:
        self.code = closed.rcvd.code if closed.rcvd else 1006


@asynccontextmanager
async def media_stream(
    origin: str, address: str, call: str, token: str, signed: str | None = None
) -> AsyncIterator[MediaStream]:
    """A stream to ``address`` (wss://…), carried to ``origin`` on loopback. Raises InvalidStatus when refused."""
    path = "/" + address.split("/", 3)[3]
    headers = {"X-Twilio-Signature": signed if signed is not None else signature(token, address, [])}
    where = "ws" + origin.removeprefix("http") + path
    async with connect(where, additional_headers=headers, max_size=None, compression=None) as socket:
        yield MediaStream(socket, call)
