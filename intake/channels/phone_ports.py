"""What the telephone needs of the house and of the provider."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from intake.ports import DangerRules
from routing.domain.hours import Hours
from routing.service.desk import Desk


class House(Protocol):
    """What the telephone needs of the house."""

    @property
    def desk(self) -> Desk:
        """Clock and catalogue."""
        ...

    @property
    def danger(self) -> DangerRules:
        """The fixed rules."""
        ...

    async def run(self, work: Callable[[AsyncSession], Awaitable[Any]]) -> Any:
        """Work in one transaction."""
        ...


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
