"""The on-call roster in the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, literal, literal_column, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.hours import Hours
from routing.domain.oncall import ContactStep, Exceptions, Person, Policy, PolicyLevel, Roster, Rotation, written
from routing.store import duty
from routing.store.models import EscalationPolicy, OncallPerson, OncallRotation, RosterVersion, ServicePolicy

TABLES = (OncallPerson, OncallRotation, EscalationPolicy, ServicePolicy)  # in the order of a roster's parts


async def load(session: AsyncSession) -> Roster:
    """Everybody who can be paged, and who holds which duty.

    What was read last is kept beside the number of its version, which the database changes with the roster: as long as
    that number holds, one small question is all. Callers never change what they are given.
    """
    kept: dict[str, tuple[int, Roster]] = session.info["kept"]
    version = await session.scalar(select(RosterVersion.version))
    if version is not None and "roster" in kept and kept["roster"][0] == version:
        return kept["roster"][1]
    found = await _read(session)
    if version is not None:
        kept["roster"] = (version, found)
    return found


async def _read(session: AsyncSession) -> Roster:
    parts = [
        select(literal(table.__tablename__), func.to_jsonb(literal_column(table.__tablename__))).select_from(table)
        for table in TABLES
    ]
    rows = (await session.execute(union_all(*parts))).all()
    return assemble(((table, row) for table, row in rows), await duty.exceptions(session))


def assemble(rows: Iterable[tuple[str, Mapping[str, Any]]], exceptions: Exceptions) -> Roster:
    """The roster of rows of any of ``TABLES``, each with its table's name."""
    found: dict[str, list[Mapping[str, Any]]] = {table.__tablename__: [] for table in TABLES}
    for table, row in rows:
        found[table].append(row)
    people, rotations, policies, services = (found[table.__tablename__] for table in TABLES)
    return Roster(
        people={row["id"]: _person(row) for row in sorted(people, key=_id)},
        rotations={row["id"]: _rotation(row) for row in sorted(rotations, key=_id)},
        policies={row["id"]: _policy(row) for row in sorted(policies, key=_id)},
        services={row["service"]: row["policy"] for row in services},
        exceptions=exceptions,
    )


def _id(row: Mapping[str, Any]) -> str:
    return str(row["id"])


async def replace(session: AsyncSession, rows: list[Any]) -> None:
    """Put these rows in place of the whole roster."""
    for table in TABLES:
        await session.execute(delete(table))
    session.add_all(rows)
    await session.flush()


async def one_at_a_time(session: AsyncSession) -> None:
    """Other importers wait until this transaction ends."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("vigie.roster", 0))))


async def is_empty(session: AsyncSession) -> bool:
    """Whether no roster was ever imported."""
    return not await session.scalar(select(func.count()).select_from(OncallPerson))


def _person(row: Mapping[str, Any]) -> Person:
    plan = tuple(_step(step) for step in row["plan"])
    return Person(row["id"], row["name"], row.get("phone"), row.get("slack"), row.get("telegram"), plan)


def _step(step: Mapping[str, Any]) -> ContactStep:
    quiet = step.get("quiet")
    return ContactStep(step["by"], timedelta(seconds=step["after"]), Hours.read(quiet) if quiet else None)


def _rotation(row: Mapping[str, Any]) -> Rotation:
    return written.rotation(row["id"], ZoneInfo(row["time_zone"]), row["layers"])


def _policy(row: Mapping[str, Any]) -> Policy:
    return Policy(row["id"], tuple(_level(level) for level in row["levels"]), row["repeat"])


def _level(level: Mapping[str, Any]) -> PolicyLevel:
    after, apart = timedelta(seconds=level["after"]), timedelta(seconds=level.get("apart", 0))
    return PolicyLevel(after, tuple(level["targets"]), apart)
