"""What the ear asks of the outside."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.understanding import Channel, Danger, Understanding
from routing.service.desk import Desk


@dataclass(frozen=True, slots=True)
class Fetched:
    """Bytes as the provider gave them, and what it says they are."""

    content: bytes
    media_type: str


class MediaSource(Protocol):
    """Where photos and sounds that citizens sent by message wait to be fetched."""

    async def fetch(self, address: str, most: int) -> Fetched:
        """At most ``most`` bytes. Raises DeliveryProblem: permanent when it is not there, not ours, or larger."""
        ...


class DangerRules(Protocol):
    """The fixed rules: no model, no database, no failure."""

    def __call__(self, text: str, *, growing: bool = False) -> Danger | None:
        """The danger heard in the words, None when there is none; of half a sentence (``growing``) what is plain."""
        ...


class Classifier(Protocol):
    """Meaning of one message."""

    def understand(self, text: str, channel: Channel) -> Understanding:
        """Never raises for odd input; a few milliseconds on one core."""
        ...


@dataclass(frozen=True, slots=True)
class Transcript:
    """What a recogniser heard; ``text`` is empty when somebody spoke and no word was understood.

    ``confidence`` is 0..1, None when the engine does not say; ``alternatives`` are other readings, likeliest first.
    """

    text: str = ""
    confidence: float | None = None
    alternatives: tuple[str, ...] = ()
    language: str = "fr"
    engine: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class SpeechBegan:
    """Somebody began to speak."""


@dataclass(frozen=True, slots=True)
class Partial:
    """Words so far, in the middle of a sentence."""

    text: str


Heard = SpeechBegan | Partial | Transcript


class LiveEar(Protocol):
    """Listens to one turn of a caller: audio goes in, what is heard comes out, a Transcript last."""

    def hear(self, audio: bytes) -> None:
        """8 kHz mu-law. Raises NotListening when the recogniser is gone or far behind."""
        ...

    def end(self) -> None:
        """No more audio comes: what was begun is understood as it is."""
        ...

    def heard(self) -> AsyncIterator[Heard]:
        """Until the sentence's Transcript, or until `end` when nobody spoke. Raises NotListening."""
        ...


class Transcriber(Protocol):
    """Speech to text, on premises."""

    @property
    def able(self) -> bool:
        """Whether there is a model at all."""
        ...

    @property
    def ready(self) -> bool:
        """Whether a caller could be listened to now."""
        ...

    @property
    def problem(self) -> str | None:
        """Why nobody can be listened to (for whoever runs Vigie), None when all is well."""
        ...

    def start(self) -> None:
        """Load the model now instead of at the first recording."""
        ...

    async def close(self) -> None:
        """Nobody is listened to any more."""
        ...

    def listen(self) -> AbstractAsyncContextManager[LiveEar]:
        """One turn. Raises NotListening."""
        ...

    async def transcribe(self, audio: bytes) -> Transcript:
        """A whole recording (OGG, WAV, MP3, MP4, AMR, WebM). Raises BadAudio, NotListening."""
        ...


class Voice(Protocol):
    """Text to speech, on premises."""

    async def say(self, text: str) -> bytes | None:
        """``text`` as 8 kHz mu-law, None when it cannot be spoken."""
        ...


class House(Protocol):
    """What the doors need of the house."""

    @property
    def desk(self) -> Desk:
        """Clock and catalogue."""
        ...

    @property
    def danger(self) -> DangerRules:
        """The fixed rules."""
        ...

    @property
    def base_url(self) -> str:
        """Where links lead."""
        ...

    async def run(self, work: Callable[[AsyncSession], Awaitable[Any]]) -> Any:
        """Work in one transaction, once more if the connection was dead."""
        ...
