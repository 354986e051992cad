"""A kept report is understood, then opened as an incident, or its citizen is asked one question."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from intake import follow_ups, replies
from intake.answers import wants_a_person
from intake.exchange import Known, next_step
from intake.inbox import second_report
from intake.listen import awaited
from intake.ports import Classifier
from intake.readings import settled
from intake.wording import DEFAULT, say, spoken
from routing.domain.call import Step
from routing.domain.competence import COMMUNE_IN_DOUBT, SOMEWHERE
from routing.domain.incident import Event, IncidentState, ReportState
from routing.domain.procedure import Fallback, Severity
from routing.domain.triage import Verdict, advice_for, judge
from routing.domain.understanding import Candidate, Channel, Danger, Decision, Understanding
from routing.errors import Conflict
from routing.service.desk import Desk
from routing.service.open_incident import competence_of, open_incident
from routing.service.record import record
from routing.service.tell import tell_one
from routing.store import incidents, reports, timers
from routing.store.models import Incident, Report

log = logging.getLogger(__name__)

ANSWERED = "answered"
LAST_RESORT = 4  # failures after which a report is no longer understood, only given to a person
# Where a question reaches the citizen: on the tracking page, or as a message back.
OPEN_QUESTION = (ReportState.ASKED, ReportState.TALKING)
ASKABLE = (Channel.WEB, Channel.SMS, Channel.WHATSAPP, Channel.TELEGRAM)


@dataclass(frozen=True, slots=True)
class Hearing:
    """What handling needs beside the desk: the classifier, the public address for links, whether sounds are heard."""

    classifier: Classifier
    base_url: str
    listens: bool = False

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
        if hearing.listens and not talking and await awaited(session, desk, report):
            return
        read = Understanding(Decision.UNFORESEEN)
        if await timers.attempts(session, timers.Verb.HANDLE, report_id) < LAST_RESORT:
            read = _read(hearing.classifier, report.text, report.channel, report.danger)
            read = settled(read, report.heard, partial(_read_other, hearing.classifier, report.channel), asked=talking)
        if talking and not read.danger:
            read = _note(desk, report, read)
            verdict = judge(read, desk.catalogue, can_ask=True)
            # Which commune is asked for with the place, in the caller's own words.
            report.decision = verdict.decision
            report.candidates = list(verdict.ask) if verdict.decision is Decision.ASK else []
        else:
            await _act(session, desk, hearing, report, read)
    await timers.disarm(session, timers.Verb.HANDLE, report_id)


def _read_other(classifier: Classifier, channel: Channel, text: str) -> Understanding:
    return _read(classifier, text, channel, None)


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
    read = _note(desk, report, read)
    if not report.danger and (
        await follow_ups.set_aside(session, desk, report)
        or await follow_ups.adds_to_the_last(session, desk, report, read)
    ):
        return
    wanted = not report.danger and wants_a_person(report.text)
    verdict = person_verdict(desk) if wanted else judge(read, desk.catalogue, can_ask=_can_ask(report))
    report.decision = verdict.decision
    report.told = _told(desk, report, verdict)
    step = _next(desk, report, verdict)
    second = await second_report(session, report, read.also.text) if read.also else None
    also = (second.reference, hearing.link(second)) if second else None
    if not (wanted and report.channel is Channel.VOICE):  # that caller is being put through
        await tell_one(session, desk, report, _receipt(report, hearing.link(report), also, step, wanted=wanted))
    if second and read.also:
        await _open_second(session, desk, second, read.also.meaning)
    if step is Step.CHOOSE:
        await _ask(session, desk, report, verdict)
        return
    incident = await open_incident(session, desk, report, verdict)
    await follow_ups.note_language(session, desk, incident, report)


def _receipt(report: Report, link: str, also: tuple[str, str] | None, step: Step, *, wanted: bool) -> str:
    if wanted:
        return say("person.comes", report.language, reference=report.reference)
    safety, language = report.advice, report.language
    said = replies.receipt(
        report.reference, link, safety, also, where=step is Step.WHERE, told=report.told, language=language
    )
    if spoken(report.language) is None:  # a language we do not have: English is the likelier one to be read beside
        said += f"\n{replies.receipt(report.reference, link, None, language='en')}"
    return said


def _told(desk: Desk, report: Report, verdict: Verdict) -> str | None:
    """Who is competent instead of us, in French; nothing to somebody who must call the rescue services first."""
    if report.advice or spoken(report.language) != DEFAULT:
        return None
    return competence_of(desk, report, verdict).told


def _can_ask(report: Report) -> bool:
    """Whether a closed question can be put: there is a way back, and its French words can be read."""
    back = report.channel is Channel.WEB or report.contact is not None
    return report.channel in ASKABLE and back and spoken(report.language) == DEFAULT


def _next(desk: Desk, report: Report, verdict: Verdict) -> Step:
    """The question to put to somebody who wrote, if any; the place is asked for beside the receipt."""
    known = Known(
        named=verdict.procedure is not None,
        doubtful=bool(verdict.ask),
        placeless=report.channel in follow_ups.CONVERSATIONS and lacks_place(desk, report, verdict.procedure),
        danger=report.danger is not None,
        asked=report.asked,
    )
    step = next_step(known)
    if step in (Step.CHOOSE, Step.WHERE):
        report.asked = [*report.asked, step]
    return step


def lacks_place(desk: Desk, report: Report, procedure_id: str | None) -> bool:
    """Whether the matter has a place that nobody said, or that may be in several communes; information has none."""
    procedure = desk.catalogue.procedure(procedure_id)
    asks = procedure is not None and procedure.severity is not Severity.INFO
    in_doubt = bool(report.communes) and report.commune is None
    return asks and (in_doubt or not (report.place or report.address or report.latitude))


def person_verdict(desk: Desk) -> Verdict:
    """What is opened for somebody who wants a person and said nothing else: an agent reads it."""
    plan = desk.catalogue.fallbacks[Fallback.TO_CONFIRM]
    return Verdict(plan, None, plan.severity, Decision.ASK)


async def _open_second(session: AsyncSession, desk: Desk, report: Report, read: Understanding) -> None:
    """The message's second matter gets an incident of its own; the citizen's receipt already names it."""
    read = _note(desk, report, read)
    verdict = judge(read, desk.catalogue, can_ask=False)
    report.decision = verdict.decision
    await open_incident(session, desk, report, verdict)


def _note(desk: Desk, report: Report, read: Understanding) -> Understanding:
    """Keep what was understood; returns it with what a position sent along says of the commune."""
    read = _located(desk, report, read)
    report.confidence = round(read.confidence, 4)
    report.ranking = [{"procedure": item.procedure, "probability": round(item.probability, 4)} for item in read.ranking]
    report.weighed = list(read.weighed)
    report.language, report.model = read.language, read.model
    report.commune, report.place = read.commune, read.place
    report.communes, report.elsewhere = list(read.communes), read.elsewhere
    report.danger = read.danger.reason if read.danger else None
    if report.danger:
        report.advice = replies.emergency(read.language)
    report.advice = report.advice or advice_for(read, desk.catalogue)
    return read


def _located(desk: Desk, report: Report, read: Understanding) -> Understanding:
    """The very spot that was heard becomes the report's position; a position that was sent tells the commune."""
    if report.latitude is None or report.longitude is None:
        if read.point:
            report.latitude, report.longitude = read.point
        return read
    area = desk.catalogue.area
    if area is None or read.commune:
        return read
    commune = area.commune_at(report.latitude, report.longitude)
    if commune is None:
        return replace(read, communes=(), elsewhere=read.elsewhere or SOMEWHERE)
    return replace(read, commune=commune, communes=(), elsewhere=None)


async def _ask(session: AsyncSession, desk: Desk, report: Report, verdict: Verdict) -> None:
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
        if report.channel is not Channel.VOICE and _next(desk, report, verdict) is Step.WHERE:
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
        said = f"{report.reference} demande à parler à une personne"
        await record(session, desk, incident, Event.REPORT, said, broadcast=True)
    await tell_one(session, desk, report, say("person.comes", report.language, reference=report.reference))


async def answer_late(session: AsyncSession, desk: Desk, report: Report, choice: str) -> bool:
    """The citizen answers what a person already took over: that person reads it. False when all is over."""
    incident = await incidents.by_id(session, report.incident_id or 0, lock=True)
    if incident is None or incident.state is IncidentState.RESOLVED:
        return False
    if replies.about_communes(report.candidates, desk.catalogue):
        report.asked_at = None
        _settle_commune(report, incident, choice)
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
