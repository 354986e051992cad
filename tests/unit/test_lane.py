"""The job engine's worker hears of every job, also of one that comes while it looks."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from procrastinate import App
from procrastinate.testing import InMemoryConnector

from bot.lane import work

LONG = 3600.0  # seconds until the worker looks by itself


async def test_a_job_that_comes_while_the_worker_looks_is_not_slept_through(monkeypatch: pytest.MonkeyPatch) -> None:
    app, done = App(connector=InMemoryConnector()), asyncio.Event()

    @app.task(name="deliver", queue="deliver")
    async def deliver() -> None:
        done.set()

    async with app.open_async():
        look, looked = app.job_manager.fetch_job, False

        async def fetch(**given: Any) -> Any:
            nonlocal looked
            found = await look(**given)
            if not looked:
                looked = True
                await asyncio.sleep(0)  # the listener begins
                await deliver.defer_async()
            return found

        monkeypatch.setattr(app.job_manager, "fetch_job", fetch)
        options = {"queues": ["deliver"], "fetch_job_polling_interval": LONG, "install_signal_handlers": False}
        running = asyncio.create_task(work(app, **options))
        await asyncio.wait_for(done.wait(), 10)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
