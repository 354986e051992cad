"""A person takes an incident: the first one wins, the others are told who has it."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.incident import Event, IncidentState
from routing.errors import Conflict
from routing.service.desk import Desk
from routing.service.page import stop_paging
from routing.service.record import record
from routing.service.tell import tell
from routing.store import incidents, timers
from routing.store.models import Incident


async def acknowledge(session: AsyncSession, desk: Desk, reference: str, *, by: str) -> Incident:
    """Give the incident to ``by``; one's own again changes nothing. Raises Conflict when somebody else has it."""
    incident = await incidents.by_reference(session, reference, lock=True)
    if incident.state is IncidentState.RESOLVED:
        raise Conflict(f"{incident.reference} est déjà résolu par {incident.resolved_by}")
    if incident.state is IncidentState.ACKNOWLEDGED:
        if incident.acknowledged_by == by:
            return incident
        assert incident.acknowledged_at is not None
        at = desk.clock_time(incident.acknowledged_at)
        raise Conflict(f"{incident.reference} est déjà pris en charge par {incident.acknowledged_by} depuis {at}")
    incident.state = IncidentState.ACKNOWLEDGED
    incident.acknowledged_at, incident.acknowledged_by = desk.now(), by
    beside = f", avec {incident.at_work}" if incident.at_work not in (None, by) else ""
    incident.at_work = None
    await stop_paging(session, desk, incident, f"{by} s'en occupe. Merci.", taken_by=by)
    await record(session, desk, incident, Event.ACKNOWLEDGED, f"{by} prend en charge{beside}", by=by)
    await expect_signs_of_life(session, desk, incident)
    await tell(
        session, desk, incident, lambda report: desk.say("news.taken", report.language, reference=report.reference)
    )
    return incident


async def expect_signs_of_life(session: AsyncSession, desk: Desk, incident: Incident) -> None:
    """Whoever has it now is asked one day whether they still do."""
    patience, now = desk.catalogue.holds.get(incident.severity), desk.now()
    if patience is not None:
        await timers.arm(session, timers.Verb.HOLD, incident.id, now + patience, now)
