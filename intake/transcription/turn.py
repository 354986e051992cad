"""One turn of a caller: when somebody begins to speak, what is said so far, when the sentence is over."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from intake.ports import Heard, Partial, SpeechBegan, Transcript
from intake.transcription.audio import RATE, PhoneLine, Samples
from intake.transcription.engine import Engine, Speech
from intake.transcription.sherpa import VoiceDetector

SILENCE = int(0.6 * RATE)  # a sentence is over: about 0.7 s after its last sound, with what the detector takes
BEFORE = int(0.4 * RATE)  # what is kept of the time before somebody was found to speak
LONGEST = 40 * RATE  # a sentence is over, whoever goes on
STRETCH = VoiceDetector.WINDOW


class TurnEar:
    """Takes 8 kHz mu-law in pieces of any length. `speech` is the sentence being said, None before and after it."""

    def __init__(self, engine: Engine, detector: VoiceDetector) -> None:
        self._engine = engine
        self.detector = detector
        self._line = PhoneLine()
        self._before: deque[Samples] = deque()
        self._kept = 0
        self._quiet = self._length = 0
        self.speech: Speech | None = None
        self._said = ""
        self.over = False

    def hear(self, audio: bytes, *, last: bool = False) -> Iterator[Heard]:
        """Take audio in; SpeechBegan at most once, then the Transcript when the sentence ends."""
        samples = self._line.samples(audio, last=last)
        for at in range(0, samples.size, STRETCH):
            if not self.over:
                yield from self._stretch(samples[at : at + STRETCH])

    def partial(self) -> Iterator[Heard]:
        """Words that are new since the last time."""
        if self.speech is not None and (words := self.speech.words()) != self._said:
            self._said = words
            yield Partial(words)

    def end(self) -> Transcript | None:
        """No more comes; what was begun is understood, None when nobody spoke."""
        for event in self.hear(b"", last=True):
            if isinstance(event, Transcript):
                return event
        return self._conclude() if self.speech is not None else None

    def _stretch(self, samples: Samples) -> Iterator[Heard]:
        speaking = self.detector.speaking(samples)
        if self.speech is None:
            self._remember(samples)
            if speaking:
                yield SpeechBegan()
                self._begin()
            return
        self.speech.hear(samples)
        self._length += samples.size
        self._quiet = 0 if speaking else self._quiet + samples.size
        if self._quiet >= SILENCE or self._length >= LONGEST:
            yield self._conclude()

    def _remember(self, samples: Samples) -> None:
        self._before.append(samples)
        self._kept += samples.size
        while self._kept - self._before[0].size >= BEFORE:
            self._kept -= self._before.popleft().size

    def _begin(self) -> None:
        self.speech = self._engine.speech()
        for samples in self._before:
            self.speech.hear(samples)
        self._before.clear()

    def _conclude(self) -> Transcript:
        assert self.speech is not None
        heard, self.speech, self.over = self.speech.end(), None, True
        return heard
