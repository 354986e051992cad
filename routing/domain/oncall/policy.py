"""Escalation policies: whom to page, in which order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class PolicyLevel:
    """``targets`` (``rotation:id`` or ``person:id``) are paged ``after`` the first page of the round.

    All at once, or in turn, ``apart`` from one another, sooner when the one before cannot be reached.
    """

    after: timedelta
    targets: tuple[str, ...]
    apart: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Policy:
    """Levels in time order; ``repeat`` begins again after the last."""

    id: str
    levels: tuple[PolicyLevel, ...]
    repeat: bool = True
