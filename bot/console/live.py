"""Open consoles hear at once that something changed: PostgreSQL's NOTIFY to server-sent events."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import psycopg
import structlog

from routing.store.live import CHANNEL

log = structlog.get_logger(__name__)

KEEP_ALIVE = 15.0  # seconds between comments that keep proxies from closing a quiet stream
BACKLOG = 200  # changes kept for a slow console before it is simply told to look again


class LiveFeed:
    """One listening connection for the process, any number of consoles behind it."""

    def __init__(self, url: str) -> None:
        self._url = "postgresql://" + url.partition("://")[2]
        self._consoles: set[asyncio.Queue[str]] = set()
        self._task: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()

    def start(self) -> None:
        """Begin listening in the background."""
        self._task = asyncio.create_task(self._listen())

    def end_streams(self) -> None:
        """Let every console go; it comes back by itself to whoever listens then."""
        self._closing.set()
        for queue in self._consoles:
            with contextlib.suppress(asyncio.QueueFull):
                queue.put_nowait("")

    async def close(self) -> None:
        """Stop listening and end every stream."""
        self.end_streams()
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def stream(self) -> AsyncIterator[str]:
        """Server-sent events: ``change`` with what changed, e.g. ``incident:12``."""
        queue: asyncio.Queue[str] = asyncio.Queue(BACKLOG)
        self._consoles.add(queue)
        try:
            yield "retry: 2000\n\n"
            while not self._closing.is_set():
                try:
                    async with asyncio.timeout(KEEP_ALIVE):
                        changed = await queue.get()
                except TimeoutError:
                    yield ": still here\n\n"
                    continue
                if changed:
                    yield f"event: change\ndata: {changed}\n\n"
        finally:
            self._consoles.discard(queue)

    def publish(self, changed: str) -> None:
        """Tell every console; one whose backlog is full will look at everything anyway."""
        for queue in self._consoles:
            with contextlib.suppress(asyncio.QueueFull):
                queue.put_nowait(changed)

    async def _listen(self) -> None:
        while True:
            try:
                connection = await psycopg.AsyncConnection.connect(self._url, autocommit=True, connect_timeout=5)
                async with connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    self.publish("everything")
                    async for notification in connection.notifies():
                        self.publish(notification.payload)
            except (psycopg.Error, OSError) as error:
                log.warning("live feed lost, listening again", error=type(error).__name__)
                await asyncio.sleep(1)
