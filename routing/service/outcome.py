"""The citizen says whether it is solved: if not, the incident lives again and the same service is alerted anew."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.incident import Event, IncidentState
from routing.domain.redaction import readable, redact
from routing.errors import Conflict
from routing.service.desk import Desk
from routing.service.record import record
from routing.service.resolve import reopen
from routing.service.tell import tell_one
from routing.store import incidents
from routing.store.models import Incident, Report

REOPENS_FOR = timedelta(days=14)
CITIZEN = "le citoyen"


async def not_solved(session: AsyncSession, desk: Desk, report: Report, words: str = "") -> Incident:
    """Reopen the report's incident; ``words`` join it. Raises Conflict when it is over for too long, or never was."""
    incident = await incidents.by_id(session, report.incident_id or 0, lock=True)
    if incident is None:
        raise Conflict("Ce signalement n'est pas encore ouvert")
    said = redact(readable(words), 300)
    if incident.state is not IncidentState.RESOLVED:  # somebody else said so first
        await record(session, desk, incident, Event.REPORT, f"{report.reference} : toujours pas réglé. {said}".strip())
        return incident
    if not can_reopen(desk, incident):
        raise Conflict("C'est clos depuis plus de 14 jours : faites un nouveau signalement")
    reason = f"{report.reference} dit que ce n'est pas réglé" + (f" : {said}" if said else "")
    incident = await reopen(session, desk, incident.reference, by=CITIZEN, reason=reason)
    await tell_one(session, desk, report, desk.say("news.reopened", report.language, reference=report.reference))
    return incident


async def solved(session: AsyncSession, desk: Desk, report: Report) -> None:
    """The citizen confirms; the thread hears it."""
    incident = await incidents.by_id(session, report.incident_id or 0, lock=True)
    if incident is not None:
        await record(session, desk, incident, Event.REPORT, f"{report.reference} confirme : c'est réglé")
    await tell_one(session, desk, report, desk.say("news.glad", report.language))


def can_reopen(desk: Desk, incident: Incident) -> bool:
    """Whether a citizen may still say that it is not solved."""
    closed = incident.state is IncidentState.RESOLVED and incident.resolved_at is not None
    return bool(closed and incident.resolved_at and desk.now() - incident.resolved_at <= REOPENS_FOR)
