"""A kept report is understood, then opened as an incident, or its citizen is asked one question."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from intake import replies
from intake.inbox import second_report
from intake.ports import Classifier
from routing.domain.incident import Event, IncidentState, ReportState
from routing.domain.procedure import Fallback
from routing.domain.redaction import redact
from routing.domain.triage import Verdict, advice_for, judge
from routing.domain.understanding import Candidate, Channel, Danger, Decision, Understanding
from routing.errors import Conflict
from routing.service.desk import Desk
from routing.service.open_incident import attach, open_incident
from routing.service.record import record
from routing.service.tell import tell_one
from routing.store import incidents, reports, timers
from routing.store.models import Report

log = logging.getLogger(__name__)

ANSWERED = "answered"
CONVERSATIONS = (Channel.SMS, Channel.WHATSAPP, Channel.TELEGRAM)  # people write there in several short messages
STILL_TALKING = timedelta(minutes=10)
LAST_RESORT = 4  # failures after which a report is no longer understood, only given to a person
# Where a question reaches the citizen: on the tracking page, or as a message back.
OPEN_QUESTION = (ReportState.ASKED, ReportState.TALKING)
ASKABLE = (Channel.WEB, Channel.SMS, Channel.WHATSAPP, Channel.TELEGRAM)


@dataclass(frozen=True, slots=True)
class Hearing:
    """What handling needs beside the desk: the classifier, and the public address for links."""

    classifier: Classifier
    base_url: str

    def link(self, report: Report) -> str:
        """The citizen's tracking page."""
        return f"{self.base_url}/suivi/{report.token}"


async def handle(session: AsyncSession, desk: Desk, hearing: Hearing, report_id: int) -> None:
    """Understand one report and act on it. Safe to run twice: only a report that waits for it is handled.

    On the telephone nothing is opened before the caller has confirmed it, unless danger is heard.
    """
    report = await reports.locked(session, report_id)
    talking = report is not None and report.state is ReportState.TALKING
    if report is not None and (report.state is ReportState.RECEIVED or (talking and report.decision is None)):
        read = Understanding(Decision.UNFORESEEN)
        if await timers.attempts(session, timers.Verb.HANDLE, report_id) < LAST_RESORT:
            read = _read(hearing.classifier, report.text, report.channel, report.danger)
        if talking and not read.danger:
            _note(desk, report, read)
            verdict = judge(read, desk.catalogue, can_ask=True)
            report.decision, report.candidates = verdict.decision, list(verdict.ask)
        else:
            await _act(session, desk, hearing, report, read)
    await timers.disarm(session, timers.Verb.HANDLE, report_id)


def _read(classifier: Classifier, text: str, channel: Channel, danger: str | None) -> Understanding:
    try:
        read = classifier.understand(text, channel)
    except Exception:
        # Not understood is not unheard: a person gets the message at once.
        log.exception("understanding failed, a person takes over")
        read = Understanding(Decision.UNFORESEEN)
    if danger and read.danger is None:
        return replace(read, danger=Danger("kept", danger, ""))  # what the rules heard at the door stands
    return read


async def _act(session: AsyncSession, desk: Desk, hearing: Hearing, report: Report, read: Understanding) -> None:
    _note(desk, report, read)
    if not report.danger and await _adds_to_the_last(session, desk, report, read):
        return
    can_ask = report.channel in ASKABLE and (report.channel is Channel.WEB or report.contact is not None)
    verdict = judge(read, desk.catalogue, can_ask=can_ask)
    report.decision = verdict.decision
    second = await second_report(session, report, read.also.text) if read.also else None
    also = (second.reference, hearing.link(second)) if second else None
    await tell_one(session, desk, report, replies.receipt(report.reference, hearing.link(report), report.advice, also))
    if second and read.also:
        await _open_second(session, desk, second, read.also.meaning)
    if verdict.ask:
        await _ask(session, desk, report, verdict)
    else:
        await open_incident(session, desk, report, verdict)


async def _adds_to_the_last(session: AsyncSession, desk: Desk, report: Report, read: Understanding) -> bool:
    """A message that follows another one within minutes and brings no matter of its own belongs to it."""
    if report.channel not in CONVERSATIONS or not report.contact or read.also:
        return False
    before = await reports.previous(session, report, desk.now() - STILL_TALKING)
    incident = await incidents.by_id(session, before.incident_id or 0, lock=True) if before else None
    if before is None or incident is None or incident.state is IncidentState.RESOLVED:
        return False
    if read.decision is Decision.ROUTE and read.procedure != incident.procedure_id:
        return False
    attach(report, incident)
    if incident.place is None and (place := report.place or report.address):
        incident.place, incident.commune = place, incident.commune or report.commune
    if incident.latitude is None:
        incident.latitude, incident.longitude = report.latitude, report.longitude
    await record(session, desk, incident, Event.REPORT, f"{before.reference} ajoute : {redact(report.text, 200)}")
    await tell_one(session, desk, report, replies.ADDED.format(reference=before.reference))
    return True


async def _open_second(session: AsyncSession, desk: Desk, report: Report, read: Understanding) -> None:
    """The message's second matter gets an incident of its own; the citizen's receipt already names it."""
    _note(desk, report, read)
    verdict = judge(read, desk.catalogue, can_ask=False)
    report.decision = verdict.decision
    await open_incident(session, desk, report, verdict)


def _note(desk: Desk, report: Report, read: Understanding) -> None:
    report.confidence = round(read.confidence, 4)
    report.ranking = [{"procedure": item.procedure, "probability": round(item.probability, 4)} for item in read.ranking]
    report.weighed = list(read.weighed)
    report.language, report.model = read.language, read.model
    report.commune, report.place = read.commune, read.place
    report.danger = read.danger.reason if read.danger else None
    report.advice = report.advice or replies.advice(read.danger) or advice_for(read, desk.catalogue)


async def _ask(session: AsyncSession, desk: Desk, report: Report, verdict: Verdict) -> None:
    now = desk.now()
    report.state, report.asked_at, report.candidates = ReportState.ASKED, now, list(verdict.ask)
    await tell_one(session, desk, report, replies.question(verdict.ask, desk.catalogue))
    await timers.arm(session, timers.Verb.UNANSWERED, report.id, now + desk.question_time, now)


async def answer(session: AsyncSession, desk: Desk, report: Report, choice: str) -> None:
    """The citizen chose one of the candidates, or "" for none of them. The report's row must be locked.

    Raises Conflict when the question is over (answered, or a person already took it).
    """
    if report.state not in OPEN_QUESTION or choice not in (*report.candidates, ""):
        raise Conflict("Cette question n'attend plus de réponse")
    report.answer = choice or "none"
    await timers.disarm(session, timers.Verb.UNANSWERED, report.id)
    procedure = desk.catalogue.procedure(choice)
    if procedure is not None:
        report.decision = ANSWERED
        await _open_with(session, desk, report, Verdict(procedure, procedure.id, procedure.severity, Decision.ROUTE))
        return
    plan = desk.catalogue.fallbacks[Fallback.UNFORESEEN]
    await _open_with(session, desk, report, Verdict(plan, None, plan.severity, Decision.UNFORESEEN))


async def answer_late(session: AsyncSession, desk: Desk, report: Report, choice: str) -> bool:
    """The citizen answers what a person already took over: that person reads it. False when all is over."""
    incident = await incidents.by_id(session, report.incident_id or 0, lock=True)
    if incident is None or incident.state is IncidentState.RESOLVED:
        return False
    report.answer = choice or "none"
    procedure = desk.catalogue.procedure(choice)
    said = procedure.title if procedure else replies.NONE_FITS.lower()
    await record(session, desk, incident, Event.REPORT, f"{report.reference} répond à la question : {said}")
    await tell_one(session, desk, report, replies.LATE.format(reference=report.reference))
    return True


async def unanswered(session: AsyncSession, desk: Desk, report_id: int) -> None:
    """The citizen did not answer in time, or the call was lost: a person takes over with what is known."""
    report = await reports.locked(session, report_id)
    if report is None or report.state not in OPEN_QUESTION:
        await timers.disarm(session, timers.Verb.UNANSWERED, report_id)
        return
    if not await timers.is_due(session, timers.Verb.UNANSWERED, report_id, desk.now()):
        return
    await leave_to_a_person(session, desk, report)


async def leave_to_a_person(session: AsyncSession, desk: Desk, report: Report) -> None:
    """Nothing more will be asked: open what was understood so far. The report's row must be locked."""
    verdict = judge(_remembered(report), desk.catalogue, can_ask=False)
    await timers.disarm(session, timers.Verb.UNANSWERED, report.id)
    await _open_with(session, desk, report, verdict)


async def _open_with(session: AsyncSession, desk: Desk, report: Report, verdict: Verdict) -> None:
    incident = await open_incident(session, desk, report, verdict)
    if report.decision == ANSWERED and incident.reports == 1:
        incident.decision = ANSWERED


def _remembered(report: Report) -> Understanding:
    """What was understood of a report, from its row."""
    ranking = tuple(Candidate(item["procedure"], item["probability"]) for item in report.ranking)
    danger = Danger("kept", report.danger, "") if report.danger else None
    return Understanding(Decision(report.decision or Decision.ASK), report.confidence or 0.0, ranking, danger)
