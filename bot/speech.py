"""Which ears and which voice the settings ask for. Nothing of an engine is imported unless one is asked for."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import structlog

from bot.settings import Settings
from intake.errors import NotListening
from intake.ports import LiveEar, Transcriber, Transcript, Voice

log = structlog.get_logger(__name__)

PROVIDER = "twilio"  # the telephone provider listens and speaks
DETECTOR = "silero-vad"


def ears(settings: Settings, *, recordings: bool) -> Transcriber | None:
    """What listens: to callers, or to ``recordings`` where jobs are done. None when the provider does."""
    if settings.asr == PROVIDER:
        return None
    from intake.transcription.engine import VAD, Ears
    from intake.transcription.recogniser import Recogniser

    name = (settings.asr_recordings_model if recordings else None) or settings.asr_model
    model = model_folder(settings, name)
    own = model / VAD
    found = Ears(settings.asr, model, own if own.is_file() else model_folder(settings, DETECTOR) / VAD)
    if problem := found.missing():
        return Deaf(problem)
    return Recogniser(found, callers=settings.asr_callers)


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
