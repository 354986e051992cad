"""The database's schema brought to what this version needs."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config


def config(url: str) -> Config:
    """Alembic's configuration for one database."""
    alembic = Config()
    alembic.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    alembic.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return alembic


def upgrade(url: str) -> None:
    """Apply every revision that is missing. Several processes may call it at once: one works, the others wait."""
    import psycopg

    plain = "postgresql://" + url.partition("://")[2]
    with psycopg.connect(plain, autocommit=True) as guard:
        guard.execute("SELECT pg_advisory_lock(hashtext('vigie.migrations'))")
        command.upgrade(config(url), "head")
