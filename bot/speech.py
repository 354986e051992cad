"""Which ears and which voice the settings ask for. Nothing of an engine is imported unless one is asked for."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from bot.settings import Settings
from intake.errors import NotListening
from intake.ports import LiveEar, Transcriber, Transcript, Voice

if TYPE_CHECKING:
    from intake.transcription.engine import Ears

log = structlog.get_logger(__name__)

PROVIDER = "twilio"  # the telephone provider listens and speaks
DETECTOR = "silero-vad"
MOST_NAMES = 2000  # that the recogniser listens for; more make it slow


def ears(settings: Settings, *, recordings: bool) -> Transcriber | None:
    """What listens: to callers, or to ``recordings`` where jobs are done. None when the provider does."""
    if settings.asr == PROVIDER:
        return None
    from intake.transcription.recogniser import Recogniser

    name = (settings.asr_recordings_model if recordings else None) or settings.asr_model
    found = ears_of(settings, settings.asr, name)
    if problem := found.missing():
        return Deaf(problem)
    return Recogniser(found, callers=0 if recordings else settings.asr_callers)


def ears_of(settings: Settings, engine: str, name: str) -> Ears:
    """Where an engine finds a model and the voice detector, and the words worth listening for."""
    from intake.transcription.engine import VAD, Ears

    model = model_folder(settings, name)
    own = model / VAD
    return Ears(engine, model, own if own.is_file() else model_folder(settings, DETECTOR) / VAD, _names(settings))


def _names(settings: Settings) -> tuple[str, ...]:
    """Names of streets, places and communes that callers are likely to say."""
    from nlp_models.gazetteer import own

    known = own(settings.locale)
    groups = (*(names.entries for names in known.streets.values()), *known.named.values())
    entries = (entry for group in groups for entry in group)
    return tuple(sorted({entry.label for entry in entries})[:MOST_NAMES])


def voice(settings: Settings) -> Voice | None:
    """What speaks, None when the provider does."""
    if settings.asr_voice == PROVIDER:
        return None
    from intake.transcription.voice import EspeakVoice

    if problem := EspeakVoice.missing():
        log.warning("the provider's voice speaks", why=problem)
        return None
    return EspeakVoice(settings.locale)


def model_folder(settings: Settings, name: str) -> Path:
    """A model's folder: a path as it is, else the downloaded model of that name."""
    return Path(name) if "/" in name else settings.speech_folder / name


class Deaf:
    """Ears that are asked for and cannot be had; ``problem`` says why."""

    able = ready = False

    def __init__(self, problem: str) -> None:
        self.problem: str | None = problem

    def start(self) -> None:
        """There is nothing to start."""
        log.warning("nobody listens to callers", why=self.problem)

    async def close(self) -> None:
        """There is nothing to end."""

    @contextlib.asynccontextmanager
    async def listen(self) -> AsyncIterator[LiveEar]:
        """Raises NotListening."""
        raise NotListening(self.problem)
        yield

    async def transcribe(self, audio: bytes) -> Transcript:
        """Raises NotListening."""
        raise NotListening(self.problem)
