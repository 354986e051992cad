"""The PostgreSQL that comes with Vigie."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import psycopg
from psycopg import sql

from bot.embedded import _ensure_database

AT_ONCE = 8


def test_web_and_worker_may_both_be_the_first_to_want_the_database(database_url: str) -> None:
    admin, name = "postgresql://" + database_url.partition("://")[2], "wanted_by_many"
    together = Barrier(AT_ONCE)

    def want(_: int) -> None:
        together.wait()
        _ensure_database(admin, name)

    with ThreadPoolExecutor(AT_ONCE) as processes:
        list(processes.map(want, range(AT_ONCE)))
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
