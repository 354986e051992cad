"""Photos and sounds at a provider's: read up to a limit, and what goes wrong sorted by what to do about it."""

from __future__ import annotations

from collections.abc import Collection

import httpx

from intake.ports import Fetched
from routing.ports import PermanentProblem, TemporaryProblem

FETCH_TIME = 15.0  # seconds
BROKEN = 500


async def read(answer: httpx.Response, most: int, *, whose: str, later: Collection[int]) -> Fetched:
    """The body of an open answer, ``most`` bytes at most. ``later`` are statuses worth another try. Raises
    DeliveryProblem.
    """
    if answer.status_code in later or answer.status_code >= BROKEN:
        raise TemporaryProblem(f"{whose} {answer.status_code}")
    if not answer.is_success:
        raise PermanentProblem(f"{whose} {answer.status_code}")
    content = bytearray()
    async for chunk in answer.aiter_bytes():
        content += chunk
        if len(content) > most:
            raise PermanentProblem("trop grand")
    return Fetched(bytes(content), answer.headers.get("content-type", ""))
