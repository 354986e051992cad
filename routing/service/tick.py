"""A line of a service's checklist is done, or was ticked by mistake."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.incident import Event
from routing.errors import NotFound
from routing.service.desk import Desk
from routing.service.record import record
from routing.store import incidents
from routing.store.models import Dispatch, Incident


async def tick(
    session: AsyncSession, desk: Desk, dispatch_id: int, position: int, *, by: str, done: bool = True
) -> Incident:
    """Tick (or untick) one line; ticking what is ticked changes nothing. Raises NotFound."""
    found = await session.get(Dispatch, dispatch_id)
    if found is None or not 0 <= position < len(found.checklist):
        raise NotFound("Cette ligne n'existe plus")
    incident = await incidents.by_id(session, found.incident_id, lock=True)
    row = await session.get_one(Dispatch, dispatch_id, populate_existing=True)
    assert incident is not None
    item = row.checklist[position]
    if bool(item["done_by"]) == done:
        return incident
    changed = {**item, "done_by": by if done else None, "done_at": desk.now().isoformat() if done else None}
    row.checklist = [*row.checklist[:position], changed, *row.checklist[position + 1 :]]
    event, mark = (Event.STEP_DONE, "✓") if done else (Event.STEP_UNDONE, "à refaire :")
    await record(session, desk, incident, event, f"{mark} {item['text']}", by=by)
    return incident
