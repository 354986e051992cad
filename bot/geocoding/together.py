"""Two geocoders: the first while it answers, the second for whatever it does not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from routing.domain.place import Place
from routing.ports import Clock, DeliveryProblem, Geocoder, UnknownOutcome

log = structlog.get_logger(__name__)

REST = timedelta(seconds=60)  # after a failure the first one is left alone, so that nobody waits for it again and again


class Together:
    """Geocoder that never fails: what the first cannot tell within ``patience`` seconds, the second may."""

    def __init__(self, first: Geocoder, second: Geocoder, clock: Clock, patience: float) -> None:
        self._patience = patience  # for the whole answer: one that drips is cut too
        self._first, self._second, self._clock = first, second, clock
        self._rests_until: datetime | None = None

    async def find(self, place: Place) -> Place | None:
        """Where a named place is, None when neither knows."""
        return await self._asked(lambda: self._first.find(place)) or await self._second.find(place)

    async def name(self, lat: float, lon: float) -> Place | None:
        """What is at a point, None when neither knows."""
        return await self._asked(lambda: self._first.name(lat, lon)) or await self._second.name(lat, lon)

    async def _asked(self, question: Callable[[], Awaitable[Place | None]]) -> Place | None:
        now = self._clock.now()
        if self._rests_until is not None and now < self._rests_until:
            return None
        try:
            async with asyncio.timeout(self._patience):
                return await question()
        except (DeliveryProblem, TimeoutError) as problem:
            said = problem if isinstance(problem, DeliveryProblem) else UnknownOutcome("it took too long")
            self._rests_until = now + REST
            log.warning("places are looked up without the geocoding service for a minute", reason=str(said))
            return None
