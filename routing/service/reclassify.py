"""The procedure was another one: new services are mobilised, those no longer needed are told."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.incident import DispatchState, Event, IncidentState
from routing.domain.procedure import Fallback, Severity
from routing.domain.understanding import Decision
from routing.errors import Conflict, UnknownProcedure
from routing.service.desk import Desk
from routing.service.mute import lift
from routing.service.open_incident import plan_dispatches, start_escalation
from routing.service.page import stop_paging
from routing.service.record import record
from routing.service.teach import teach
from routing.store import incidents
from routing.store.models import Incident

CONFIRMED = "confirmed"
NONE_FITS = "aucune"


async def reclassify(session: AsyncSession, desk: Desk, reference: str, *, by: str, procedure_id: str) -> Incident:
    """Replace the procedure and plan it from now. Choosing the present one confirms it and changes nothing else.

    When the lead service changes, whoever had the incident no longer has it: the new lead must take it.
    ``NONE_FITS`` says that no procedure of the catalogue fits: the plan for what nobody foresaw takes over.
    Raises UnknownProcedure, Conflict (resolved).
    """
    procedure = desk.catalogue.fallbacks[Fallback.UNFORESEEN] if procedure_id == NONE_FITS else None
    procedure = procedure or desk.catalogue.procedure(procedure_id)
    if procedure is None:
        raise UnknownProcedure(f"Aucune procédure « {procedure_id[:60]} » dans le catalogue")
    incident = await incidents.by_reference(session, reference, lock=True)
    if incident.state is IncidentState.RESOLVED:
        raise Conflict(f"{incident.reference} est résolu : rouvrez-le d'abord")
    chosen = None if procedure_id == NONE_FITS else procedure.id
    before, known = desk.plan_of(incident), incident.procedure_id
    incident.procedure_id, incident.decision = chosen, CONFIRMED if chosen else Decision.UNFORESEEN
    await teach(session, desk, incident, by=by)
    if before.id == procedure.id and known == chosen:
        await record(session, desk, incident, Event.RECLASSIFIED, f"{by} confirme : {procedure.title}", by=by)
        return incident
    incident.lead = procedure.lead
    incident.severity = Severity.CRITICAL if incident.danger else procedure.severity
    dropped = await _replan(session, desk, incident)
    if before.lead != procedure.lead:
        incident.state, incident.acknowledged_at, incident.acknowledged_by = IncidentState.OPEN, None, None
    if incident.state is IncidentState.OPEN:
        await stop_paging(session, desk, incident, "la procédure a changé, cet appel ne compte plus.")
        incident.policy_service = None
        await start_escalation(session, desk, incident, procedure)
    await lift(session, desk, incident, "la procédure a changé", by=by)
    said = f"{by} reclasse : « {before.title} » devient « {procedure.title} »"
    if dropped:
        said += f". Ne sont plus demandés : {', '.join(dropped)}"
    await record(session, desk, incident, Event.RECLASSIFIED, said, by=by)
    return incident


async def _replan(session: AsyncSession, desk: Desk, incident: Incident) -> list[str]:
    """Cancel the old procedure's dispatches, plan the new one's; returns the services no longer asked for."""
    old = list(await incidents.dispatches_of(session, incident.id))
    alerted = {row.service for row in old if row.state in (DispatchState.SENT, DispatchState.DUE)}
    for row in old:
        if row.state is not DispatchState.SKIPPED:
            row.state = DispatchState.CANCELLED
    new = await plan_dispatches(session, desk, incident, desk.plan_of(incident).steps, desk.now())
    wanted = {row.service for row in new}
    return [desk.service_name(code) for code in sorted(alerted - wanted)]
