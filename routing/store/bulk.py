"""Many rows in one statement whose text is the same however many there are, so that it is compiled once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import TextClause, inspect, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from routing.store.base import Base

DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


async def insert_rows(session: AsyncSession, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Insert ``rows``, which name the same columns, into a table with an ``id``; returns their ids in that order."""
    if not rows:
        return []
    columns = tuple(rows[0])
    statement, documents = _statement(table, columns)
    given = {name: [_plain(row[name], name in documents) for row in rows] for name in columns}
    return sorted(await session.scalars(statement, given))


def _plain(value: Any, document: bool) -> Any:
    return json.dumps(value) if document else value


@cache
def _statement(table: type[Base], names: tuple[str, ...]) -> tuple[TextClause, frozenset[str]]:
    """The statement, and which columns are JSON: an array of documents is sent as an array of texts."""
    columns = inspect(table).local_table.c
    documents = frozenset(name for name in names if isinstance(columns[name].type, JSONB))
    arrays = [_array(name, columns[name].type.compile(DIALECT), name in documents) for name in names]
    quoted = ", ".join(f'"{name}"' for name in names)
    values = f"SELECT {quoted} FROM unnest({', '.join(arrays)}) WITH ORDINALITY AS given({quoted}, nth) ORDER BY nth"
    return text(f"INSERT INTO {table.__tablename__} ({quoted}) {values} RETURNING id"), documents


def _array(name: str, type_: str, document: bool) -> str:
    return f"CAST(CAST(:{name} AS text[]) AS {type_}[])" if document else f"CAST(:{name} AS {type_}[])"
