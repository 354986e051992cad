"""People who take duty, and how each is reached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class ContactStep:
    """Reach the person ``by`` a channel, ``after`` the page began."""

    by: str
    after: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who takes duty. Telephone numbers are E.164."""

    id: str
    name: str
    phone: str | None = None
    slack: str | None = None
    telegram: int | None = None
    plan: tuple[ContactStep, ...] = ()
