"""Databases that serve one story after another, emptied between: nothing of a story is left for the next.

A copy of the template costs a tenth of a second, and what follows costs more: a server process for each connection,
which learns the tables and plans every statement anew. So connections stay open too. What a story may do to rows is
undone; a database in which more changed (a table, a trigger, a lock that is still held, a connection lost or left
open) is dropped.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

from tests.databases import Databases
from tests.engines import ENGINES

MANY = 50  # stories; rows that were deleted still cost a little
SHAPE = """
    SELECT md5(string_agg(oid || ' ' || xmin, ',' ORDER BY oid)) FROM (
        SELECT oid, xmin FROM pg_class UNION ALL SELECT oid, xmin FROM pg_trigger UNION ALL
        SELECT oid, xmin FROM pg_proc UNION ALL SELECT oid, xmin FROM pg_constraint UNION ALL
        SELECT oid, xmin FROM pg_type UNION ALL SELECT oid, xmin FROM pg_namespace
    ) AS everything WHERE oid >= 16384
"""
OTHERS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
LOCKS = """
    SELECT count(*) FROM pg_locks
    WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


@dataclass
class Lent:
    """One database, and the connection that looks after it."""

    url: str
    connection: psycopg.Connection
    shape: str
    stories: int = 0


class Lending:
    """The databases of one process."""

    def __init__(self, databases: Databases) -> None:
        self._databases = databases
        self._idle: list[Lent] = []

    @asynccontextmanager
    async def one(self) -> AsyncIterator[str]:
        """The address of a database as the template has it."""
        lent = self._idle.pop() if self._idle else self._made()
        ENGINES.kept.setdefault(lent.url, [])
        try:
            yield lent.url
        finally:
            lent.stories += 1
            if lent.stories < MANY and self._restored(lent):
                self._idle.append(lent)
            else:
                await self._drop(lent)

    async def close(self) -> None:
        """Drop every one."""
        while self._idle:
            await self._drop(self._idle.pop())

    def _made(self) -> Lent:
        url = self._databases.restorable()
        connection = psycopg.connect(url, autocommit=True, prepare_threshold=1)
        return Lent(url, connection, _one(connection, SHAPE))

    def _restored(self, lent: Lent) -> bool:
        try:
            if _one(lent.connection, SHAPE) != lent.shape or _one(lent.connection, LOCKS):
                return False
            if _one(lent.connection, OTHERS) != sum(kept.resting for kept in ENGINES.kept[lent.url]):
                return False
            lent.connection.execute("SELECT kept.restore()")
        except psycopg.Error:  # the story cut every connection
            return False
        return True

    async def _drop(self, lent: Lent) -> None:
        await ENGINES.forget(lent.url)
        lent.connection.close()
        self._databases.drop(lent.url)


def _one(connection: psycopg.Connection, query: str) -> Any:
    row = connection.execute(query).fetchone()
    assert row
    return row[0]
