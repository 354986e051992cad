"""What a channel shows of an incident. Adapters render it; they never look behind it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from routing.domain.incident import DispatchState, IncidentState
from routing.domain.procedure import Severity


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One line to do; ``done_by`` is set once somebody ticked it."""

    position: int
    text: str
    done_by: str | None = None


@dataclass(frozen=True, slots=True)
class Mobilised:
    """A service on the card: its state, its minute and, in its own channel, its checklist."""

    dispatch: int
    service: str
    name: str
    state: DispatchState
    due_at: datetime
    copy: bool
    here: bool
    checklist: tuple[ChecklistItem, ...] = ()


@dataclass(frozen=True, slots=True)
class Guess:
    """A procedure that may fit, one click from being chosen."""

    procedure: str
    title: str
    probability: float


@dataclass(frozen=True, slots=True)
class Card:
    """The current state of one incident for one channel. Times are UTC; texts are French and already redacted.

    ``map_url`` shows the very spot if it is ``located``, else it searches the map for the words that name the place.
    ``at_work`` goes on with it while it waits for the duty that was called as well.
    ``muted`` says until when nobody is called, who wanted it and why.
    ``notes`` are what the room must know of the place: a commune in doubt, somebody else who is competent.
    """

    incident: int
    reference: str
    version: int
    state: IncidentState
    severity: Severity
    title: str
    procedure: str | None
    place: str | None
    commune: str | None
    map_url: str | None
    opened_at: datetime
    reports: int
    confidence: float
    certainty: str
    danger: str | None
    excerpt: str
    located: bool = True
    weighed: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    holder: str | None = None
    held_at: datetime | None = None
    at_work: str | None = None
    resolution: str | None = None
    alarm: str | None = None
    muted: str | None = None
    warning: str | None = None
    guesses: tuple[Guess, ...] = ()
    services: tuple[Mobilised, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Line:
    """One short line of a thread. ``broadcast`` asks the channel to surface it (escalations only)."""

    at: datetime
    text: str
    by: str | None = None
    broadcast: bool = False
