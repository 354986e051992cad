"""The messages of a media stream. Source: https://www.twilio.com/docs/voice/media-streams/websocket-messages"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

LATE = 3  # frames that may come before one that is missing: 60 ms
MISSING = 50  # frames that are replaced by silence at most, one second
FRAME = 160  # bytes of 20 ms
SILENCE = b"\xff"


@dataclass(frozen=True, slots=True)
class Start:
    """The stream begins: its own name, the call's, and our parameters."""

    stream: str
    call: str
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Audio:
    """20 ms of 8 kHz mu-law; ``chunk`` counts from 1."""

    chunk: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class Key:
    """A key was pressed."""

    sign: str


@dataclass(frozen=True, slots=True)
class Mark:
    """What we sent before this mark was played, or cleared."""

    name: str


@dataclass(frozen=True, slots=True)
class Stop:
    """The stream is over: the caller hung up."""


@dataclass(frozen=True, slots=True)
class Other:
    """Nothing we act on."""


Frame = Start | Audio | Key | Mark | Stop | Other


class Garbled(Exception):
    """Not a message of a media stream."""


def read(text: str) -> Frame:
    """One message. Raises Garbled."""
    try:
        given = json.loads(text)
        return _frame(given)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, binascii.Error) as error:
        raise Garbled(type(error).__name__) from error


def _frame(given: Mapping[str, Any]) -> Frame:
    match given["event"]:
        case "start":
            start = given["start"]
            parameters = {str(name): str(value) for name, value in start.get("customParameters", {}).items()}
            return Start(str(start["streamSid"]), str(start["callSid"]), parameters)
        case "media":
            media = given["media"]
            if media.get("track", "inbound") != "inbound":
                return Other()
            return Audio(int(media["chunk"]), base64.b64decode(media["payload"], validate=True))
        case "dtmf":
            return Key(str(given["dtmf"]["digit"])[:1])
        case "mark":
            return Mark(str(given["mark"]["name"]))
        case "stop":
            return Stop()
    return Other()


def media(stream: str, audio: bytes) -> str:
    """Audio for the caller, 8 kHz mu-law."""
    payload = base64.b64encode(audio).decode()
    return json.dumps({"event": "media", "streamSid": stream, "media": {"payload": payload}})


def mark(stream: str, name: str) -> str:
    """Ask to be told when everything before was played."""
    return json.dumps({"event": "mark", "streamSid": stream, "mark": {"name": name}})


def clear(stream: str) -> str:
    """Stop playing what was sent."""
    return json.dumps({"event": "clear", "streamSid": stream})


class InOrder:
    """Audio as it was said: doubles are left out, late frames put back, lost ones replaced by silence."""

    def __init__(self) -> None:
        self._next = 1
        self._early: dict[int, bytes] = {}

    def take(self, frame: Audio) -> Iterator[bytes]:
        """What can be listened to now that this frame has come."""
        if frame.chunk < self._next or frame.chunk in self._early:
            return
        self._early[frame.chunk] = frame.payload
        if self._next not in self._early and len(self._early) > LATE:
            following = min(self._early)
            yield SILENCE * FRAME * min(following - self._next, MISSING)
            self._next = following
        while (payload := self._early.pop(self._next, None)) is not None:
            self._next += 1
            yield payload
