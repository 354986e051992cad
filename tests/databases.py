"""A fresh PostgreSQL database for each test, copied from a migrated template."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

from bot.embedded import EmbeddedPostgres
from bot.schema import upgrade

ROOT = Path(__file__).parent.parent
MIGRATIONS = ROOT / "bot" / "migrations" / "versions"
_numbers = count()


class Databases:
    """One embedded PostgreSQL for the test run. Durability is off: nothing here outlives a crash anyway."""

    def __init__(self, folder: Path) -> None:
        self._server = EmbeddedPostgres(folder)
        self._admin = self._server.start("postgres")
        with psycopg.connect(self._admin, autocommit=True) as connection:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
            connection.execute("SELECT pg_reload_conf()")
        self._template = f"template_{self._fingerprint()}"
        self._ensure_template()

    @staticmethod
    def _fingerprint() -> str:
        content = b"".join(path.read_bytes() for path in sorted(MIGRATIONS.glob("*.py")))
        return hashlib.sha256(content).hexdigest()[:12]

    def _ensure_template(self) -> None:
        with psycopg.connect(self._admin, autocommit=True) as connection:
            connection.execute("SELECT pg_advisory_lock(1)")
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (self._template,)).fetchone()
            if found is None:
                building = f"{self._template}_building"
                connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(building)))
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(building)))
                upgrade(self.url(building))
                connection.execute(
                    sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                        sql.Identifier(building), sql.Identifier(self._template)
                    )
                )

    def url(self, name: str) -> str:
        """The address of a database of this server."""
        return self._admin.replace("/postgres?", f"/{name}?")

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """The address of a new migrated database, dropped at the end."""
        name = f"test_{os.getpid()}_{next(_numbers)}"
        self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        self._execute("CREATE DATABASE {} TEMPLATE {}", name, self._template)
        try:
            yield self.url(name)
        finally:
            self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _execute(self, statement: str, *names: str) -> None:
        with psycopg.connect(self._admin, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def cut_every_connection(url: str) -> None:
    """What a restart of PostgreSQL does to those who are connected."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
