"""Overrides, replacements and time off that stand in the on-call file."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from routing.catalogue.oncall_file import RosterFile
from routing.catalogue.oncall_rows import ZONE
from routing.domain.oncall import Exceptions, Override, Replacement, TimeOff
from routing.store.models import DutyReplacement, PersonTimeOff, ShiftOverride

TABLES = (ShiftOverride, DutyReplacement, PersonTimeOff)
KINDS = {"overrides": "garde", "replacements": "remplacement", "time_off": "congé"}


async def import_agreed(session: AsyncSession, file: RosterFile, *, by: str, at: datetime) -> list[str]:
    """Make the exceptions that came from a file this file's; those people entered elsewhere stay.

    Where one of the file contradicts them it is left out: returns those, in words.
    """
    for table in TABLES:
        await session.execute(delete(table).where(table.from_file))
    made = {"made_by": by, "made_at": at, "from_file": True}
    return [said for row, whose in _rows(file, made) for said in await _add(session, row, whose)]


def exceptions_of(file: RosterFile) -> Exceptions:
    """The file's exceptions as nouns."""
    rows = [row for row, _ in _rows(file, {})]
    return Exceptions.of(
        [Override(row.rotation, row.person, row.begins, row.ends) for row in rows if isinstance(row, ShiftOverride)],
        (),
        [
            Replacement(row.person, row.substitute, row.begins, row.ends)
            for row in rows
            if isinstance(row, DutyReplacement)
        ],
        [TimeOff(row.person, row.begins, row.ends) for row in rows if isinstance(row, PersonTimeOff)],
    )


async def export_agreed(session: AsyncSession) -> dict[str, list[dict[str, Any]]]:
    """All exceptions in the file's form, each kind in time order; kinds without any are left out."""
    overrides = await session.scalars(select(ShiftOverride).order_by(ShiftOverride.begins, ShiftOverride.id))
    replacements = await session.scalars(select(DutyReplacement).order_by(DutyReplacement.begins, DutyReplacement.id))
    time_off = await session.scalars(select(PersonTimeOff).order_by(PersonTimeOff.begins, PersonTimeOff.id))
    found = {
        "overrides": [{"rotation": row.rotation, "person": row.person, **_stretch(row)} for row in overrides],
        "replacements": [{"person": row.person, "by": row.substitute, **_stretch(row)} for row in replacements],
        "time_off": [{"person": row.person, **_stretch(row)} for row in time_off],
    }
    return {key: rows for key, rows in found.items() if rows}


def _rows(file: RosterFile, made: dict[str, Any]) -> list[tuple[Any, str]]:
    """(row, name of the column that says whose it is) for every exception of the file."""
    zones = {row.id: ZoneInfo(row.time_zone) for row in file.rotations}
    city = ZoneInfo(file.time_zone)
    rows: list[tuple[Any, str]] = []
    for override in file.overrides:
        begins, ends = override.instants(zones[override.rotation])
        named = {"rotation": override.rotation, "person": override.person}
        rows.append((ShiftOverride(**named, begins=begins, ends=ends, **made), "rotation"))
    for replacement in file.replacements:
        begins, ends = replacement.instants(city)
        named = {"person": replacement.person, "substitute": replacement.by}
        rows.append((DutyReplacement(**named, begins=begins, ends=ends, **made), "person"))
    for off in file.time_off:
        begins, ends = off.instants(city)
        rows.append((PersonTimeOff(person=off.person, begins=begins, ends=ends, **made), "person"))
    return rows


async def _add(session: AsyncSession, row: Any, whose: str) -> list[str]:
    """Add an exception of the file unless people have agreed on something else meanwhile."""
    table, who = type(row), getattr(row, whose)
    same = (getattr(table, whose) == who, table.begins < row.ends, table.ends > row.begins)
    other = await session.scalar(select(table).where(*same).limit(1))
    if other is None:
        session.add(row)
        await session.flush()
        return []
    alike = (other.person, other.begins, other.ends) == (row.person, row.begins, row.ends)
    when = f"{row.begins:%Y-%m-%d %H:%M}"
    return [] if alike else [f"{table.__tablename__} of {who} from {when} UTC: {other.made_by} has entered another"]


def _stretch(row: Any) -> dict[str, str]:
    zone = ZoneInfo(ZONE)
    return {
        "from": row.begins.astimezone(zone).isoformat(timespec="seconds"),
        "until": row.ends.astimezone(zone).isoformat(timespec="seconds"),
    }
