"""Connections that serve one test after another: what was compiled, opened and planned once is not done again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from math import inf
from typing import Any
from urllib.parse import urlsplit

from procrastinate import App, PsycopgConnector
from psycopg_pool import AsyncConnectionPool
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from routing.store.base import make_engine

WARM = 8  # connections of a city that stay open; the processes of a run share a hundred


@dataclass
class Connections:
    """Those of one city: its engine, whose compiled SQL outlives every database, and its job engine's pool."""

    engine: AsyncEngine
    where: dict[str, str]
    jobs: AsyncConnectionPool[Any] | None = None

    @asynccontextmanager
    async def working(self, app: App) -> AsyncIterator[None]:
        """The job engine, on the pool a story before left open."""
        connector = app.connector
        assert isinstance(connector, PsycopgConnector)
        await connector.open_async(self.jobs)
        self.jobs = connector.pool
        yield

    @property
    def resting(self) -> float:
        """How many connections wait for their next use; infinite when some are not back."""
        pool: Any = self.engine.pool
        stats = self.jobs.get_stats() if self.jobs else {}
        back = not pool.checkedout() and stats.get("pool_available", 0) == stats.get("pool_size", 0)
        return pool.checkedin() + stats.get("pool_size", 0) if back else inf

    async def close(self) -> None:
        """Only the compiled SQL stays."""
        await self.engine.dispose()
        if self.jobs is not None:
            await self.jobs.close()
            self.jobs = None


@dataclass
class Engines:
    """Those of this process: ``idle`` ones are connected nowhere, ``kept`` ones to a database with more to come."""

    idle: list[Connections] = field(default_factory=list)
    kept: dict[str, list[Connections]] = field(default_factory=dict)

    @asynccontextmanager
    async def borrowed(self, url: str) -> AsyncIterator[Connections]:
        """Connections to ``url``, a database of the run's server; they are closed afterwards unless it is kept."""
        waiting = self.kept.get(url)
        connections = waiting.pop() if waiting else self.idle.pop() if self.idle else _made(url)
        connections.where["dbname"] = urlsplit(url).path.removeprefix("/")
        try:
            yield connections
        finally:
            if url in self.kept:
                if WARM < connections.resting < inf:
                    await connections.close()
                self.kept[url].append(connections)
            else:
                await self._cool(connections)

    async def forget(self, url: str) -> None:
        """Close what is connected to ``url``."""
        for connections in self.kept.pop(url, []):
            await self._cool(connections)

    async def _cool(self, connections: Connections) -> None:
        await connections.close()
        self.idle.append(connections)


ENGINES = Engines()


def _made(url: str) -> Connections:
    engine = make_engine(url)
    where: dict[str, str] = {}

    @event.listens_for(engine.sync_engine, "do_connect")
    def elsewhere(dialect: Any, record: Any, arguments: Any, named: dict[str, Any]) -> None:
        named.update(where)

    return Connections(engine, where)
