"""A person of the staff asks for the metropolis duty: an incident that no procedure foresees is opened by hand."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.incident import Event, ReportState
from routing.domain.procedure import Fallback
from routing.domain.reference import new_token
from routing.domain.triage import Verdict
from routing.domain.understanding import Channel, Decision
from routing.service.desk import Desk
from routing.service.open_incident import open_incident
from routing.service.record import record
from routing.store import incidents
from routing.store.models import Incident, Report


async def open_by_hand(session: AsyncSession, desk: Desk, *, by: str, words: str) -> Incident:
    """Open an unforeseen incident with the agent's ``words``; the metropolis duty is called at once."""
    report = Report(
        reference=await incidents.free_reference(session, incidents.REPORT_PREFIX),
        token=new_token(),
        channel=Channel.API,
        received_at=desk.now(),
        text=words,
        state=ReportState.RECEIVED,
        decision=Decision.UNFORESEEN,
        ranking=[],
        weighed=[],
        candidates=[],
    )
    session.add(report)
    await session.flush()
    plan = desk.catalogue.fallbacks[Fallback.UNFORESEEN]
    incident = await open_incident(session, desk, report, Verdict(plan, None, plan.severity, Decision.UNFORESEEN))
    await record(session, desk, incident, Event.ESCALATED, f"{by} appelle l'astreinte : {words}", by=by)
    return incident
