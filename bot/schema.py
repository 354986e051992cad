"""The database's schema brought to what this version needs."""

from __future__ import annotations

import time
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

MIGRATIONS = Path(__file__).parent / "migrations"
LOOK_AGAIN = 0.05  # seconds


def config(url: str) -> Config:
    """Alembic's configuration for one database."""
    alembic = Config()
    alembic.set_main_option("script_location", str(MIGRATIONS))
    alembic.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return alembic


def wait_until_current(url: str) -> None:
    """Return once another process has brought the schema to this version's newest revision."""
    newest = ScriptDirectory.from_config(config(url)).get_current_head()
    while not _is_at(url, newest):
        time.sleep(LOOK_AGAIN)


def _is_at(url: str, revision: str | None) -> bool:
    try:
        with psycopg.connect("postgresql://" + url.partition("://")[2], connect_timeout=5) as connection:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except psycopg.Error:
        return False
    return row is not None and row[0] == revision


def upgrade(url: str) -> None:
    """Apply every revision that is missing. Several processes may call it at once: one works, the others wait."""
    plain = "postgresql://" + url.partition("://")[2]
    with psycopg.connect(plain, autocommit=True) as guard:
        guard.execute("SELECT pg_advisory_lock(hashtext('vigie.migrations'))")
        command.upgrade(config(url), "head")
