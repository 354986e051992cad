"""The recogniser's process: loads its model once, then listens to all callers together. Ends with its parent."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import queue
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from intake.errors import BadAudio
from intake.ports import Heard, Partial, SpeechBegan
from intake.transcription import audio, engine, wire
from intake.transcription.sherpa import VoiceDetector, load_sherpa
from intake.transcription.turn import TurnEar
from intake.transcription.wire import Kind

Frame = tuple[Kind, int, bytes]


class Listener:
    """Turns by number."""

    def __init__(self, ears: engine.Ears, out: BinaryIO, callers: int) -> None:
        self._vad = ears.vad
        self._out = out
        # All of them now: making one takes long enough for others to be heard late.
        self._detectors = [VoiceDetector(ears.vad) for _ in range(callers)]
        self._turns: dict[int, TurnEar] = {}
        self._engine = loaded(ears)
        _give_back()

    def run(self, frames: queue.SimpleQueue[Frame | None]) -> None:
        """Until the other side is gone. What has come meanwhile is taken together, so that calls share each pass."""
        self._say(Kind.READY, 0)
        while (frame := frames.get()) is not None:
            listened = 0
            while frame is not None:
                listened += len(frame[2]) if frame[0] is Kind.AUDIO else 0
                self._take(*frame)
                try:
                    frame = frames.get_nowait()
                except queue.Empty:
                    break
            self._catch_up()
            self._say(Kind.DONE, listened)
            if frame is None:
                return

    def _take(self, kind: Kind, number: int, content: bytes) -> None:
        turn = self._turns.get(number)
        if kind is Kind.OPEN:
            detector = self._detectors.pop() if self._detectors else VoiceDetector(self._vad)
            self._turns[number] = TurnEar(self._engine, detector)
        elif kind is Kind.RECORDING:
            self._recording(number, content)
        elif turn is not None and kind is Kind.AUDIO:
            self._tell(number, turn.hear(content))
        elif turn is not None and kind is Kind.END:
            self._end(number, turn)
        elif turn is not None and kind is Kind.FORGET:
            self._forget(number)
        if turn is not None and turn.over:
            self._forget(number)

    def _end(self, number: int, turn: TurnEar) -> None:
        said = turn.end()
        self._say(Kind.NOTHING, number) if said is None else self._say(Kind.TRANSCRIPT, number, wire.packed(said))
        self._forget(number)

    def _forget(self, number: int) -> None:
        turn = self._turns.pop(number, None)
        if turn is not None:
            turn.detector.reset()
            self._detectors.append(turn.detector)

    def _recording(self, number: int, content: bytes) -> None:
        try:
            heard = self._engine.transcribe(audio.decode(content))
        except BadAudio as refusal:
            self._say(Kind.UNPLAYABLE, number, str(refusal).encode())
        else:
            self._say(Kind.TRANSCRIPT, number, wire.packed(heard))

    def _catch_up(self) -> None:
        self._engine.catch_up([turn.speech for turn in self._turns.values() if turn.speech is not None])
        for number, turn in self._turns.items():
            self._tell(number, turn.partial())

    def _tell(self, number: int, events: Iterable[Heard]) -> None:
        for event in events:
            if isinstance(event, SpeechBegan):
                self._say(Kind.BEGAN, number)
            elif isinstance(event, Partial):
                self._say(Kind.PARTIAL, number, event.text.encode())
            else:
                self._say(Kind.TRANSCRIPT, number, wire.packed(event))

    def _say(self, kind: Kind, number: int, content: bytes = b"") -> None:
        self._out.write(wire.frame(kind, number, content))
        self._out.flush()


def loaded(ears: engine.Ears) -> engine.Engine:
    """Raises ModelProblem."""
    if ears.engine == "whisper":
        from intake.transcription.whisper import WhisperEngine  # an optional package

        return WhisperEngine(ears.model)
    return load_sherpa(ears)


def _give_back() -> None:
    """What loading a model took and needs no more, once: it would lie between what each pass takes. Where the C library
    can (glibc).
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def main(given: str) -> None:
    """``given`` is the JSON of the ears. Frames go over the standard streams; what libraries print goes to stderr."""
    said = json.loads(given)
    ears = engine.Ears(said["engine"], Path(said["model"]), Path(said["vad"]), tuple(said["hotwords"]))
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    frames: queue.SimpleQueue[Frame | None] = queue.SimpleQueue()

    def take_in() -> None:
        while True:
            frames.put(found := wire.read(sys.stdin.buffer))
            if found is None:
                return

    threading.Thread(target=take_in, daemon=True).start()
    code = 0
    try:
        Listener(ears, out, said["callers"]).run(frames)
    except engine.ModelProblem as problem:
        sys.stderr.write(f"{problem}\n")
        code = 1
    except BrokenPipeError:
        code = 1
    sys.stderr.flush()
    os._exit(code)  # at once: the thread may still wait for input


if __name__ == "__main__":
    main(sys.argv[1])
