"""A media stream's WebSocket, message by message."""

from __future__ import annotations

import asyncio
import contextlib

from fastapi import WebSocket, WebSocketDisconnect

from intake.channels import media_frames as frames

LARGEST = 64 * 1024  # bytes of one message
GARBLED = 20  # messages nobody can read before the stream is given up
GREETING = 10.0  # seconds the provider has to say which call this is
MUTE = 10.0  # seconds without a single message: the line is dead
NORMAL, FOREIGN, TOO_LARGE, BROKEN, LATER = 1000, 1008, 1009, 1011, 1013


class Closed(Exception):
    """The stream is closed with ``code`` and nothing else."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


class Line:
    """The WebSocket, message by message."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self._garbled = 0

    async def start(self) -> frames.Start:
        """The first message that says which call this is. Raises Closed."""
        try:
            async with asyncio.timeout(GREETING):
                while not isinstance(frame := await self.next(), frames.Start):
                    if isinstance(frame, frames.Stop | frames.Audio):
                        raise Closed(FOREIGN)
                return frame
        except TimeoutError as error:
            raise Closed(FOREIGN) from error

    async def next(self) -> frames.Frame:
        """The next message; Stop when the other end is gone or mute. Raises Closed."""
        try:
            async with asyncio.timeout(MUTE):
                message = await self._socket.receive()
        except TimeoutError:
            return frames.Stop()
        if message["type"] == "websocket.disconnect":
            return frames.Stop()
        text = message.get("text") or ""
        if len(text) > LARGEST or len(message.get("bytes") or b"") > LARGEST:
            raise Closed(TOO_LARGE)
        try:
            return frames.read(text)
        except frames.Garbled as error:
            self._garbled += 1
            if self._garbled > GARBLED:
                raise Closed(FOREIGN) from error
            return frames.Other()

    async def send(self, text: str) -> None:
        """One message to the provider, if it still listens."""
        with contextlib.suppress(RuntimeError, WebSocketDisconnect):
            await self._socket.send_text(text)
