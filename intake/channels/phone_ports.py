"""What the telephone needs of the provider."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from routing.domain.hours import Hours


class CallControl(Protocol):
    """Acts on a call in progress, outside its own turns."""

    async def redirect(self, sid: str, address: str) -> None:
        """Have the caller hear what ``address`` answers, now."""
        ...


@dataclass(frozen=True, slots=True)
class Lines:
    """``person`` is the number of somebody who answers callers within ``hours`` (always, without any), None when there
    is nobody; ``city`` is who speaks.
    """

    base_url: str
    city: str
    person: str | None = None
    own_number: str | None = None
    hours: Hours | None = None
