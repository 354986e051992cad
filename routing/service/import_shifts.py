"""Shifts written down elsewhere become the highest layer of a rotation, in place of those imported before."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.oncall import FixedShift
from routing.service.audit import note_configuration
from routing.service.calendar import opened
from routing.service.desk import Desk
from routing.store import live
from routing.store.models import OncallRotation


async def import_shifts(
    session: AsyncSession, desk: Desk, rotation: str, shifts: Sequence[FixedShift], *, by: str
) -> bool:
    """Put the shifts into a rotation; returns whether it is a new one. Importing the same twice changes nothing."""
    await opened(session)
    written = {
        "shifts": [
            {"person": one.person, "from": one.begins.isoformat(), "until": one.ends.isoformat()} for one in shifts
        ]
    }
    row = await session.get(OncallRotation, rotation, with_for_update=True)
    if row is None:
        session.add(OncallRotation(id=rotation, time_zone=desk.zone.key, layers=[written]))
    elif "shifts" in row.layers[0]:
        row.layers = [written, *row.layers[1:]]
    else:
        base, *above = row.layers
        row.layers = [base, written, *(layer for layer in above if "shifts" not in layer)]
    said = f"{rotation} : {len(shifts)} gardes importées d'un calendrier"
    note_configuration(session, desk, "import", said, by=by, rotation=rotation)
    await session.flush()
    live.announce(session, "duty", 0)
    return row is None
