"""A place that becomes known late may be that of an older incident: the two become one."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.incident import IncidentState
from routing.domain.place import same_spot
from routing.domain.triage import Verdict
from routing.domain.understanding import Decision
from routing.service.desk import Desk
from routing.service.open_incident import JOINABLE, attach, join, place_of
from routing.service.resolve import resolve
from routing.store import incidents
from routing.store.models import Incident

BY = "Vigie"


async def rejoin(session: AsyncSession, desk: Desk, incident_id: int) -> None:
    """Move the reports of an incident nobody has taken to an older one of the same matter and spot, and end it.

    Its own transaction: the lock on the procedure comes before those on rows, as when a report is opened.
    """
    incident = await incidents.by_id(session, incident_id)
    older = await _twin(session, desk, incident) if incident is not None else None
    if incident is None or older is None:
        return
    twin, _ = await incidents.locked(session, (older, incident.id))
    rows = await incidents.reports_of(session, incident.id)
    same = twin.procedure_id == incident.procedure_id
    if not rows or not same or incident.state is not IncidentState.OPEN or twin.state is IncidentState.RESOLVED:
        return  # read again under the locks: a person was faster, or opened it
    verdict = Verdict(desk.plan_of(incident), incident.procedure_id, incident.severity, Decision.ROUTE)
    await join(session, desk, twin, rows[0], verdict)
    twin.reports += incident.reports - 1
    for report in rows[1:]:
        attach(report, twin)
    await resolve(session, desk, incident.reference, by=BY, reason=f"réuni avec {twin.reference}")


async def _twin(session: AsyncSession, desk: Desk, incident: Incident) -> int | None:
    window = JOINABLE.get(incident.severity)
    if incident.state is not IncidentState.OPEN or incident.procedure_id is None or window is None:
        return None
    here = place_of(incident, incident.place)
    alive = await incidents.alive_with(session, incident.procedure_id, incident.commune, desk.now() - window)
    older = (one for one in alive if one.id < incident.id)
    return next((one.id for one in older if same_spot(here, place_of(one, one.place))), None)
