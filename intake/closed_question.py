"""A closed question put to a citizen, and all that can become of it: answered in time or late, not at all, or a person.

A person takes over with what is known; nothing that was said is asked again.
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from intake import call_receipt, replies
from intake.missing_place import lacks_place, somewhere
from intake.wording import say
from routing.domain.call import Step
from routing.domain.competence import COMMUNE_IN_DOUBT
from routing.domain.incident import Event, IncidentState, ReportState
from routing.domain.procedure import Fallback
from routing.domain.triage import Verdict, judge
from routing.domain.understanding import Candidate, Channel, Danger, Decision, Understanding
from routing.errors import Conflict
from routing.service.desk import Desk
from routing.service.open_incident import open_incident
from routing.service.record import record
from routing.service.tell import WRITES_BACK, tell_one
from routing.store import incidents, reports, timers
from routing.store.models import Incident, Report

ANSWERED = "answered"
# Where a question reaches the citizen: on the tracking page, as a message back, or on the line.
OPEN_QUESTION = (ReportState.ASKED, ReportState.TALKING)


async def ask(session: AsyncSession, desk: Desk, report: Report, verdict: Verdict) -> None:
    """Put the question; a person takes over when its time is up."""
    now = desk.now()
    report.state, report.asked_at, report.candidates = ReportState.ASKED, now, list(verdict.ask)
    await tell_one(
        session,
        desk,
        report,
        replies.question(verdict.ask, desk.catalogue),
        choices=replies.choices(verdict.ask, desk.catalogue),
    )
    await timers.arm(session, timers.Verb.UNANSWERED, report.id, now + desk.question_time, now)


async def answer(session: AsyncSession, desk: Desk, report: Report, choice: str) -> None:
    """The citizen chose one of the candidates, or "" for none of them. The report's row must be locked.

    A commune says where: the matter was certain, and opens as it was understood.

    Raises Conflict when the question is over (answered, or a person already took it).
    """
    if report.state not in OPEN_QUESTION or choice not in (*report.candidates, ""):
        raise Conflict("Cette question n'attend plus de réponse")
    await timers.disarm(session, timers.Verb.UNANSWERED, report.id)
    if replies.about_communes(report.candidates, desk.catalogue):
        report.commune, report.asked_at = choice or None, None
        await _open_with(session, desk, report, judge(_remembered(report), desk.catalogue, can_ask=False))
        return
    report.answer = choice or "none"
    procedure = desk.catalogue.procedure(choice)
    if procedure is not None:
        report.decision = ANSWERED
        verdict = Verdict(procedure, procedure.id, procedure.severity, Decision.ROUTE)
        await _open_with(session, desk, report, verdict)
        if report.channel in WRITES_BACK and Step.WHERE not in report.asked and lacks_place(desk, report, choice):
            report.asked = [*report.asked, Step.WHERE]
            await tell_one(session, desk, report, say("receipt.where", report.language))
        return
    plan = desk.catalogue.fallbacks[Fallback.UNFORESEEN]
    await _open_with(session, desk, report, Verdict(plan, None, plan.severity, Decision.UNFORESEEN))


async def hand_to_a_person(session: AsyncSession, desk: Desk, report: Report) -> None:
    """The citizen wants a person: the open question ends, or the thread of what they reported hears it."""
    if report.state in OPEN_QUESTION:
        report.decision = report.decision or Decision.ASK
        await leave_to_a_person(session, desk, report)
    incident = await incidents.by_id(session, report.incident_id or 0, lock=True)
    if incident is not None:
        await note_wish(session, desk, incident, report)
    await tell_one(session, desk, report, say("person.comes", report.language, reference=report.reference))


async def note_wish(session: AsyncSession, desk: Desk, incident: Incident, report: Report) -> None:
    """Every thread reads that this citizen wants a person."""
    said = f"{report.reference} demande à parler à une personne"
    await record(session, desk, incident, Event.REPORT, said, broadcast=True)


async def answer_late(session: AsyncSession, desk: Desk, report: Report, choice: str) -> bool:
    """The citizen answers what a person already took over: that person reads it. False when all is over."""
    incident = await incidents.by_id(session, report.incident_id or 0, lock=True)
    if incident is None or incident.state is IncidentState.RESOLVED:
        return False
    if replies.about_communes(report.candidates, desk.catalogue):
        report.asked_at = None
        _settle_commune(report, incident, choice)
        await timers.arm(session, timers.Verb.LOCATE, incident.id, desk.now(), desk.now())
        said = choice or say("another_commune")
    else:
        report.answer = choice or "none"
        procedure = desk.catalogue.procedure(choice)
        said = procedure.title if procedure else say("none_fits")
    await record(session, desk, incident, Event.REPORT, f"{report.reference} répond à la question : {said}")
    await tell_one(session, desk, report, say("answer.late", report.language, reference=report.reference))
    return True


def _settle_commune(report: Report, incident: Incident, commune: str) -> None:
    """The commune told after the incident was opened, unless somebody found it out meanwhile."""
    if commune and incident.commune is None:
        report.commune = incident.commune = commune
        incident.notes = [note for note in incident.notes if not note.startswith(COMMUNE_IN_DOUBT)]


async def unanswered(session: AsyncSession, desk: Desk, report_id: int) -> None:
    """The citizen did not answer in time, or the call was lost: a person takes over with what is known."""
    report = await reports.locked(session, report_id)
    if report is None or report.state not in OPEN_QUESTION:
        await timers.disarm(session, timers.Verb.UNANSWERED, report_id)
        return
    if not await timers.is_due(session, timers.Verb.UNANSWERED, report_id, desk.now()):
        return
    await leave_to_a_person(session, desk, report)
    if report.channel is Channel.VOICE:
        await call_receipt.send(session, desk, report)


async def leave_to_a_person(session: AsyncSession, desk: Desk, report: Report) -> None:
    """Nothing more will be asked: open what was understood so far. The report's row must be locked."""
    known = judge(_remembered(report), desk.catalogue, can_ask=False)
    # What a classifier makes of a bare name of a street is no reason to wake anybody.
    nameless = somewhere(report) or report.text == replies.ONLY_MEDIA or replies.by_keys(report.text)
    verdict = to_confirm(desk) if nameless and not report.danger else known
    await timers.disarm(session, timers.Verb.UNANSWERED, report.id)
    await _open_with(session, desk, report, verdict)


def to_confirm(desk: Desk) -> Verdict:
    """An agent finds out what it is; nobody is woken."""
    plan = desk.catalogue.fallbacks[Fallback.TO_CONFIRM]
    return Verdict(plan, None, plan.severity, Decision.ASK)


async def _open_with(session: AsyncSession, desk: Desk, report: Report, verdict: Verdict) -> None:
    incident = await open_incident(session, desk, report, verdict)
    if report.decision == ANSWERED and incident.reports == 1:
        incident.decision = ANSWERED


def _remembered(report: Report) -> Understanding:
    """What was understood of a report, from its row."""
    ranking = tuple(Candidate(item["procedure"], item["probability"]) for item in report.ranking)
    danger = Danger("kept", report.danger, "") if report.danger else None
    return Understanding(Decision(report.decision or Decision.ASK), report.confidence or 0.0, ranking, danger)
