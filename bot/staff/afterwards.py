"""A platform is answered at once; work that takes longer goes on after the answer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, TypeVar

log = logging.getLogger(__name__)

Result = TypeVar("Result")

PATIENCE = 2.0  # seconds an answer may wait for what it is about to be committed; Slack waits three


class Afterwards:
    """The work that was begun for people's gestures and has not ended."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, Result]) -> asyncio.Task[Result]:
        """Begin; it ends whoever waits for it or not."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    async def within(self, task: asyncio.Task[Any]) -> bool:
        """Whether the work ends while the platform still waits."""
        done, _ = await asyncio.wait({task}, timeout=PATIENCE)
        return bool(done)

    async def rest(self) -> None:
        """Until nothing runs any more."""
        while self._running:
            await asyncio.gather(*self._running, return_exceptions=True)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("a gesture failed", exc_info=error)
