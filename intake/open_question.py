"""An open question, put once to somebody who wrote but has not said what is happening; the answer joins their words.

Its time is that of a closed question: then a person takes over with what is known (``closed_question.unanswered``).
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from intake import inbox, replies
from intake.models import LONGEST, Message
from routing.domain.call import Step
from routing.domain.incident import Event, IncidentState, ReportState
from routing.domain.redaction import redact
from routing.domain.understanding import Danger
from routing.errors import Conflict
from routing.service.ask_citizen import answered_by_citizen, answered_so, unanswered
from routing.service.desk import Desk
from routing.service.record import record
from routing.store import incidents, reports, timers
from routing.store.models import Report


def waits(report: Report) -> bool:
    """Whether the citizen was asked what exactly is happening, and may still answer."""
    return report.state is ReportState.ASKED and not report.candidates


async def ask(session: AsyncSession, desk: Desk, report: Report) -> None:
    """The question is put, at the end of the receipt or on the tracking page; a person takes over after its time."""
    now = desk.now()
    report.state, report.candidates = ReportState.ASKED, []
    await timers.arm(session, timers.Verb.UNANSWERED, report.id, now + desk.question_time, now)


async def hear(session: AsyncSession, desk: Desk, message: Message, danger: Danger | None) -> Report | None:
    """The report whose open question this message answers, None when it answers none.

    A photo, a position or a sound says nothing by itself: it is kept with the report, and the question goes on.
    """
    report = await reports.asked_of(session, message.contact or "")
    if report is None or not waits(report):
        return None
    if message.latitude is not None:
        report.latitude, report.longitude = message.latitude, message.longitude
    if message.text not in (replies.ONLY_MEDIA, replies.ONLY_PLACE):
        await answer(session, desk, report, message.text, danger)
    return report


async def answer_on_page(session: AsyncSession, desk: Desk, report: Report, words: str, danger: Danger | None) -> bool:
    """An answer written on the tracking page; True when it is one to an agent. Raises Conflict as ``answer`` does."""
    incident = None if waits(report) else await incidents.by_id(session, report.incident_id or 0, lock=True)
    question = await unanswered(session, report, incident)
    if incident is None or (question is None and not await answered_so(session, report, incident, words)):
        await answer(session, desk, report, words, danger)
        return False
    if question is not None:
        report.advice = replies.emergency(report.language) if danger else report.advice
        await answered_by_citizen(session, desk, question, incident, report, words, alarming=danger is not None)
    return True


async def answer(session: AsyncSession, desk: Desk, report: Report, words: str, danger: Danger | None) -> None:
    """The citizen says more: all their words are understood again, together. The report's row must be locked.

    The same words twice (a second click) are one answer. Raises Conflict when nothing was asked, or the matter is over.
    """
    if report.text.endswith(f". {words}"):
        return
    if not waits(report):
        await _answer_late(session, desk, report, words, danger)
        return
    report.text = f"{report.text}. {words}"[:LONGEST]
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


async def _answer_late(session: AsyncSession, desk: Desk, report: Report, words: str, danger: Danger | None) -> None:
    """A person took over meanwhile: whoever reads the threads reads the answer."""
    incident = await incidents.by_id(session, report.incident_id or 0, lock=True)
    if Step.WHAT not in report.asked or incident is None or incident.state is IncidentState.RESOLVED:
        raise Conflict("Cette question n'attend plus de réponse")
    if danger:
        report.advice = replies.emergency(report.language)
    report.text = f"{report.text}. {words}"[:LONGEST]
    said = f"{report.reference} répond à la question : {redact(words, 300)}"
    await record(session, desk, incident, Event.REPORT, said, broadcast=danger is not None)
