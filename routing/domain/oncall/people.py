"""People who take duty, and how each is reached."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from routing.domain.hours import Hours

ROOM = "console"  # the panel of the room: everybody has one there, but sits beside it only at work


@dataclass(frozen=True, slots=True)
class ContactStep:
    """Reach the person ``by`` a channel, ``after`` the page began; in ``quiet`` hours for critical incidents only."""

    by: str
    after: timedelta = timedelta()
    quiet: Hours | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who takes duty. Telephone numbers are E.164."""

    id: str
    name: str
    phone: str | None = None
    slack: str | None = None
    telegram: int | None = None
    plan: tuple[ContactStep, ...] = ()

    def account(self, channel: str) -> str | None:
        """Where the person is reached by a channel, None when they gave nothing for it."""
        if channel == ROOM:
            return self.id
        given = {"voice": self.phone, "sms": self.phone, "slack": self.slack, "telegram": self.telegram}.get(channel)
        return str(given) if given else None

    def reached_by(self, channels: Collection[str]) -> tuple[str, ...]:
        """The channels of the plan that are served and for which the person has an address.

        Empty when nothing reaches the person outside the room, although something could: they must be told in time.
        """
        outside = [step.by for step in self.plan if step.by in channels and self.account(step.by)]
        return tuple(outside) or ((ROOM,) if set(channels) <= {ROOM} else ())
