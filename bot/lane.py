"""One lane of the job engine: a worker that never sleeps through a job it was told of."""

from __future__ import annotations

import asyncio
from typing import Any

from procrastinate import App
from procrastinate.worker import Worker


class Told(asyncio.Event):
    """That PostgreSQL told of a new job. Forgotten at the end of the second look, which began after the word came.

    The engine forgets at the end of a look whatever it was told during it, and sleeps until it looks by itself again.
    """

    def __init__(self) -> None:
        super().__init__()
        self._looks = 0

    def set(self) -> None:
        """There is a new job."""
        self._looks = 2
        super().set()

    def clear(self) -> None:
        """One look has ended."""
        self._looks -= 1
        if self._looks <= 0:
            super().clear()


async def work(app: App, **options: Any) -> None:
    """Run a worker of the engine with its ``options``, told of every job, until cancelled."""
    worker = Worker(app, **options)
    worker._new_job_event = Told()  # the engine offers no other way
    await worker.run()  # type: ignore[no-untyped-call]
