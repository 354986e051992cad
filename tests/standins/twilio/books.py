"""What Twilio keeps of an account: messages, calls, files, and numbers that want no more."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass
class Kept:
    """A message Twilio has."""

    sid: str
    to: str
    sender: str
    body: str
    callback: str | None
    sent_at: str


@dataclass
class Placed:
    """A call that we asked for. ``twiml`` is what it was told to say instead."""

    sid: str
    to: str
    sender: str
    url: str
    callback: str | None
    machine: str | None
    started_at: str
    status: str = "queued"
    twiml: str | None = None


@dataclass
class Books:
    """Messages and calls by age, numbers that opted out, redirected calls, files (bytes, media type) by their name.

    ``heard`` is when a WhatsApp number last wrote; outside a day only a template goes through.
    """

    calls: list[Placed] = field(default_factory=list)

    messages: list[Kept] = field(default_factory=list)
    opted_out: set[str] = field(default_factory=set)
    redirected: list[tuple[str, str]] = field(default_factory=list)
    heard: dict[str, datetime] = field(default_factory=dict)
    media: dict[str, tuple[bytes, str]] = field(default_factory=dict)
