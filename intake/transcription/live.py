"""One turn of a caller, as seen from our side of the recogniser's process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Literal

from intake.errors import NotListening
from intake.ports import Heard, LiveEar, Transcript
from intake.transcription.wire import Kind

Send = Callable[[Kind, int, bytes], None]
Ending = Literal["nothing", "lost"]


class LiveTurn(LiveEar):
    """One turn of a caller, as seen from our side."""

    def __init__(self, send: Send, number: int) -> None:
        self._send = send
        self.number = number
        self.events: asyncio.Queue[Heard | Ending] = asyncio.Queue()
        self._open = True

    def hear(self, audio: bytes) -> None:
        """8 kHz mu-law. Raises NotListening."""
        if self._open:
            self._send(Kind.AUDIO, self.number, audio)

    def end(self) -> None:
        """No more audio comes."""
        if self._open:
            self._open = False
            self._send(Kind.END, self.number, b"")

    async def heard(self) -> AsyncIterator[Heard]:
        """Until the Transcript, or nothing when nobody spoke. Raises NotListening."""
        while True:
            event = await self.events.get()
            if event == "lost":
                raise NotListening("the recogniser's process ended")
            if event == "nothing":
                return
            assert not isinstance(event, str)
            yield event
            if isinstance(event, Transcript):
                self._open = False
                return
