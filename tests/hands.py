"""The job engine's worker of a story: begun once, and at work when the story says so."""

from __future__ import annotations

import asyncio

from procrastinate import App
from procrastinate.worker import Worker


class Hands(Worker):
    """Does what a worker that does not wait does, which begins and ends each time: a story's time moves often."""

    def __init__(self, app: App) -> None:
        super().__init__(app, concurrency=4, delete_jobs="always")

    async def work(self) -> None:
        """Carry out every job there is."""
        if self.worker_id is None:
            self.worker_id = await self.app.job_manager.register_worker()
        try:
            await self._fetch_and_process_jobs()  # type: ignore[no-untyped-call]
        finally:
            if self._running_jobs:
                await asyncio.wait(self._running_jobs)
