"""The on-call roster in the database."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.hours import Hours
from routing.domain.oncall import ContactStep, Exceptions, Person, Policy, PolicyLevel, Roster, Rotation, written
from routing.store import duty
from routing.store.models import EscalationPolicy, OncallPerson, OncallRotation, ServicePolicy

TABLES = (OncallPerson, OncallRotation, EscalationPolicy, ServicePolicy)


async def load(session: AsyncSession, since: datetime | None = None) -> Roster:
    """Everybody who can be paged, and who holds which duty; exceptions that ended before ``since`` are left out."""
    rows = [
        row for table in TABLES for row in await session.scalars(select(table).order_by(*table.__table__.primary_key))
    ]
    return assemble(rows, await duty.exceptions(session, since))


def assemble(rows: Iterable[Any], exceptions: Exceptions) -> Roster:
    """The roster of rows of any of ``TABLES``."""
    found: dict[Any, list[Any]] = {table: [] for table in TABLES}
    for row in rows:
        found[type(row)].append(row)
    return Roster(
        people={row.id: _person(row) for row in found[OncallPerson]},
        rotations={row.id: _rotation(row) for row in found[OncallRotation]},
        policies={row.id: _policy(row) for row in found[EscalationPolicy]},
        services={row.service: row.policy for row in found[ServicePolicy]},
        exceptions=exceptions,
    )


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


def _person(row: OncallPerson) -> Person:
    return Person(row.id, row.name, row.phone, row.slack, row.telegram, tuple(_step(step) for step in row.plan))


def _step(step: dict[str, Any]) -> ContactStep:
    quiet = step.get("quiet")
    return ContactStep(step["by"], timedelta(seconds=step["after"]), Hours.read(quiet) if quiet else None)


def _rotation(row: OncallRotation) -> Rotation:
    return written.rotation(row.id, ZoneInfo(row.time_zone), row.layers)


def _policy(row: EscalationPolicy) -> Policy:
    levels = (_level(level) for level in row.levels)
    return Policy(row.id, tuple(levels), row.repeat)


def _level(level: dict[str, Any]) -> PolicyLevel:
    after, apart = timedelta(seconds=level["after"]), timedelta(seconds=level.get("apart", 0))
    return PolicyLevel(after, tuple(level["targets"]), apart)
