"""What travels between us and the recogniser's process: frames of kind, number, length, content."""

from __future__ import annotations

import json
import struct
from dataclasses import asdict
from enum import IntEnum
from typing import Any, BinaryIO

from intake.ports import Transcript

HEAD = struct.Struct("<BII")


class Kind(IntEnum):
    """Up to FORGET we say them, the others the recogniser's process says. The number names a turn or a recording."""

    OPEN = 1  # a turn begins
    AUDIO = 2  # mu-law of a turn
    END = 3  # no more audio of a turn
    FORGET = 4  # a turn nobody waits for any more
    RECORDING = 5  # a whole recording
    READY = 10  # models are loaded
    DONE = 11  # bytes of audio that were listened to, over all turns
    BEGAN = 12  # somebody speaks
    PARTIAL = 13  # words so far
    TRANSCRIPT = 14  # the sentence, or the recording; the turn is over
    NOTHING = 15  # the turn is over and nobody spoke
    UNPLAYABLE = 16  # the recording is refused, with words for the citizen


def frame(kind: Kind, number: int, content: bytes = b"") -> bytes:
    """One frame."""
    return HEAD.pack(kind, number, len(content)) + content


def packed(transcript: Transcript) -> bytes:
    """A transcript as content."""
    return json.dumps(asdict(transcript)).encode()


def unpacked(content: bytes) -> Transcript:
    """The transcript of a frame."""
    given: dict[str, Any] = json.loads(content)
    return Transcript(**{**given, "alternatives": tuple(given["alternatives"])})


def read(stream: BinaryIO) -> tuple[Kind, int, bytes] | None:
    """The next frame, None when the other side is gone."""
    head = stream.read(HEAD.size)
    if len(head) < HEAD.size:
        return None
    kind, number, length = HEAD.unpack(head)
    content = stream.read(length)
    return (Kind(kind), number, content) if len(content) == length else None
