"""A citizen takes a report back. Whoever was alerted is told and decides: nothing ends by itself."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.incident import Event
from routing.service.desk import Desk
from routing.service.record import record
from routing.store import incidents
from routing.store.models import Report

WITHDRAWN = "{reference} : la personne retire son signalement"


async def withdraw(session: AsyncSession, desk: Desk, report: Report) -> None:
    """Tell every thread of the report's incident, once."""
    incident = await incidents.by_id(session, report.incident_id or 0, lock=True)
    if incident is not None and not await withdrawn(session, report):
        await record(session, desk, incident, Event.REPORT, WITHDRAWN.format(reference=report.reference))


async def withdrawn(session: AsyncSession, report: Report) -> bool:
    """Whether its citizen took this report back."""
    said = WITHDRAWN.format(reference=report.reference)
    return any(entry.text == said for entry in await incidents.timeline_of(session, report.incident_id or 0))
