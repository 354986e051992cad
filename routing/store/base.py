"""The database: engine, sessions, and the types and names every table shares."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from procrastinate import App
from sqlalchemy import BigInteger, DateTime, Enum, Identity, MetaData
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Every table: times with zone, JSON as JSONB, enumerations as checked text."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {
        datetime: DateTime(timezone=True),
        int: BigInteger,
        dict[str, Any]: JSONB,
        list[Any]: JSONB,
    }


class Numbered:
    """A table whose rows are numbered by the database."""

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)


def states(enumeration: type[StrEnum]) -> Enum:
    """A text column that holds the values of ``enumeration`` and nothing else."""
    return Enum(
        enumeration,
        native_enum=False,
        length=20,
        values_callable=lambda items: [item.value for item in items],
        name=enumeration.__name__.lower(),
        create_constraint=True,
    )


def make_engine(url: str, *, pool_size: int = 8) -> AsyncEngine:
    """An engine on ``url`` (any ``postgresql`` form); statements and locks that hang are ended by the server."""
    driver_url = "postgresql+psycopg://" + url.partition("://")[2]
    return create_async_engine(
        driver_url,
        pool_size=pool_size,
        max_overflow=8,
        hide_parameters=True,  # citizens' words must not reach a log by way of an error
        pool_recycle=1800,
        connect_args={
            "options": "-c timezone=UTC -c lock_timeout=10000 -c statement_timeout=30000",
            "connect_timeout": 5,
            "prepare_threshold": 3,
        },
    )


class End(IntEnum):
    """What a transaction does last, in this order: locks that many others want are then held for an instant only."""

    AUDIT = 1
    LIVE = 2
    WAKE = 3


def at_end(session: AsyncSession, end: End, work: Callable[[AsyncSession], Awaitable[None]]) -> None:
    """Have ``work`` done once, right before the transaction commits; never when it is rolled back."""
    session.info.setdefault("ends", {})[end] = work


async def _end(session: AsyncSession) -> None:
    for _, work in sorted(session.info.get("ends", {}).items()):
        await work(session)


class Database:
    """Sessions on one engine, each carrying the job queue so that jobs join the caller's transaction.

    ``info["kept"]`` is what was read before, for all sessions of this database (see routing/store/roster).
    """

    def __init__(self, engine: AsyncEngine, jobs: App) -> None:
        self.engine = engine
        self.jobs = jobs
        self._sessions = async_sessionmaker(engine, expire_on_commit=False, info={"jobs": jobs, "kept": {}})

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """One transaction: committed at the end, rolled back on any exception."""
        async with self._sessions() as session, session.begin():
            yield session
            await _end(session)

    @asynccontextmanager
    async def undone(self) -> AsyncIterator[AsyncSession]:
        """The same up to its end, where all of it is rolled back."""
        async with self._sessions() as session:
            yield session
            await _end(session)
            await session.rollback()

    async def close(self) -> None:
        """Give the connections back."""
        await self.engine.dispose()


def is_connection_loss(error: BaseException) -> bool:
    """Whether the database went away (restart, broken pool connection), so that one more try makes sense."""
    if isinstance(error, InterfaceError | OperationalError):
        return True
    return isinstance(error, DBAPIError) and error.connection_invalidated
