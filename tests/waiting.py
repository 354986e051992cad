"""Waiting for what real processes do: on a condition, never for a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

Found = TypeVar("Found")


async def eventually(look: Callable[[], Awaitable[Found]], *, within: float = 60.0) -> Found:
    """The first true answer of ``look``; fails after ``within`` seconds."""
    async with asyncio.timeout(within):
        while not (found := await look()):  # noqa: ASYNC110 (what is waited for happens in another process)
            await asyncio.sleep(0.02)
        return found


async def until(condition: Callable[[], bool]) -> None:
    """Until ``condition`` holds."""

    async def look() -> bool:
        return condition()

    await eventually(look)
