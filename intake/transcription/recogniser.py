"""Our side of the recogniser's process: starts it, keeps it alive, and never lets a caller wait for it in vain."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import sys
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import asdict
from itertools import count

from intake.errors import BadAudio, NotListening
from intake.ports import Heard, LiveEar, Partial, SpeechBegan, Transcript
from intake.transcription import wire
from intake.transcription.audio import PHONE_RATE
from intake.transcription.engine import Ears
from intake.transcription.live import Ending, LiveTurn
from intake.transcription.wire import HEAD, Kind

log = logging.getLogger(__name__)

BEHIND = 2 * PHONE_RATE  # bytes of audio per turn not listened to yet; more of it, and not only for a moment (a burst
FOR_LONG = 2.0  # after a pause of ours is no delay of the recogniser), and callers are better served by the keypad
FAR_BEHIND = 30 * PHONE_RATE  # bytes per turn; never more
STUCK = 8.0  # seconds in which audio waits and nothing of it is listened to: the process is ended and started again
RECORDINGS = 4  # waiting at once
RECORDING_TIME = 120.0  # seconds
LOADING_TIME = 120.0  # seconds
BACKOFF = (0.5, 2.0, 10.0, 60.0)  # seconds before it is started again
GRACE = 3.0  # seconds it has to end by itself


class Recogniser:
    """A Transcriber. Use as a context; the process is started on entering it, or by the first recording."""

    def __init__(self, ears: Ears, *, callers: int) -> None:
        self._ears = ears
        self._callers = callers
        self._numbers = count(1)
        self._turns: dict[int, LiveTurn] = {}
        self._recordings: dict[int, asyncio.Future[Transcript]] = {}
        self._unheard = self._listened = 0
        self._listened_at = self._caught_up_at = 0.0
        self._ready = asyncio.Event()
        self._process: asyncio.subprocess.Process | None = None
        self._supervisor: asyncio.Task[None] | None = None
        self._places = asyncio.Semaphore(RECORDINGS)

    @property
    def able(self) -> bool:
        """There is a model, loaded or not."""
        return True

    @property
    def ready(self) -> bool:
        """Whether one more caller could be listened to now."""
        return self._ready.is_set() and len(self._turns) < self._callers and not self._late()

    @property
    def problem(self) -> str | None:
        """None once the model is loaded, however many callers it has."""
        return None if self._ready.is_set() else "the recogniser's process is not listening yet, or starts again"

    @property
    def listened(self) -> int:
        """Bytes of audio that were listened to, over all turns since the start."""
        return self._listened

    @property
    def unheard(self) -> int:
        """Bytes of audio that still wait."""
        return self._unheard

    @property
    def process_id(self) -> int | None:
        """The number of the process, None while there is none."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Have the process started and kept alive."""
        if self._supervisor is None:
            self._supervisor = asyncio.create_task(self._supervise(), name="recogniser")

    async def until_ready(self) -> None:
        """Wait for the model. Raises NotListening after two minutes."""
        try:
            async with asyncio.timeout(LOADING_TIME):
                await self._ready.wait()
        except TimeoutError as error:
            raise NotListening("the model is not loaded yet") from error

    async def close(self) -> None:
        """End the process; whoever still waits is told that nobody listens any more."""
        if self._supervisor is not None:
            self._supervisor.cancel()
            await asyncio.gather(self._supervisor, return_exceptions=True)
            self._supervisor = None

    @contextlib.asynccontextmanager
    async def listen(self) -> AsyncIterator[LiveEar]:
        """One turn. Raises NotListening when there is no place for it."""
        if not self.ready:
            raise NotListening("no recogniser is free")
        turn = LiveTurn(self.send, next(self._numbers))
        if not self._turns:
            self._listened_at = _now()
        self._turns[turn.number] = turn
        self.send(Kind.OPEN, turn.number)
        try:
            yield turn
        finally:
            del self._turns[turn.number]
            with contextlib.suppress(NotListening):
                self.send(Kind.FORGET, turn.number)

    async def transcribe(self, audio: bytes) -> Transcript:
        """A whole recording. Raises BadAudio, NotListening."""
        self.start()
        if self._places.locked():
            raise NotListening("too many recordings wait")
        async with self._places:
            await self.until_ready()
            number = next(self._numbers)
            waiting = self._recordings[number] = asyncio.get_running_loop().create_future()
            try:
                self.send(Kind.RECORDING, number, audio)
                async with asyncio.timeout(RECORDING_TIME):
                    heard: Transcript = await waiting
                    return heard
            except TimeoutError as error:
                self._end_process()
                raise NotListening("the recording takes too long") from error
            finally:
                del self._recordings[number]

    def send(self, kind: Kind, number: int, content: bytes = b"") -> None:
        """One frame to the process. Raises NotListening when it is gone, or behind with what callers say."""
        process = self._process
        if process is None or process.stdin is None or not self._ready.is_set():
            raise NotListening("the recogniser's process is away")
        if kind is Kind.AUDIO:
            if self._late():
                raise NotListening("the recogniser is behind")
            if not self._unheard:
                self._caught_up_at = _now()
            self._unheard += len(content)
        process.stdin.write(wire.frame(kind, number, content))

    def _late(self) -> bool:
        if not self._unheard:
            return False
        if _now() - self._listened_at > STUCK and self._turns:
            self._end_process()
            return True
        turns = max(1, len(self._turns))
        late = self._unheard > BEHIND * turns and _now() - self._caught_up_at > FOR_LONG
        return late or self._unheard > FAR_BEHIND * turns

    def _end_process(self) -> None:
        if self._process is not None and self._process.returncode is None:
            log.warning("the recogniser's process is stuck and is ended")
            self._ready.clear()
            self._process.kill()

    async def _supervise(self) -> None:
        pauses = deque(BACKOFF)
        while True:
            try:
                worked = await self._run()
            except OSError as error:
                log.warning("the recogniser's process cannot be started: %s", type(error).__name__)
                worked = False
            if worked:
                pauses = deque(BACKOFF)
            await asyncio.sleep(pauses[0])
            if len(pauses) > 1:
                pauses.popleft()

    async def _run(self) -> bool:
        """One life of the process; True if it came to listen."""
        paths = {"model": str(self._ears.model), "vad": str(self._ears.vad)}
        given = json.dumps({**asdict(self._ears), **paths, "callers": self._callers})
        pipe = asyncio.subprocess.PIPE
        self._process = process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "intake.transcription.listener",
            given,
            stdin=pipe,
            stdout=pipe,
            start_new_session=True,
        )
        worked = False
        try:
            assert process.stdout is not None
            while True:
                kind, number, length = HEAD.unpack(await process.stdout.readexactly(HEAD.size))
                self._take(Kind(kind), number, await process.stdout.readexactly(length))
                worked = True
        except (asyncio.IncompleteReadError, ConnectionError):
            log.warning("the recogniser's process ended and is started again", extra={"worked": worked})
        finally:
            self._ready.clear()
            await self._bury(process)
        return worked

    async def _bury(self, process: asyncio.subprocess.Process) -> None:
        self._process, self._unheard = None, 0
        for turn in self._turns.values():
            turn.events.put_nowait("lost")
        for waiting in self._recordings.values():
            if not waiting.done():
                waiting.set_exception(NotListening("the recogniser's process ended"))
        if process.stdin is not None:
            process.stdin.close()  # it ends when its input does
        try:
            async with asyncio.timeout(GRACE):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    def _take(self, kind: Kind, number: int, content: bytes) -> None:
        if kind is Kind.READY:
            self._ready.set()
        elif kind is Kind.DONE:
            self._unheard = max(0, self._unheard - number)
            self._listened += number
            self._listened_at = _now()
            if self._unheard < BEHIND // 4:
                self._caught_up_at = _now()
        elif number in self._recordings:
            self._answer(self._recordings[number], kind, content)
        elif number in self._turns and (event := _event(kind, content)) is not None:
            self._turns[number].events.put_nowait(event)

    def _answer(self, waiting: asyncio.Future[Transcript], kind: Kind, content: bytes) -> None:
        if waiting.done():
            return
        if kind is Kind.UNPLAYABLE:
            waiting.set_exception(BadAudio(content.decode()))
        else:
            waiting.set_result(wire.unpacked(content))


def _event(kind: Kind, content: bytes) -> Heard | Ending | None:
    match kind:
        case Kind.BEGAN:
            return SpeechBegan()
        case Kind.PARTIAL:
            return Partial(content.decode())
        case Kind.TRANSCRIPT:
            return wire.unpacked(content)
        case Kind.NOTHING:
            return "nothing"
    return None


def _now() -> float:
    return asyncio.get_running_loop().time()
