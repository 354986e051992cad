"""An open question, put once to somebody who wrote but has not said what is happening; the answer joins their words.

Its time is that of a closed question: then a person takes over with what is known (``closed_question.unanswered``).
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from intake import inbox, replies
from intake.errors import TooMany
from intake.missing_place import somewhere
from intake.models import LONGEST, Message
from intake.wording import say
from routing.domain.call import Step
from routing.domain.incident import Event, IncidentState, ReportState
from routing.domain.redaction import redact
from routing.domain.understanding import Danger
from routing.errors import Conflict
from routing.service.ask_citizen import answered_by_citizen, answered_so, unanswered
from routing.service.desk import Desk
from routing.service.record import record
from routing.service.resolve import resolve
from routing.service.warn import HOUR
from routing.store import incidents, reports, timers
from routing.store.models import Report

BY = "Vigie"
PATIENCE = timedelta(minutes=30)  # how long what is said still belongs to the place that was named before it


def waits(report: Report) -> bool:
    """Whether the citizen was asked what exactly is happening, and may still answer."""
    return report.state is ReportState.ASKED and not report.candidates


def words(report: Report) -> str:
    """The question: what is happening, at the place that was named if that is all we know."""
    if somewhere(report):
        return say("receipt.what", report.language)
    return replies.open_question(report.asked, report.language)


async def ask(session: AsyncSession, desk: Desk, report: Report) -> None:
    """The question is put, at the end of the receipt or on the tracking page; a person takes over after its time."""
    now = desk.now()
    report.state, report.candidates = ReportState.ASKED, []
    await timers.arm(session, timers.Verb.UNANSWERED, report.id, now + desk.question_time, now)


async def hear(session: AsyncSession, desk: Desk, message: Message, danger: Danger | None) -> Report | None:
    """The report whose open question this message answers, None when it answers none.

    A photo, a position or a sound says nothing by itself: it is kept with the report, and the question goes on.
    """
    speaks = message.text not in (replies.ONLY_MEDIA, replies.ONLY_PLACE)
    report = await reports.asked_of(session, message.contact or "")
    if report is None and speaks:
        report = await _only_somewhere(session, desk, message)
    if report is None or not waits(report):
        return None
    if message.latitude is not None:
        report.latitude, report.longitude = message.latitude, message.longitude
    if speaks:
        await answer(session, desk, report, message.text, danger)
    return report


async def _only_somewhere(session: AsyncSession, desk: Desk, message: Message) -> Report | None:
    """The report that named but a place a few minutes ago, whose card no agent has touched yet: it asks again.

    The card ends; what is said now is understood with the place, and takes its own way.
    """
    since = desk.now() - PATIENCE
    report = await reports.latest_alive(session, message.contact or "", since, message.channel)
    if report is None or Step.WHAT not in report.asked or not somewhere(report):
        return None
    incident = await incidents.by_id(session, report.incident_id or 0, lock=True)
    untouched = incident is not None and incident.state is IncidentState.OPEN and incident.procedure_id is None
    if incident is None or not untouched or incident.reports > 1:
        return None
    report.state, report.incident_id, report.candidates = ReportState.ASKED, None, []
    await session.flush()
    await resolve(session, desk, incident.reference, by=BY, reason=f"précisé par {report.reference}")
    return report


async def answer_on_page(session: AsyncSession, desk: Desk, report: Report, said: str, danger: Danger | None) -> bool:
    """An answer written on the tracking page; True when it is one to an agent. Raises Conflict as ``answer`` does."""
    incident = None if waits(report) else await incidents.by_id(session, report.incident_id or 0, lock=True)
    question = await unanswered(session, report, incident)
    if incident is None or (question is None and not await answered_so(session, report, incident, said)):
        await answer(session, desk, report, said, danger)
        return False
    if question is not None:
        report.advice = replies.emergency(report.language) if danger else report.advice
        await answered_by_citizen(session, desk, question, incident, report, said, alarming=danger is not None)
    return True


async def answer(session: AsyncSession, desk: Desk, report: Report, said: str, danger: Danger | None) -> None:
    """The citizen says more: all their words are understood again, together. The report's row must be locked.

    The same words twice (a second click) are one answer. Raises Conflict when nothing was asked, or the matter is over,
    and TooMany.
    """
    if report.text.endswith(f". {said}"):
        return
    if not waits(report):
        await _answer_late(session, desk, report, said, danger)
        return
    standing_in = report.text in (replies.ONLY_PLACE, replies.ONLY_MEDIA)
    report.text = said if standing_in else f"{report.text}. {said}"[:LONGEST]
    if danger:
        report.danger, report.advice = danger.reason, replies.emergency(report.language)
    await understand_again(session, desk, report)


async def understand_again(session: AsyncSession, desk: Desk, report: Report) -> None:
    """The question is over: the report is handled as one that has just come in."""
    now = desk.now()
    report.state, report.decision = ReportState.RECEIVED, None
    await timers.disarm(session, timers.Verb.UNANSWERED, report.id)
    boost = inbox.DANGER_BOOST if report.danger else 0
    await timers.arm(session, timers.Verb.HANDLE, report.id, now, now, boost=boost)


async def _answer_late(session: AsyncSession, desk: Desk, report: Report, text: str, danger: Danger | None) -> None:
    """A person took over meanwhile: whoever reads the threads reads the answer, as many an hour as of a number."""
    incident = await incidents.by_id(session, report.incident_id or 0, lock=True)
    if Step.WHAT not in report.asked or incident is None or incident.state is IncidentState.RESOLVED:
        raise Conflict("Cette question n'attend plus de réponse")
    if danger:
        report.advice = replies.emergency(report.language)
    elif await _answered_much(session, desk, report):
        raise TooMany(say("follow.too_many", report.language))
    report.text = f"{report.text}. {text}"[:LONGEST]
    said = f"{_answers(report)} : {redact(text, 300)}"
    await record(session, desk, incident, Event.REPORT, said, broadcast=danger is not None)


async def _answered_much(session: AsyncSession, desk: Desk, report: Report) -> bool:
    lines = await incidents.lines_since(session, report.incident_id or 0, _answers(report), desk.now() - HOUR)
    return lines >= desk.most_of_a_number


def _answers(report: Report) -> str:
    return f"{report.reference} répond à la question"
