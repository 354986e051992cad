"""The on-call file put into the database, and written back out of it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from routing.catalogue.oncall_file import RosterFile
from routing.store import roster
from routing.store.models import EscalationPolicy, OncallPerson, OncallRotation, ServicePolicy


async def import_roster(session: AsyncSession, file: RosterFile) -> None:
    """Make the database's roster the file's. Importing the same file twice changes nothing."""
    await roster.one_at_a_time(session)
    rows: list[Any] = [OncallPerson(**row.model_dump()) for row in file.people]
    rows += [OncallRotation(**row.model_dump()) for row in file.rotations]
    rows += [EscalationPolicy(**row.model_dump()) for row in file.policies]
    rows += [ServicePolicy(service=code, policy=row.policy) for code, row in file.services.items()]
    await roster.replace(session, rows)


async def export_roster(session: AsyncSession) -> dict[str, Any]:
    """The roster in the form ``import_roster`` reads."""
    people = await session.scalars(select(OncallPerson).order_by(OncallPerson.id))
    rotations = await session.scalars(select(OncallRotation).order_by(OncallRotation.id))
    policies = await session.scalars(select(EscalationPolicy).order_by(EscalationPolicy.id))
    services = await session.scalars(select(ServicePolicy).order_by(ServicePolicy.service))
    return {
        "people": [_without_nothing(row) for row in people],
        "rotations": [_without_nothing(row) for row in rotations],
        "policies": [_without_nothing(row) for row in policies],
        "services": {row.service: {"policy": row.policy} for row in services},
    }


def _without_nothing(row: Any) -> dict[str, Any]:
    values = {column.key: getattr(row, column.key) for column in row.__table__.columns}
    return {key: value for key, value in values.items() if value not in (None, [])}
