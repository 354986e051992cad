"""The telephone's ears: one turn of a call over a WebSocket. Whatever becomes of it, the call goes on by webhook.

Source: https://www.twilio.com/docs/voice/media-streams (bidirectional streams, <Connect><Stream>).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from sqlalchemy.ext.asyncio import AsyncSession

from intake import call_sounds, dialogue
from intake.call_turn import Talk, Turn
from intake.channels import media_frames as frames
from intake.channels.media_line import BROKEN, FOREIGN, LARGEST, LATER, NORMAL, Closed, Line
from intake.channels.phone_fields import number
from intake.channels.twilio_guard import TwilioGuard
from intake.errors import NotListening
from intake.ports import House, LiveEar, Partial, SpeechBegan, Transcriber, Transcript, Voice
from routing.domain.redaction import readable

log = logging.getLogger(__name__)

PATIENCE = 6 * 8000  # bytes of audio in which the caller says nothing: they are asked again
LAST_WORDS = 5.0  # seconds the recogniser has for what was begun when the line went dead
ASKED = "asked"


class MediaDoor:
    """The route /webhooks/twilio/media. ``question`` gives the words of the question a call is at, for a ``voice``."""

    def __init__(
        self, house: House, guard: TwilioGuard, ears: Transcriber, question: Callable[[Talk], str], voice: Voice | None
    ) -> None:
        self.house = house
        self.ears = ears
        self.voice = voice
        self.question = question
        self._guard = guard

    def router(self) -> APIRouter:
        """The WebSocket's route."""
        router = APIRouter()
        router.add_api_websocket_route("/webhooks/twilio/media", self.stream)
        return router

    async def stream(self, socket: WebSocket) -> None:
        """One turn. A handshake that Twilio did not sign is refused, as is a call we gave no ticket to."""
        if not self._guard.shook_hands(socket):
            log.warning("a stream without Twilio's signature was refused")
            await socket.close(FOREIGN)
            return
        await socket.accept()
        code = NORMAL
        try:
            await self._turn(Line(socket))
        except Closed as closed:
            code = closed.code
        except NotListening as problem:
            log.warning("a caller could not be listened to: %s", problem)
            code = LATER
        except (WebSocketDisconnect, RuntimeError):
            return  # nobody is at the other end any more
        except Exception:
            log.exception("a stream failed")
            code = BROKEN
        await _close(socket, code)

    async def _turn(self, line: Line) -> None:
        start = await line.start()
        turn = number(start.parameters.get("turn"))
        if not self._guard.admits(start.parameters.get("ticket", ""), start.call, turn):
            log.warning("a stream of a call that is not its own was refused")
            raise Closed(FOREIGN)
        talk = await self.record(start.call, Turn(-1))
        if talk.call.turn != turn:
            return  # an old stream: that turn has been taken in
        async with self.ears.listen() as ear:
            conversation = Conversation(self, line, ear, start, talk)
            heard = await conversation.turn()
        if conversation.unclear:
            await self._keep(start.call, turn, bytes(conversation.sound))
        if heard is not None:
            await self.record(start.call, heard)

    async def _keep(self, call: str, turn: int, sound: bytes) -> None:
        from intake.transcription.audio import as_wav  # loaded only where ears are

        recording = as_wav(sound)

        async def work(session: AsyncSession) -> None:
            await call_sounds.keep_unclear(session, self.house.desk, call, turn, recording)

        await self.house.run(work)

    async def record(self, call: str, turn: Turn) -> Talk:
        """Take one turn in. A turn that was taken in already changes nothing."""

        async def work(session: AsyncSession) -> Talk:
            return await dialogue.listen(session, self.house, call, None, turn)

        talk: Talk = await self.house.run(work)
        return talk


class Conversation:
    """One turn: the question if we speak it, then whichever comes first of words, a key, danger, silence, the end."""

    def __init__(self, door: MediaDoor, line: Line, ear: LiveEar, start: frames.Start, talk: Talk) -> None:
        self._door = door
        self._line = line
        self._ear = ear
        self._stream = start.stream
        self._talk = talk
        self._number = talk.call.turn
        self._speaking = False  # we are
        self._spoke = False  # the caller did
        self._silent = 0
        self._over = False
        self.sound = bytearray()
        self.unclear = False  # somebody spoke, and no word was understood

    async def turn(self) -> Turn | None:
        """What the caller answered, None when the stream ended before they did. Raises NotListening, Closed."""
        await self._ask()
        words = asyncio.create_task(self._words())
        keys = asyncio.create_task(self._frames())
        try:
            await asyncio.wait({words, keys}, return_when=asyncio.FIRST_COMPLETED)
            if keys.done() and (pressed := keys.result()) is not None:
                return pressed
            async with asyncio.timeout(None if words.done() else LAST_WORDS):
                said = await words
            return None if self._over and not said.words else said
        except TimeoutError as error:
            raise NotListening("the last words are not understood in time") from error
        finally:
            for task in (words, keys):
                task.cancel()
            await asyncio.gather(words, keys, return_exceptions=True)

    async def _ask(self) -> None:
        voice = self._door.voice
        if voice is None:
            return  # the provider has asked
        audio = await voice.say(self._door.question(self._talk))
        if not audio:
            raise NotListening("there is no voice")  # the provider's asks for a key
        self._speaking = True
        for at in range(0, len(audio), LARGEST // 4):
            await self._line.send(frames.media(self._stream, audio[at : at + LARGEST // 4]))
        await self._line.send(frames.mark(self._stream, ASKED))

    async def _words(self) -> Turn:
        """What is said; danger in the middle of a sentence ends it."""
        async for event in self._ear.heard():
            if isinstance(event, SpeechBegan):
                await self._interrupted()
            elif isinstance(event, Partial) and self._door.house.danger(readable(event.text), growing=True):
                return Turn(self._number, event.text)
            elif isinstance(event, Transcript):
                self.unclear = not event.text
                return Turn(self._number, event.text, confidence=event.confidence, alternatives=event.alternatives)
        return Turn(self._number)

    async def _interrupted(self) -> None:
        """The caller speaks: we stop."""
        self._spoke = True
        if self._speaking:
            self._speaking = False
            await self._line.send(frames.clear(self._stream))

    async def _frames(self) -> Turn | None:
        """Sound goes to the ears; a key or a long silence is an answer, None when the stream is over."""
        order = frames.InOrder()
        while True:
            frame = await self._line.next()
            match frame:
                case frames.Audio():
                    for audio in order.take(frame):
                        self._ear.hear(audio)
                        self.sound += audio
                        if self._nothing_said(len(audio)):
                            return Turn(self._number)
                case frames.Key():
                    return Turn(self._number, keys=frame.sign)
                case frames.Mark():
                    self._speaking = self._speaking and frame.name != ASKED
                case frames.Stop():
                    self._over = True
                    self._ear.end()
                    return None

    def _nothing_said(self, size: int) -> bool:
        if self._speaking or self._spoke:
            return False
        self._silent += size
        return self._silent >= PATIENCE


async def _close(socket: WebSocket, code: int) -> None:
    with contextlib.suppress(RuntimeError, WebSocketDisconnect):  # closed already
        await socket.close(code)
