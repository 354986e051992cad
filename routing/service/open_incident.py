"""A report that was understood finds the incident it belongs to, or opens one with all its dispatches and timers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.competence import Competence, Said, competence
from routing.domain.incident import DispatchState, Event, IncidentState, ReportState
from routing.domain.oncall import METROPOLIS
from routing.domain.place import Place, has_number, same_spot
from routing.domain.procedure import Fact, OnCall, Procedure, Severity, Step
from routing.domain.redaction import redact
from routing.domain.triage import Verdict
from routing.service import call_back
from routing.service.audit import note_decision
from routing.service.desk import Desk
from routing.service.mobilise import mobilise, mobilise_first
from routing.service.mute import lift
from routing.service.record import record
from routing.service.warn import warn
from routing.store import incidents, timers
from routing.store.incidents import Standing
from routing.store.models import Dispatch, Incident, Report, TimelineEntry

# How long a new report may join an incident that is still alive. A request for information is never shared.
JOINABLE = {
    Severity.CRITICAL: timedelta(hours=6),
    Severity.URGENT: timedelta(hours=12),
    Severity.NORMAL: timedelta(days=7),
}
ENGAGED = {OnCall.NONE: "aucune", OnCall.DIRECTION: "la direction", OnCall.METROPOLIS: "la métropole"}


async def open_incident(session: AsyncSession, desk: Desk, report: Report, verdict: Verdict) -> Incident:
    """The incident of ``report``: an existing one at the same spot, or a new one. The report's row must be locked."""
    twin = await _twin(session, desk, report, verdict)
    opening = _open(session, desk, report, verdict) if twin is None else join(session, desk, twin, report, verdict)
    incident = await opening
    await warn(session, desk, incident, report)
    return incident


async def _twin(session: AsyncSession, desk: Desk, report: Report, verdict: Verdict) -> Incident | None:
    window = JOINABLE.get(verdict.plan.severity)
    if verdict.procedure is None or window is None:
        return None
    here = place_of(report, report.place or report.address)
    for found in await incidents.alive_with(session, verdict.procedure, here.commune, desk.now() - window):
        if same_spot(here, place_of(found, found.place)):
            # Read under the row's lock: it may have been resolved or reclassified since it was found.
            incident = await incidents.by_id(session, found.id, lock=True)
            alive = incident is not None and incident.state is not IncidentState.RESOLVED
            if incident is not None and alive and incident.procedure_id == verdict.procedure:
                return incident
    return None


async def join(session: AsyncSession, desk: Desk, incident: Incident, report: Report, verdict: Verdict) -> Incident:
    """One more report of an incident there is already; a graver one raises it. The incident's row must be locked."""
    attach(report, incident)
    incident.reports += 1
    endangered = report.danger is not None and incident.danger is None
    incident.danger = incident.danger or report.danger
    graver = incident.severity.at_least(verdict.severity)
    said = f"Nouveau signalement {report.reference} : {redact(report.text, 200)}"
    raised = graver is not incident.severity
    if raised:
        incident.severity = graver
        said = f"{said} — gravité relevée à « {graver} »"
        await start_escalation(session, desk, incident, desk.plan_of(incident))
    if raised or endangered:
        await lift(session, desk, incident, "un signalement plus grave est arrivé")
    await record(session, desk, incident, Event.REPORT, said)
    return incident


async def _open(session: AsyncSession, desk: Desk, report: Report, verdict: Verdict) -> Incident:
    now = desk.now()
    incident = Incident(
        reference=await incidents.free_reference(session, incidents.INCIDENT_PREFIX),
        state=IncidentState.OPEN,
        procedure_id=verdict.procedure,
        severity=verdict.severity,
        lead=verdict.plan.lead,
        commune=report.commune,
        place=report.place or report.address,
        communes=report.communes,
        notes=[*competence_of(desk, report, verdict).notes, *await call_back.note(session, report, verdict)],
        latitude=report.latitude,
        longitude=report.longitude,
        opened_at=now,
        excerpt=redact(report.text),
        danger=report.danger,
        decision=verdict.decision,
        confidence=report.confidence or 0.0,
        candidates=report.ranking[:3],
        weighed=report.weighed,
        version=1,
    )
    first_page = _plan_escalation(session, desk, incident, verdict.plan)
    session.add(incident)
    await session.flush()
    attach(report, incident)
    opened = f"Ouvert par le signalement {report.reference} : {verdict.plan.title}"
    session.add(TimelineEntry(incident_id=incident.id, at=now, kind=Event.OPENED, by=None, text=opened))
    planned = _planned(desk, incident, verdict.plan.steps, now)
    session.add_all(planned)
    await mobilise_first(session, desk, incident, planned)
    if first_page is not None:
        await timers.arm(session, timers.Verb.ESCALATE, incident.id, first_page, now)
    if desk.looks_up and lacks(incident):
        await timers.arm(session, timers.Verb.LOCATE, incident.id, now, now)
    return incident


def place_of(row: Report | Incident | Standing, label: str | None) -> Place:
    """Where a report or an incident is. A label that may be of several communes is no place to meet at."""
    certain = row.commune is not None or not row.communes
    return Place(label if certain else None, row.commune, row.latitude, row.longitude)


def lacks(incident: Incident) -> bool:
    """Whether looking up could tell something: a numbered address without a position, or a position without a name."""
    if incident.latitude is not None and incident.longitude is not None:
        return incident.place is None or incident.commune is None
    return incident.commune is not None and incident.place is not None and has_number(incident.place)


def competence_of(desk: Desk, report: Report, verdict: Verdict) -> Competence:
    """Whose matter a report is."""
    lead = verdict.plan.lead if verdict.procedure else None
    said = Said(report.text, lead, report.commune, report.communes, report.elsewhere)
    return competence(said, desk.catalogue)


def attach(report: Report, incident: Incident) -> None:
    """Tie a report to its incident."""
    report.incident_id = incident.id
    report.state = ReportState.ATTACHED


async def plan_dispatches(
    session: AsyncSession, desk: Desk, incident: Incident, steps: Sequence[Step], start: datetime
) -> list[Dispatch]:
    """A row for each step that can still apply, due its minutes after ``start``; the first ones leave at once."""
    planned = _planned(desk, incident, steps, start)
    session.add_all(planned)
    await mobilise(session, desk, incident)
    return planned


def _planned(desk: Desk, incident: Incident, steps: Sequence[Step], start: datetime) -> list[Dispatch]:
    facts: frozenset[Fact] = desk.facts(incident, start)
    return [
        Dispatch(
            incident_id=incident.id,
            procedure_id=incident.procedure_id,
            service=step.service,
            channel=desk.directory.channels_of(step.service)[0],
            due_at=start + step.after,
            state=DispatchState.PLANNED,
            copy=step.copy,
            needs=sorted(step.condition.needs),
            refuses=sorted(step.condition.refuses),
            checklist=[{"text": line, "done_by": None, "done_at": None} for line in step.checklist],
            tell=step.tell,
        )
        for step in steps
        if not step.condition.excluded_by_what_never_changes(facts)
    ]


async def start_escalation(session: AsyncSession, desk: Desk, incident: Incident, plan: Procedure) -> None:
    """Set when the first page leaves if nobody takes the incident; nothing for what wakes nobody."""
    first_page = _plan_escalation(session, desk, incident, plan)
    if first_page is not None:
        await timers.arm(session, timers.Verb.ESCALATE, incident.id, first_page, desk.now())


def _plan_escalation(session: AsyncSession, desk: Desk, incident: Incident, plan: Procedure) -> datetime | None:
    """When the first page leaves; None when none does, or when that is settled already."""
    delay = desk.catalogue.paging[incident.severity, plan.on_call]
    if incident.state is not IncidentState.OPEN:
        return None
    if delay is None:
        said = f"Personne n'est appelé : gravité « {incident.severity} », astreinte engagée : {ENGAGED[plan.on_call]}"
        note_decision(session, desk, incident, "planned", said)
        return None
    now = desk.now()
    if incident.escalation_started_at is not None and incident.escalation_started_at <= now + delay:
        return None  # already paging, or about to: a graver report must neither restart the levels nor postpone them
    incident.policy_service = METROPOLIS if plan.on_call is OnCall.METROPOLIS else plan.lead
    incident.escalation_started_at = now + delay
    incident.level, incident.round = 0, 1
    said = f"Premier appel prévu à {desk.clock_time(now + delay)} : gravité « {incident.severity} »"
    note_decision(session, desk, incident, "planned", said, policy_of=incident.policy_service)
    return now + delay
