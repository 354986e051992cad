"""What an engine does, whichever it is, and which one a model needs. Nothing of an engine is imported before that."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from intake.ports import Transcript
from intake.transcription.audio import Samples

ABOUT = "model.toml"
VAD = "silero_vad.onnx"
PACKAGES = {"sherpa-onnx": "sherpa_onnx", "whisper": "faster_whisper"}
INSTALL = {"sherpa-onnx": "pip install sherpa-onnx", "whisper": "pip install 'vigie[asr-whisper]'"}


class Speech(Protocol):
    """One sentence being said. An engine that does not stream understands it at its end only."""

    def hear(self, samples: Samples) -> None:
        """The next stretch, 16 kHz."""
        ...

    def words(self) -> str:
        """Words so far."""
        ...

    def end(self) -> Transcript:
        """The sentence is over."""
        ...


class Engine(Protocol):
    """A model in memory; loaded once."""

    def speech(self) -> Speech:
        """A new sentence."""
        ...

    def catch_up(self, speeches: Sequence[Speech]) -> None:
        """Understand what was heard of several sentences, together where the engine can."""
        ...

    def transcribe(self, samples: Samples) -> Transcript:
        """A whole recording, 16 kHz."""
        ...


@dataclass(frozen=True, slots=True)
class Ears:
    """Which engine, which model folder, the file of the voice detector, and words worth listening for."""

    engine: str
    model: Path
    vad: Path
    hotwords: tuple[str, ...] = ()

    def missing(self) -> str | None:
        """What keeps this from working, None when nothing does. Loads nothing."""
        package = PACKAGES.get(self.engine)
        if package is None:
            return f"VIGIE_ASR is '{self.engine}': it must be one of twilio, {', '.join(PACKAGES)}"
        if find_spec(package) is None:
            return f"{package} is not installed ({INSTALL[self.engine]})"
        if not self.model.is_dir():
            return f"there is no model at {self.model} (vigie asr download, vigie asr list)"
        if not self.vad.is_file():
            return f"there is no voice detector at {self.vad} (vigie asr download silero-vad)"
        return None


def about(model: Path) -> dict[str, Any]:
    """What a model's folder says of itself: kind, language, licence, attribution."""
    path = model / ABOUT
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


class ModelProblem(Exception):
    """The model's folder is not what its engine needs."""


def one_file(model: Path, pattern: str) -> str:
    """The path of the file of that pattern, the smaller 8-bit one if there are two. Raises ModelProblem."""
    found = sorted(model.glob(pattern), key=lambda path: ("int8" not in path.name, path.name))
    if not found:
        raise ModelProblem(f"{model} holds no {pattern}")
    return str(found[0])
