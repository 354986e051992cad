"""A fresh PostgreSQL database for each test, copied from a template: migrated, with the example's people on call."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from bot.embedded import EmbeddedPostgres
from bot.schema import upgrade
from tests.city import peopled

ROOT = Path(__file__).parent.parent
MIGRATIONS = ROOT / "bot" / "migrations" / "versions"
RESTORE = ROOT / "tests" / "restore.sql"
_numbers = count()


class Databases:
    """One embedded PostgreSQL for the test run, without what only pays where data live long."""

    def __init__(self, folder: Path) -> None:
        self._server = EmbeddedPostgres(folder)
        self._admin = self._server.start("postgres")
        with psycopg.connect(self._admin, autocommit=True) as connection:
            for setting in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum", "jit"):
                connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
            connection.execute("SELECT pg_reload_conf()")
        self._empty = f"empty_{_fingerprint(MIGRATIONS)}"
        self._peopled = f"peopled_{_fingerprint(MIGRATIONS, ROOT / 'routing')}"
        self._ensure(self._empty, "template1", upgrade)
        self._ensure(self._peopled, self._empty, lambda url: asyncio.run(peopled(url)))
        self._restorable = f"restorable_{_fingerprint(MIGRATIONS, ROOT / 'routing', RESTORE)}"
        self._ensure(self._restorable, self._peopled, _make_restorable)

    def _ensure(self, name: str, template: str, fill: Callable[[str], None]) -> None:
        with psycopg.connect(self._admin, autocommit=True) as connection:
            connection.execute("SELECT pg_advisory_lock(1)")  # several processes run tests
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone():
                return
            self._drop_older(connection, name.partition("_")[0])
            building = f"{name}_building"
            self._execute("DROP DATABASE IF EXISTS {}", building)
            self._execute("CREATE DATABASE {} TEMPLATE {}", building, template)
            fill(self.url(building))
            self._execute("ALTER DATABASE {} RENAME TO {}", building, name)

    def _drop_older(self, connection: psycopg.Connection[Any], kind: str) -> None:
        older = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", (f"{kind}\\_%",)).fetchall()
        for (name,) in older:
            self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def url(self, name: str) -> str:
        """The address of a database of this server."""
        return self._admin.replace("/postgres?", f"/{name}?")

    @contextmanager
    def fresh(self, *, empty: bool = False) -> Iterator[str]:
        """The address of a new database, dropped at the end; an empty one knows nobody."""
        url = self._copied(self._empty if empty else self._peopled)
        try:
            yield url
        finally:
            self.drop(url)

    def restorable(self) -> str:
        """The address of a new database, in which ``kept.restore()`` undoes whatever was done to rows."""
        return self._copied(self._restorable)

    def drop(self, url: str) -> None:
        """Drop a database, whoever is connected."""
        self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", urlsplit(url).path.removeprefix("/"))

    def _copied(self, template: str) -> str:
        name = f"test_{os.getpid()}_{next(_numbers)}"
        self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        self._execute("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy", name, template)
        return self.url(name)

    def _execute(self, statement: str, *names: str) -> None:
        with psycopg.connect(self._admin, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _fingerprint(*places: Path) -> str:
    """Of every file that decides what a template holds."""
    found = [path for place in places for path in (place.rglob("*") if place.is_dir() else [place])]
    files = sorted(path for path in found if path.suffix in (".py", ".yaml", ".sql"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]


def _make_restorable(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(RESTORE.read_bytes())


def cut_every_connection(url: str) -> None:
    """What a restart of PostgreSQL does to those who are connected."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
