"""The on-call file put into the database, and written back out of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from routing.catalogue.oncall_file import RosterFile
from routing.catalogue.oncall_rows import RotationRow
from routing.domain.oncall import Roster
from routing.service.agreed_file import KINDS as AGREED
from routing.service.agreed_file import exceptions_of, export_agreed, import_agreed
from routing.service.audit import note_configuration
from routing.service.calendar import when
from routing.service.desk import Desk
from routing.service.roster_words import changed
from routing.store import roster
from routing.store.models import EscalationPolicy, OncallPerson, OncallRotation, ServicePolicy

PRIVATE = ("phone", "slack", "telegram")  # the audit log says that they changed, not into what
KINDS = {"people": "personne", "rotations": "tour", "policies": "politique", "services": "service"}
FEMININE = ("people", "policies")
BY_FILE = "par l'import du fichier d'astreinte"


async def import_roster(session: AsyncSession, desk: Desk, file: RosterFile, *, by: str) -> list[str]:
    """Make the database's roster the file's; importing the same file twice changes nothing. The log says what did.

    Returns, in words, the file's exceptions that were left out because people have agreed on something else.
    """
    await roster.one_at_a_time(session)
    before = await export_roster(session)
    await roster.replace(session, _rows(file))
    left_out = await import_agreed(session, file, by=by, at=desk.now())
    after = await export_roster(session)
    await _note_changes(session, desk, before, after, by)
    await _note_agreed(session, desk, before, after, by)
    return left_out


def roster_of(file: RosterFile) -> Roster:
    """The roster as the database would give it back, without any database."""
    rows = ((row.__tablename__, _values(row)) for row in _rows(file))
    return roster.assemble(rows, exceptions_of(file))


def _rows(file: RosterFile) -> list[Any]:
    rows: list[Any] = [OncallPerson(**row.model_dump(exclude_none=True)) for row in file.people]
    rows += [_rotation_row(row) for row in file.rotations]
    rows += [EscalationPolicy(**row.model_dump(exclude_defaults=True)) for row in file.policies]
    rows += [ServicePolicy(service=code, policy=row.policy) for code, row in file.services.items()]
    return rows


def _rotation_row(row: RotationRow) -> OncallRotation:
    return OncallRotation(id=row.id, time_zone=row.time_zone, layers=[layer.written() for layer in row.all_layers])


async def _note_changes(
    session: AsyncSession, desk: Desk, before: Mapping[str, Any], after: Mapping[str, Any], by: str
) -> None:
    """One entry for each thing that is not as it was."""
    for kind, word in KINDS.items():
        old, new = _by_id(before.get(kind, {})), _by_id(after.get(kind, {}))
        for id_ in sorted(old.keys() | new.keys()):
            was, now = old.get(id_), new.get(id_)
            if was != now:
                done = "ajouté" if was is None else "retiré" if now is None else "modifié"
                done += "e" if kind in FEMININE else ""
                changes = _changes(was or {}, now or {})
                person = id_ if kind == "people" else None
                said = f"{word} {id_}, {done} {BY_FILE}"
                said += f" : {changed(was, now, list(changes))}" if was is not None and now is not None else ""
                note_configuration(session, desk, "import", said, by=by, person=person, changes=changes, changed=id_)


async def _note_agreed(
    session: AsyncSession, desk: Desk, before: Mapping[str, Any], after: Mapping[str, Any], by: str
) -> None:
    """One entry for each exception that came or went."""
    for key, word in AGREED.items():
        old, new = before.get(key, []), after.get(key, [])
        came = [("ajouté", row) for row in new if row not in old]
        for done, row in came + [("retiré", row) for row in old if row not in new]:
            stretch = when(desk, datetime.fromisoformat(row["from"]), datetime.fromisoformat(row["until"]))
            said = f"{word} de {row['person']} {stretch}, {done}{'e' if word == 'garde' else ''} {BY_FILE}"
            note_configuration(session, desk, "import", said, by=by, person=row["person"], agreed=row)


def _by_id(section: Any) -> dict[str, Any]:
    return section if isinstance(section, dict) else {row["id"]: row for row in section}


def _changes(was: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, list[str]]:
    """What each changed field was and is."""
    fields = [field for field in {**was, **now} if was.get(field) != now.get(field)]
    return {field: [_shown(field, was.get(field)), _shown(field, now.get(field))] for field in fields}


def _shown(field: str, value: Any) -> str:
    if value is None:
        return ""
    return "renseigné" if field in PRIVATE else str(value)


async def export_roster(session: AsyncSession) -> dict[str, Any]:
    """The roster in the form ``import_roster`` reads."""
    people = await session.scalars(select(OncallPerson).order_by(OncallPerson.id))
    rotations = await session.scalars(select(OncallRotation).order_by(OncallRotation.id))
    policies = await session.scalars(select(EscalationPolicy).order_by(EscalationPolicy.id))
    services = await session.scalars(select(ServicePolicy).order_by(ServicePolicy.service))
    return {
        "people": [_without_nothing(row) for row in people],
        "rotations": [_rotation(row) for row in rotations],
        "policies": [_without_nothing(row) for row in policies],
        "services": {row.service: {"policy": row.policy} for row in services},
        **await export_agreed(session),
    }


def _rotation(row: OncallRotation) -> dict[str, Any]:
    base, *above = row.layers
    return {"id": row.id, "time_zone": row.time_zone, **base, **({"layers": above} if above else {})}


def _without_nothing(row: Any) -> dict[str, Any]:
    return {key: value for key, value in _values(row).items() if value not in (None, [])}


def _values(row: Any) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in row.__table__.columns}
