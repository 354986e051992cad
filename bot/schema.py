"""The database's schema brought to what this version needs.

Alembic takes half a second to import: it is left alone where the schema is what it should be, as at nearly every start.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
LOOK_AGAIN = 0.05  # seconds


def config(url: str) -> Config:
    """Alembic's configuration for one database."""
    from alembic.config import Config

    alembic = Config()
    alembic.set_main_option("script_location", str(MIGRATIONS))
    alembic.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return alembic


def newest() -> str:
    """This version's newest revision: files are named after the revisions they make, which are numbered."""
    return max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def wait_until_current(url: str) -> None:
    """Return once another process has brought the schema to this version's newest revision."""
    revision = newest()
    while not _is_at(url, revision):
        time.sleep(LOOK_AGAIN)


def _is_at(url: str, revision: str) -> bool:
    try:
        with psycopg.connect("postgresql://" + url.partition("://")[2], connect_timeout=5) as connection:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except psycopg.Error:
        return False
    return row is not None and row[0] == revision


def upgrade(url: str) -> None:
    """Apply every revision that is missing. Several processes may call it at once: one works, the others wait."""
    if _is_at(url, newest()):
        return
    from alembic import command

    plain = "postgresql://" + url.partition("://")[2]
    with psycopg.connect(plain, autocommit=True) as guard:
        guard.execute("SELECT pg_advisory_lock(hashtext('vigie.migrations'))")
        command.upgrade(config(url), "head")
