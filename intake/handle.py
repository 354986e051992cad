"""A kept report is understood, then opened as an incident, or its citizen is asked one question."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from intake import closed_question, follow_ups, open_question, replies, same_place
from intake.answers import wants_a_person
from intake.apart import understood_apart
from intake.exchange import Known, next_step
from intake.inbox import second_report
from intake.listen import awaited
from intake.missing_place import lacks_place, lacks_place_on_the_line, somewhere
from intake.news_asked import matter_beside
from intake.ports import Classifier
from intake.readings import settled
from intake.small_talk import beside_the_wish
from intake.wording import DEFAULT, say, spoken
from routing.domain.attachment import Kind
from routing.domain.call import Step
from routing.domain.competence import SOMEWHERE
from routing.domain.incident import ReportState
from routing.domain.redaction import hidden_words, plain
from routing.domain.triage import Verdict, judge
from routing.domain.understanding import Channel, Danger, Decision, Understanding
from routing.service.desk import Desk
from routing.service.open_incident import competence_of, open_incident
from routing.service.tell import door_back, tell_one
from routing.store import attachments, calls, reports, timers
from routing.store.models import Incident, Report

log = logging.getLogger(__name__)

LAST_RESORT = 4  # failures after which a report is no longer understood, only given to a person
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


async def handle(session: AsyncSession, desk: Desk, hearing: Hearing, report_id: int) -> Incident | None:
    """Understand one report and act on it. Safe to run twice: only a report that waits for it is handled.

    On the telephone nothing is opened before the caller has confirmed it, unless danger is heard. Returns the incident
    that the report opened or joined.
    """
    incident = None
    report = await reports.locked(session, report_id)
    talking = report is not None and report.state is ReportState.TALKING
    if report is not None and (report.state is ReportState.RECEIVED or (talking and report.decision is None)):
        if hearing.listens and not talking and await awaited(session, desk, report):
            return None
        read = Understanding(Decision.UNFORESEEN)
        if replies.wordless(report.text) or report.text == replies.ONLY_PLACE:  # what stands for words means nothing
            pictures = {piece.kind for piece in await attachments.of_report(session, report.id)} <= {Kind.PHOTO}
            read = replace(read, vague=report.text == replies.ONLY_MEDIA and pictures)
        elif await timers.attempts(session, timers.Verb.HANDLE, report_id) < LAST_RESORT:
            read = _read(hearing.classifier, await _matter(session, report), report.channel, report.danger)
            chosen = await calls.chosen_language(session, report.contact)
            other = partial(_read_other, hearing.classifier, report.channel)
            read = settled(read, report.heard, other, asked=talking)
            read = _mended(report, read, other, asked=talking)
            read = replace(read, language=chosen or read.language)
        if talking and not read.danger:
            read = _note(desk, report, read)
            if somewhere(report):
                read = replace(read, decision=Decision.UNFORESEEN)
            verdict = judge(read, desk.catalogue, can_ask=True)
            # Which commune is asked for with the place, in the caller's own words.
            report.decision = verdict.decision
            report.candidates = list(verdict.ask) if verdict.decision is Decision.ASK else []
            report.heard = {**(report.heard or {}), "also": read.also.text if read.also else None}
        else:
            incident = await _act(session, desk, hearing, report, read)
    await timers.disarm(session, timers.Verb.HANDLE, report_id)
    return incident


async def _matter(session: AsyncSession, report: Report) -> str:
    """What a message tells; its question where an earlier report stands was answered at the door."""
    beside = matter_beside(report.text) if report.contact else None
    if beside is None or len(await reports.of_person(session, report.channel, report.contact or "", 2)) < 2:
        return report.text
    return beside[0]


def _mended(
    report: Report, read: Understanding, other: Callable[[str], Understanding], *, asked: bool
) -> Understanding:
    """Answers to our questions are understood apart from what they answer."""
    if not report.asked:
        return read
    apart = understood_apart(report.text, read, report.heard, other, asked=asked)
    report.heard = {**(report.heard or {}), "nameless": apart.nameless}
    return apart.read


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


async def _act(
    session: AsyncSession, desk: Desk, hearing: Hearing, report: Report, read: Understanding
) -> Incident | None:
    read = _note(desk, report, read)
    if not report.danger and (
        await follow_ups.set_aside(session, desk, report)
        or await follow_ups.adds_to_the_last(session, desk, report, read)
    ):
        return None
    before = await same_place.told_before(session, desk, report)
    wanted = not report.danger and wants_a_person(report.text)
    nameless = not report.danger and somewhere(report)
    if wanted or nameless:
        verdict = _for_a_person(desk, report, read, named=not nameless)
    else:
        verdict = judge(read, desk.catalogue, can_ask=_can_choose(report))
    report.decision = verdict.decision
    report.told = _told(desk, report, verdict)
    step = _next(desk, report, verdict, vague=not wanted and (read.vague or nameless))
    second = await second_report(session, report, read.also.text) if read.also else None
    also = (second.reference, hearing.link(second)) if second else None
    await tell_one(session, desk, report, _receipt(report, hearing.link(report), also, step, wanted=wanted))
    if second and read.also:
        await _open_second(session, desk, second, read.also.meaning)
    if step is Step.CHOOSE:
        await closed_question.ask(session, desk, report, verdict)
        return None
    if step is Step.WHAT:
        await open_question.ask(session, desk, report)
        return None
    incident = await open_incident(session, desk, report, verdict)
    if wanted:
        await closed_question.note_wish(session, desk, incident, report)
    if before is not None:
        same_place.note(incident, report, before)
    await follow_ups.note_language(session, desk, incident, report)
    return incident


def _for_a_person(desk: Desk, report: Report, read: Understanding, *, named: bool) -> Verdict:
    """An agent reads it; the matter ``named`` beside the wish for one takes its own way, if it is clear."""
    verdict = judge(read, desk.catalogue, can_ask=False) if named and beside_the_wish(report.text) else None
    if verdict is not None and verdict.procedure is not None:
        return verdict
    return closed_question.to_confirm(desk)


def _receipt(report: Report, link: str, also: tuple[str, str] | None, step: Step, *, wanted: bool) -> str:
    if wanted:
        if report.channel is Channel.VOICE:  # nobody writes back to a caller
            return say("call.kept", report.language, reference=report.reference)
        return say("person.comes", report.language, reference=report.reference)
    safety, language = report.advice, report.language
    said = replies.receipt(
        report.reference,
        link,
        safety,
        also,
        asks=_asks(report, step),
        told=report.told,
        language=language,
        again=step is not Step.WHAT and Step.WHAT in report.asked and report.channel in ASKABLE,
    )
    if spoken(report.language) is None:  # a language we do not have: English is the likelier one to be read beside
        said += f"\n{replies.receipt(report.reference, link, None, language='en')}"
    return said


def _asks(report: Report, step: Step) -> str | None:
    if step is Step.WHAT:
        return open_question.words(report)
    where = "call.where" if replies.wordless(report.text) else "receipt.where"
    return say(where, report.language) if step is Step.WHERE else None


def _told(desk: Desk, report: Report, verdict: Verdict) -> str | None:
    """Who is competent instead of us, in French; nothing to somebody who must call the rescue services first."""
    if report.advice or spoken(report.language) != DEFAULT:
        return None
    return competence_of(desk, report, verdict).told


def _can_ask(report: Report) -> bool:
    """Whether a question can be put: there is a way back, and words in their language."""
    back = report.channel is Channel.WEB or report.contact is not None
    return report.channel in ASKABLE and back and spoken(report.language) is not None


def _can_choose(report: Report) -> bool:
    """Whether a closed question can be put: its words are French."""
    return _can_ask(report) and spoken(report.language) == DEFAULT


def _next(desk: Desk, report: Report, verdict: Verdict, *, vague: bool) -> Step:
    """The question to put to somebody who wrote, if any; the place is asked for beside the receipt."""
    lacks = lacks_place_on_the_line if report.channel is Channel.VOICE else lacks_place
    known = Known(
        named=verdict.procedure is not None,
        doubtful=bool(verdict.ask),
        placeless=door_back(report) is not None and lacks(desk, report, verdict.procedure),
        obscure=vague and _can_ask(report),
        danger=report.danger is not None,
        asked=report.asked,
    )
    step = next_step(known)
    if step in (Step.CHOOSE, Step.WHAT, Step.WHERE):
        both = step is Step.WHAT and lacks_place_on_the_line(desk, report, None)  # one question: what, and where
        report.asked = [*report.asked, step, *([Step.WHERE] if both else [])]
    return step


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
    hidden = hidden_words(report.text)
    report.weighed = [word for word in read.weighed if plain(word) not in hidden]
    report.language, report.model = read.language, read.model
    report.commune, report.place = read.commune, read.place
    report.communes, report.elsewhere = list(read.communes), read.elsewhere
    report.danger = read.danger.reason if read.danger else None
    if report.danger:
        report.advice = replies.emergency(read.language)
    if not somewhere(report):  # what a name of a street alone resembles is nothing to warn of
        report.advice = report.advice or replies.advice_about(read, desk.catalogue)
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
