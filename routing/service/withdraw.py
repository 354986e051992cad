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
    """Tell every thread of the report's incident."""
    incident = await incidents.by_id(session, report.incident_id or 0, lock=True)
    if incident is not None:
        await record(session, desk, incident, Event.REPORT, WITHDRAWN.format(reference=report.reference))
