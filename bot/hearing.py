"""How well a recogniser hears recordings whose words are known, and whether the right procedure comes of it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bot import speech
from bot.school import live_folder
from bot.settings import Settings
from intake.errors import BadAudio
from intake.transcription.audio import RATE, decode
from intake.transcription.engine import Ears
from intake.transcription.listener import loaded
from intake.transcription.lock import ModelRefused
from routing.domain.redaction import plain
from routing.domain.understanding import Channel

SOUNDS = (".wav", ".ogg", ".mp3", ".m4a", ".webm", ".amr")


def measure(settings: Settings, folder: Path, *, engine: str | None, model: str | None) -> dict[str, Any]:
    """Figures over every recording of ``folder`` that has its words beside it. Raises ModelRefused."""
    recordings = list(_recordings(folder))
    if not recordings:
        raise ModelRefused(f"{folder} holds no recording with its words beside it (x.wav and x.txt)")
    used = engine or ("sherpa-onnx" if settings.asr == speech.PROVIDER else settings.asr)
    ears = speech.ears_of(settings, used, model or settings.asr_model)
    if problem := ears.missing():
        raise ModelRefused(problem)
    return {"model": f"{used} {ears.model.name}", "cores": os.cpu_count(), **_figures(settings, ears, recordings)}


def _figures(settings: Settings, ears: Ears, recordings: Sequence[tuple[Path, str]]) -> dict[str, Any]:
    from nlp_models.pipeline import load

    hears, understands = loaded(ears), load(live_folder(settings))
    wrong = words = same = unplayable = 0
    seconds = busy = 0.0
    delays = []
    for path, truth in recordings:
        try:
            samples = decode(path.read_bytes())
        except BadAudio:
            unplayable += 1
            continue
        wall, cpu = time.perf_counter(), time.process_time()
        heard = hears.transcribe(samples).text
        delays.append(time.perf_counter() - wall)
        busy += time.process_time() - cpu
        seconds += samples.size / RATE
        spoken = plain(truth).split()
        wrong, words = wrong + word_errors(spoken, plain(heard).split()), words + len(spoken)
        meant, found = (understands.understand(text, Channel.VOICE).procedure for text in (truth, heard))
        same += meant == found
    told = max(1, len(delays))
    return {
        "recordings": len(delays),
        "unplayable": unplayable,
        "word error rate": wrong / max(1, words),
        "same procedure as the true words": same / told,
        "delay per recording, s": sum(delays) / told,
        "core seconds per second of speech": busy / max(seconds, 1e-9),
    }


def word_errors(truth: Sequence[str], heard: Sequence[str]) -> int:
    """The least number of words to add, leave out or replace (Levenshtein)."""
    row = list(range(len(heard) + 1))
    for number, word in enumerate(truth, 1):
        before, row[0] = row[0], number
        for at, other in enumerate(heard, 1):
            before, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, before + (word != other))
    return row[-1]


def _recordings(folder: Path) -> Iterator[tuple[Path, str]]:
    for path in sorted(folder.glob("*")):
        words = path.with_suffix(".txt")
        if path.suffix.lower() in SOUNDS and words.is_file():
            yield path, words.read_text(encoding="utf-8").strip()
