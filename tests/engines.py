"""Engines that serve one test after another: SQL that was compiled once is not compiled again for every database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from routing.store.base import make_engine

_idle: list[tuple[AsyncEngine, dict[str, str]]] = []


@asynccontextmanager
async def borrowed(url: str) -> AsyncIterator[AsyncEngine]:
    """An engine whose connections go to ``url``, a database of the run's server; it has none left afterwards."""
    engine, where = _idle.pop() if _idle else _made(url)
    where["dbname"] = urlsplit(url).path.removeprefix("/")
    try:
        yield engine
    finally:
        await engine.dispose()
        _idle.append((engine, where))


def _made(url: str) -> tuple[AsyncEngine, dict[str, str]]:
    engine = make_engine(url)
    where: dict[str, str] = {}

    @event.listens_for(engine.sync_engine, "do_connect")
    def elsewhere(dialect: Any, record: Any, arguments: Any, named: dict[str, Any]) -> None:
        named.update(where)

    return engine, where
