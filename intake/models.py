"""What comes in by any door, before anything is kept."""

from __future__ import annotations

from dataclasses import dataclass, field

from intake.errors import NothingSaid, TooLong
from intake.wording import say
from routing.domain.attachment import Kind
from routing.domain.redaction import readable
from routing.domain.understanding import Channel

LONGEST = 16_000  # characters; the understanding reads the beginning, a person can read all of it


@dataclass(frozen=True, slots=True)
class Piece:
    """A photo or sound that came with a message: its bytes, or the ``source`` it is to be fetched from.

    ``name`` is the provider's name for it. ``problem`` says why bytes that came are not there (a key of
    intake/wording.py).
    """

    kind: Kind
    name: str
    media_type: str
    source: str | None = None
    content: bytes | None = field(default=None, repr=False)
    seconds: float | None = None
    problem: str | None = None


def not_ours(name: str, media_type: str) -> Piece:
    """A video or document: left where it is, and its citizen is told so."""
    return Piece(Kind.PHOTO, name, media_type, problem="piece.not_ours")


@dataclass(frozen=True, slots=True)
class Message:
    """One citizen's message. ``external_id`` is the provider's name for it (ours for the web form and the API).

    ``origin`` is a keyed digest of the connection it came from. ``raw`` is kept as received; ``text`` is readable: no
    control signs, not empty, at most ``LONGEST`` characters. ``outline``: it only says what came (a contact, a poll).
    """

    channel: Channel
    text: str
    provider: str
    external_id: str
    contact: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    address: str | None = None
    origin: str | None = None
    raw: bytes = field(default=b"", repr=False)
    content_type: str = "text/plain; charset=utf-8"
    pieces: tuple[Piece, ...] = ()
    outline: bool = False


def words(text: str, language: str | None = None) -> str:
    """``text`` made readable. Raises NothingSaid or TooLong."""
    cleaned = readable(text)
    if not cleaned:
        raise NothingSaid(say("form.say_what", language))
    if len(cleaned) > LONGEST:
        raise TooLong(say("form.over_long", language, most=LONGEST, length=len(cleaned)))
    return cleaned
