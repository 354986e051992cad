"""faster-whisper, for machines with a GPU or many cores: optional, `pip install 'vigie[asr-whisper]'`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from intake.ports import Transcript
from intake.transcription.audio import RATE, Samples
from intake.transcription.engine import Speech, about
from intake.transcription.stretches import Collected

SILENT = 0.6  # above this probability of no speech, and below this mean log probability, Whisper invents its words
UNLIKELY = -1.0


class WhisperEngine:
    """A model in CTranslate2's form, read from its folder and never fetched."""

    def __init__(self, model: Path) -> None:
        from faster_whisper import WhisperModel

        self._language = about(model).get("language", "fr")
        self._name = model.name
        self._model = WhisperModel(str(model), device="auto", compute_type="auto", local_files_only=True)

    def speech(self) -> Speech:
        """A new sentence."""
        return Collected(self.transcribe)

    def catch_up(self, speeches: Sequence[Speech]) -> None:
        """Nothing is understood before the end of a sentence."""

    def transcribe(self, samples: Samples) -> Transcript:
        """A recording; what is most likely no speech at all is left out."""
        segments, _ = self._model.transcribe(
            samples, language=self._language, condition_on_previous_text=False, vad_filter=False, beam_size=5
        )
        said = [one for one in segments if not (one.no_speech_prob > SILENT and one.avg_logprob < UNLIKELY)]
        return Transcript(
            text=" ".join(one.text.strip() for one in said),
            confidence=_certainty(said),
            language=self._language,
            engine=f"whisper {self._name}",
            seconds=samples.size / RATE,
        )


def _certainty(segments: Sequence[Any]) -> float | None:
    """The mean over the segments, weighed by their length."""
    seconds = sum(one.end - one.start for one in segments)
    if seconds <= 0:
        return None
    weighed = sum(one.avg_logprob * (one.end - one.start) for one in segments)
    return round(min(1.0, math.exp(weighed / seconds)), 3)
