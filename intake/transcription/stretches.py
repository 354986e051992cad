"""Sound gathered for models that understand whole sentences, and cut for models that understand short ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from intake.ports import Transcript
from intake.transcription.audio import RATE, Samples

LONGEST = 25 * RATE
SEARCHED = 5 * RATE  # the quietest moment of the last seconds is where a stretch ends
MOMENT = RATE // 10


class Collected:
    """One sentence kept until its end."""

    def __init__(self, transcribe: Callable[[Samples], Transcript]) -> None:
        self._transcribe = transcribe
        self._stretches: list[Samples] = []

    def hear(self, samples: Samples) -> None:
        """Kept."""
        self._stretches.append(samples)

    def words(self) -> str:
        """None before the end."""
        return ""

    def end(self) -> Transcript:
        """Understood as a whole."""
        return self._transcribe(np.concatenate(self._stretches or [np.zeros(0, np.float32)]))


def in_stretches(samples: Samples) -> Iterator[Samples]:
    """``samples`` in pieces of at most 25 s, cut where it is quiet."""
    while samples.size > LONGEST:
        tail = samples[LONGEST - SEARCHED : LONGEST]
        loudness = np.square(tail[: tail.size // MOMENT * MOMENT]).reshape(-1, MOMENT).mean(axis=1)
        cut = LONGEST - SEARCHED + int(loudness.argmin()) * MOMENT + MOMENT // 2
        yield samples[:cut]
        samples = samples[cut:]
    yield samples
