"""Somebody who speaks on the telephone: a machine's voice, carried frame by frame to our ears."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from intake.transcription.recogniser import Recogniser
from tests.speech.pace import Pace
from tests.speech.synthetic import FRAME, quiet, spoken
from tests.standins.twilio.line import Line
from tests.standins.twilio.media import MediaStream, media_stream


@dataclass
class Caller(Line):
    """A Line that our own ears listen to; ``origin`` is where the city is served, ``recogniser`` what listens."""

    origin: str = ""
    recogniser: Recogniser | None = None

    async def speak(self, words: str) -> MediaStream:
        """Say a sentence, then be silent until we were heard."""
        return await self.utter(quiet(0.4) + spoken(words) + quiet(2.5))

    async def be_silent(self) -> MediaStream:
        """Say nothing until we are asked again."""
        return await self.utter(quiet(8))

    async def tap(self, key: str) -> MediaStream:
        """Press a key while we are listened to."""
        async with self.stream() as stream:
            await stream.frame(quiet(0.02))
            await stream.key(key)
            await stream.listen()
        await self.stream_ended()
        return stream

    async def utter(self, audio: bytes) -> MediaStream:
        """Have any sound heard, no faster than it is listened to; the stream ends when the other side has enough."""
        async with self.stream() as stream:
            await self.play(stream, audio)
            await stream.listen()
        await self.stream_ended()
        return stream

    async def play(self, stream: MediaStream, audio: bytes) -> None:
        """Frame by frame, until the other side closes."""
        await self.play_frames(stream, [(None, audio[at : at + FRAME]) for at in range(0, len(audio), FRAME)])

    async def play_frames(self, stream: MediaStream, pieces: Sequence[tuple[int | None, bytes]]) -> None:
        """The same with numbered frames, which may be late, early or double."""
        assert self.recogniser is not None
        pace = Pace(self.recogniser)
        listening = asyncio.create_task(stream.listen())
        for at, (chunk, piece) in enumerate(pieces):
            keeping = asyncio.create_task(pace.keep(at * FRAME))
            await asyncio.wait({keeping, listening}, return_when=asyncio.FIRST_COMPLETED)
            keeping.cancel()
            if listening.done():
                break
            await stream.frame(piece, chunk)
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)

    @asynccontextmanager
    async def stream(self, *, call: str | None = None, **parameters: str) -> AsyncIterator[MediaStream]:
        """The stream that the last document asked for, begun; the worker does its jobs meanwhile."""
        assert self.connected is not None, "nobody listens to the caller"
        given = {one.get("name", ""): one.get("value", "") for one in self.connected}
        address = self.connected.get("url", "")
        async with media_stream(self.origin, address, self.sid, self.token) as stream:
            await stream.start({**given, **parameters}, call)
            yield stream
