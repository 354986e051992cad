"""Alembic's environment: our tables only, on a connection that leaves nothing behind."""

from __future__ import annotations

from typing import Any

from alembic import context
from sqlalchemy import NullPool, create_engine

import bot.console.models
import bot.telegram.models
import routing.store.models
from routing.store.base import Base

# Named, so that no linter removes an import made for its effect.
TABLES = (bot.console.models, bot.telegram.models, routing.store.models)


def ours(name: str | None, kind: str, parents: Any) -> bool:
    """Procrastinate's tables belong to Procrastinate."""
    return kind != "table" or not (name or "").startswith("procrastinate_")


def run() -> None:
    """Bring the database of ``sqlalchemy.url`` to the newest revision, in one transaction a revision."""
    url = context.config.get_main_option("sqlalchemy.url") or ""
    engine = create_engine("postgresql+psycopg://" + url.partition("://")[2], poolclass=NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql("SET lock_timeout = '10s'")
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            include_name=ours,
            compare_type=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
