"""Voice messages: which kinds are kept, told by their first bytes and never by what the sender says."""

from __future__ import annotations

from intake.errors import Unseen

LARGEST = 16 * 1024 * 1024  # bytes
UNREADABLE, TOO_LARGE = "piece.sound_unreadable", "piece.sound_too_large"  # keys of intake/wording.py
# (media type, offset, signature). Source: https://mimesniff.spec.whatwg.org/#matching-an-audio-or-video-type-pattern
SIGNATURES = (
    ("audio/ogg", 0, b"OggS"),
    ("audio/wav", 8, b"WAVE"),
    ("audio/mp4", 4, b"ftyp"),
    ("audio/webm", 0, b"\x1a\x45\xdf\xa3"),
    ("audio/amr", 0, b"#!AMR"),
    ("audio/mpeg", 0, b"ID3"),
    ("audio/aac", 0, b"\xff\xf1"),
    ("audio/aac", 0, b"\xff\xf9"),
    ("audio/mpeg", 0, b"\xff\xfb"),
    ("audio/mpeg", 0, b"\xff\xf3"),
    ("audio/mpeg", 0, b"\xff\xf2"),
)


def media_type(content: bytes) -> str:
    """What the bytes are. Raises Unseen when they are no sound we know."""
    if len(content) > LARGEST:
        raise Unseen(TOO_LARGE)
    for kind, offset, signature in SIGNATURES:
        if content[offset : offset + len(signature)] == signature:
            return kind
    raise Unseen(UNREADABLE)
