"""sherpa-onnx: streaming and offline recognisers, and the voice detector. https://k2-fsa.github.io/sherpa/onnx/"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import sherpa_onnx

from intake.ports import Transcript
from intake.transcription.audio import RATE, Samples
from intake.transcription.engine import Ears, Engine, ModelProblem, Speech, about, one_file
from intake.transcription.pieces import hotword_vocabulary, in_case_of
from intake.transcription.stretches import Collected, in_stretches

FLUSH = np.zeros(int(0.4 * RATE), np.float32)  # silence that pushes the last words out of a streaming model
HOTWORD_SCORE = 1.5
BREATH = 10  # seconds of speech without a pause that are made room for; whoever has more breath gets it


def load_sherpa(ears: Ears) -> Engine:
    """The model of a folder, by the kind it says it is. Raises ModelProblem."""
    said = about(ears.model)
    kind = said.get("kind", "streaming-transducer")
    language = said.get("language", "fr")
    if kind == "streaming-transducer":
        return Streaming(_streaming(ears), language, ears.model.name)
    if kind not in OFFLINE:
        raise ModelProblem(f"{ears.model}: unknown kind '{kind}' (streaming-transducer, {', '.join(OFFLINE)})")
    return Offline(OFFLINE[kind](ears.model, language), language, ears.model.name)


def _streaming(ears: Ears) -> Any:
    files = {part: one_file(ears.model, f"{part}*.onnx") for part in ("encoder", "decoder", "joiner")}
    # One thread: calls share the cores by being decoded together, more threads for one call only stand in the way.
    more: dict[str, Any] = {"num_threads": 1, "decoding_method": "greedy_search"}
    vocabulary = hotword_vocabulary(ears.model)
    if ears.hotwords and vocabulary is not None:
        words = Path(tempfile.mkdtemp(prefix="vigie-hotwords-")) / "words.txt"
        words.write_text("\n".join(in_case_of(ears.model, ears.hotwords)) + "\n", encoding="utf-8")
        more |= {
            "decoding_method": "modified_beam_search",
            "hotwords_file": str(words),
            "hotwords_score": HOTWORD_SCORE,
            "modeling_unit": "bpe",
            "bpe_vocab": str(vocabulary),
        }
    return sherpa_onnx.OnlineRecognizer.from_transducer(tokens=one_file(ears.model, "tokens.txt"), **files, **more)


class Streaming:
    """Understands while somebody speaks."""

    def __init__(self, recogniser: Any, language: str, name: str) -> None:
        self.recogniser = recogniser
        self.language, self.name = language, name

    def speech(self) -> Speech:
        """A new sentence."""
        return StreamedSpeech(self)

    def catch_up(self, speeches: Sequence[Speech]) -> None:
        """All sentences in one pass of the model, as long as one of them has enough to go on."""
        streams = [one.stream for one in speeches if isinstance(one, StreamedSpeech)]
        while ready := [stream for stream in streams if self.recogniser.is_ready(stream)]:
            self.recogniser.decode_streams(ready)

    def transcribe(self, samples: Samples) -> Transcript:
        """A recording as one long sentence."""
        speech = StreamedSpeech(self)
        speech.hear(samples)
        return speech.end()


class StreamedSpeech:
    """One stream of the recogniser."""

    def __init__(self, engine: Streaming) -> None:
        self._engine = engine
        self.stream = engine.recogniser.create_stream()
        self._length = 0

    def hear(self, samples: Samples) -> None:
        """Taken in; understood by `Streaming.catch_up`."""
        self._length += samples.size
        self.stream.accept_waveform(RATE, samples)

    def words(self) -> str:
        """Words so far."""
        return str(self._engine.recogniser.get_result(self.stream)).strip().lower()

    def end(self) -> Transcript:
        """Silence pushes the last words out."""
        self.stream.accept_waveform(RATE, FLUSH)
        self.stream.input_finished()
        self._engine.catch_up([self])
        return Transcript(
            text=self.words(),
            confidence=_certainty(self._engine.recogniser.ys_probs(self.stream)),
            language=self._engine.language,
            engine=f"sherpa-onnx {self._engine.name}",
            seconds=self._length / RATE,
        )


def _certainty(log_probabilities: Sequence[float]) -> float | None:
    """The geometric mean of the pieces' probabilities, None without a piece."""
    if not log_probabilities:
        return None
    return round(min(1.0, math.exp(sum(log_probabilities) / len(log_probabilities))), 3)


class Offline:
    """Understands a sentence when it is over; more accurate, and slower."""

    def __init__(self, recogniser: Any, language: str, name: str) -> None:
        self._recogniser = recogniser
        self._language, self._name = language, name

    def speech(self) -> Speech:
        """A new sentence."""
        return Collected(self.transcribe)

    def catch_up(self, speeches: Sequence[Speech]) -> None:
        """Nothing can be understood before the end."""

    def transcribe(self, samples: Samples) -> Transcript:
        """In stretches no longer than the model was made for."""
        text = " ".join(filter(None, map(self._stretch, in_stretches(samples))))
        name = f"sherpa-onnx {self._name}"
        return Transcript(text, language=self._language, engine=name, seconds=samples.size / RATE)

    def _stretch(self, samples: Samples) -> str:
        stream = self._recogniser.create_stream()
        stream.accept_waveform(RATE, samples)
        self._recogniser.decode_stream(stream)
        return str(stream.result.text).strip()


def _transducer(model: Path, language: str) -> Any:
    return sherpa_onnx.OfflineRecognizer.from_transducer(
        encoder=one_file(model, "encoder*.onnx"),
        decoder=one_file(model, "decoder*.onnx"),
        joiner=one_file(model, "joiner*.onnx"),
        tokens=one_file(model, "tokens.txt"),
        model_type="nemo_transducer",
    )


def _canary(model: Path, language: str) -> Any:
    return sherpa_onnx.OfflineRecognizer.from_nemo_canary(
        encoder=one_file(model, "encoder*.onnx"),
        decoder=one_file(model, "decoder*.onnx"),
        tokens=one_file(model, "tokens.txt"),
        src_lang=language,
        tgt_lang=language,
    )


def _whisper(model: Path, language: str) -> Any:
    return sherpa_onnx.OfflineRecognizer.from_whisper(
        encoder=one_file(model, "*encoder*.onnx"),
        decoder=one_file(model, "*decoder*.onnx"),
        tokens=one_file(model, "*tokens.txt"),
        language=language,
    )


OFFLINE: dict[str, Callable[[Path, str], Any]] = {
    "nemo-transducer": _transducer,
    "nemo-canary": _canary,
    "whisper": _whisper,
}


class VoiceDetector:
    """Silero: is somebody speaking."""

    WINDOW = 512  # samples the model looks at, 32 ms

    def __init__(self, file: Path) -> None:
        silero = sherpa_onnx.SileroVadModelConfig(
            model=str(file),
            threshold=0.5,
            min_silence_duration=0.03,
            min_speech_duration=0.06,
            window_size=self.WINDOW,
            max_speech_duration=60,
        )
        config = sherpa_onnx.VadModelConfig(silero, sample_rate=RATE, num_threads=1)
        self._detector = sherpa_onnx.VoiceActivityDetector(config, buffer_size_in_seconds=BREATH)

    def speaking(self, samples: Samples) -> bool:
        """Whether somebody speaks at the end of this stretch."""
        self._detector.accept_waveform(samples)
        while not self._detector.empty():
            self._detector.pop()
        return bool(self._detector.is_speech_detected())

    def reset(self) -> None:
        """For another caller."""
        self._detector.reset()
