"""The job engine on our database: few connections, on which a statement is all there is to a job's beginning or end."""

from __future__ import annotations

import time
from typing import Any
from weakref import WeakKeyDictionary

from procrastinate import App, PsycopgConnector
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

TRUSTED = 1.0  # seconds after its last use that a connection is not asked whether it is alive


def make_jobs(url: str) -> App:
    """The job engine on the same database; each job opens a session of its own."""
    connector = PsycopgConnector(
        pool_factory=_pool,
        conninfo="postgresql://" + url.partition("://")[2],
        # Which job was fetched or is over may be forgotten when PostgreSQL falls: the timer's row is the memory.
        # Jobs are deferred by the caller's own connection, as lastingly as what they are about.
        kwargs={"options": "-c synchronous_commit=off"},
        min_size=1,
        max_size=4,  # a lane holds one for an instant; each is five megabytes of PostgreSQL
        timeout=5,
        reconnect_timeout=30,
    )
    return App(connector=connector)


def _pool(**options: Any) -> AsyncConnectionPool:
    """The engine's pool: a transaction a statement, and no question before each whether the connection lives."""
    return AsyncConnectionPool(**{**options, "configure": _committing, "check": _Alive()})


async def _committing(connection: AsyncConnection[Any]) -> None:
    await connection.set_autocommit(True)


class _Alive:
    """Asks a connection that rested whether PostgreSQL is still at its other end."""

    def __init__(self) -> None:
        self._used: WeakKeyDictionary[AsyncConnection[Any], float] = WeakKeyDictionary()

    async def __call__(self, connection: AsyncConnection[Any]) -> None:
        now = time.monotonic()
        if now - self._used.get(connection, 0) > TRUSTED:
            await AsyncConnectionPool.check_connection(connection)
        self._used[connection] = now
