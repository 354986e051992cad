"""An agent puts a question to the citizens who reported an incident, on the channel each of them came by."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.incident import Event, IncidentState
from routing.domain.redaction import readable, redact
from routing.errors import Conflict, Unreadable
from routing.service.desk import Desk
from routing.service.record import record
from routing.service.tell import door_back, tell_one
from routing.store import incidents
from routing.store.models import CitizenMessage, Incident, Report

LONGEST = 400  # characters of a question: two text messages
ASK = "ask"  # begins the reference of a message that waits for an answer
NOBODY = (
    "Personne ne peut être joint par message pour {reference} : les signalements viennent du téléphone ou du web, "
    "ou sans contact."
)


async def ask_citizen(session: AsyncSession, desk: Desk, reference: str, *, by: str, text: str) -> Incident:
    """Send ``text`` to every citizen of the incident who can be written to, once each.

    Raises Conflict (resolved, or nobody can be reached) and Unreadable (nothing asked).
    """
    incident = await incidents.by_reference(session, reference, lock=True)
    if incident.state is IncidentState.RESOLVED:
        raise Conflict(f"{incident.reference} est résolu : rouvrez-le d'abord")
    words = readable(text)[:LONGEST]
    if not words:
        raise Unreadable("Écrivez la question à poser")
    people = await reachable(session, incident)
    if not people:
        raise Conflict(NOBODY.format(reference=incident.reference))
    for report in people:
        await tell_one(session, desk, report, _question(desk, report, words), kind=ASK)
    many = f" ({len(people)} personnes)" if len(people) > 1 else ""
    await record(session, desk, incident, Event.ASKED, f"{by} demande au citoyen{many} : {words}", by=by)
    return incident


def _question(desk: Desk, report: Report, words: str) -> str:
    return desk.say("agent.asks", report.language, reference=report.reference, text=words)


async def reachable(session: AsyncSession, incident: Incident) -> list[Report]:
    """The latest report of each citizen of the incident who can be written to."""
    rows = await incidents.reports_of(session, incident.id)
    return list({(row.channel, row.contact): row for row in rows if door_back(row)}.values())


async def answered_by_citizen(
    session: AsyncSession, desk: Desk, question: CitizenMessage, incident: Incident, report: Report, text: str
) -> None:
    """The citizen's reply joins the incident. The incident's row must be locked."""
    question.answered_at = desk.now()
    await record(session, desk, incident, Event.REPORT, f"{report.reference} répond : {redact(readable(text), 400)}")
    await tell_one(session, desk, report, desk.say("answer.thanks", report.language, reference=report.reference))
