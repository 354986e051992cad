"""An agent puts a question to an incident's citizens: by message, or on the page of whoever came by the web."""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.incident import DeliveryState, Event, IncidentState
from routing.domain.redaction import readable, redact
from routing.domain.understanding import Channel
from routing.errors import Conflict, Unreadable
from routing.service.desk import Desk
from routing.service.record import record
from routing.service.tell import by_last_door, by_person, tell_one
from routing.store import incidents, reports
from routing.store.models import CitizenMessage, Incident, Report

LONGEST = 400  # characters of a question: two text messages
ASK = "ask"  # begins the reference of a message that waits for an answer
NOBODY = "Personne ne peut être joint pour {reference} : les signalements viennent du téléphone, ou sans contact."


async def ask_citizen(session: AsyncSession, desk: Desk, reference: str, *, by: str, text: str) -> Incident:
    """Put ``text`` to every citizen of the incident who can be written to or has a page, once each.

    Raises Conflict (resolved, or nobody can be reached) and Unreadable (nothing asked).
    """
    incident = await incidents.by_reference(session, reference, lock=True)
    if incident.state is IncidentState.RESOLVED:
        raise Conflict(f"{incident.reference} est résolu : rouvrez-le d'abord")
    words = readable(text)[:LONGEST]
    if not words:
        raise Unreadable("Écrivez la question à poser")
    rows = await incidents.reports_of(session, incident.id)
    people, pages = by_person(rows), [row for row in rows if row.channel is Channel.WEB]
    if not people and not pages:
        raise Conflict(NOBODY.format(reference=incident.reference))
    for mine in people:
        asked = desk.say("agent.asks", mine[0].language, reference=mine[0].reference, text=words)
        await tell_one(session, desk, by_last_door(mine), asked, kind=ASK)
    for row in pages:
        _put_on_the_page(session, desk, row, words)
    said = f"{by} demande au citoyen{_how(len(people), len(pages))} : {words}"
    await record(session, desk, incident, Event.ASKED, said, by=by)
    return incident


def _put_on_the_page(session: AsyncSession, desk: Desk, report: Report, words: str) -> None:
    """Nothing is sent: the page asks whoever looks at it."""
    now = desk.now()
    asked = desk.say("agent.asks_here", report.language, text=words)
    message = CitizenMessage(report_id=report.id, at=now, text=asked, ref=f"{ASK}-{uuid4().hex}", choices=[])
    message.state, message.sent_at = DeliveryState.SENT, now
    session.add(message)


def _how(people: int, pages: int) -> str:
    """Agents know when nobody will be woken by it."""
    if not people:
        return " (sur sa page de suivi, s'il y revient)" if pages == 1 else f" (sur {pages} pages de suivi)"
    return f" ({people + pages} personnes)" if people + pages > 1 else ""


async def unanswered(session: AsyncSession, report: Report, incident: Incident | None) -> CitizenMessage | None:
    """The agent's latest question about this report that waits for its answer."""
    if incident is None or incident.state is IncidentState.RESOLVED:
        return None
    asked = [row for row in await reports.questions_of(session, report.id) if row.answered_at is None]
    return asked[-1] if asked else None


async def answered_so(session: AsyncSession, report: Report, incident: Incident, text: str) -> bool:
    """Whether the citizen answered just that already: a second click."""
    said = reply(report, text)
    return any(entry.text == said for entry in await incidents.timeline_of(session, incident.id))


async def answered_by_citizen(
    session: AsyncSession,
    desk: Desk,
    question: CitizenMessage,
    incident: Incident,
    report: Report,
    text: str,
    *,
    alarming: bool = False,
) -> None:
    """The citizen's reply joins the incident; an ``alarming`` one is for every thread. The incident must be locked."""
    question.answered_at = desk.now()
    await record(session, desk, incident, Event.REPORT, reply(report, text), broadcast=alarming)
    await tell_one(session, desk, report, desk.say("answer.thanks", report.language, reference=report.reference))


def reply(report: Report, text: str) -> str:
    """How a citizen's answer stands in the timeline."""
    return f"{report.reference} répond : {redact(readable(text), 400)}"
