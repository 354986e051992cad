"""Several providers behind one pager: the next one is asked at once when one fails."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Protocol

from routing.domain.paging import Call, Rung
from routing.ports import AccountProblem, DeliveryProblem, Pager, PermanentProblem, UnknownOutcome

log = logging.getLogger(__name__)

EACH = 4.0  # seconds; two providers that hang still leave time for the next channel


class Provider(Pager, Protocol):
    """A pager that knows its own references by their beginning."""

    name: str


class InTurn:
    """The first provider that takes the call. One that says the person cannot be reached at all is believed."""

    def __init__(self, providers: Sequence[Provider]) -> None:
        self._providers = providers

    async def ring(self, call: Call) -> Rung:
        """Raises the last provider's problem when none takes it."""
        problem: DeliveryProblem = PermanentProblem("aucun opérateur")
        for provider in self._providers:
            try:
                async with asyncio.timeout(EACH):
                    return await provider.ring(call)
            except TimeoutError:
                problem = UnknownOutcome("ne répond pas")
            except PermanentProblem as error:
                if not isinstance(error, AccountProblem):
                    raise
                problem = error
            except DeliveryProblem as error:
                problem = error
            log.warning("a provider failed", extra={"page": call.page, "provider": provider.name})
        raise problem

    async def close(self, call: Call, ref: str, said: str, *, theirs: bool) -> None:
        """By the provider that carried it."""
        for provider in self._providers:
            if ref.startswith(f"{provider.name}/"):
                await provider.close(call, ref, said, theirs=theirs)
