"""People who take duty, and how each is reached."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

ROOM = "console"  # the panel of the room: everybody has one there, but sits beside it only at work


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

    def reached_by(self, channels: Collection[str]) -> tuple[str, ...]:
        """The channels of the plan that are served and for which the person has an address.

        Empty when nothing reaches the person outside the room, although something could: they must be told in time.
        """
        addresses = {"voice": self.phone, "sms": self.phone, "slack": self.slack, "telegram": self.telegram}
        outside = [step.by for step in self.plan if step.by in channels and addresses.get(step.by)]
        return tuple(outside) or ((ROOM,) if set(channels) <= {ROOM} else ())
