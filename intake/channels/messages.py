"""What every written door does with a message: safety words at once, an answer recognised, a report kept."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from intake import closed_question, inbox, open_question, replies
from intake.answers import after_no, says_no, says_yes, wants_a_person
from intake.follow_ups import CONVERSATIONS
from intake.models import Message
from intake.ports import DangerRules
from intake.small_talk import says_nothing
from intake.wording import say
from routing.domain.incident import Event, IncidentState
from routing.domain.redaction import redact
from routing.domain.understanding import Channel, Danger
from routing.service.ask_citizen import ASK, answered_by_citizen
from routing.service.desk import Desk
from routing.service.outcome import REOPENS_FOR, not_solved, solved
from routing.service.record import record
from routing.service.resolve import FIXED
from routing.service.tell import tell_one
from routing.store import incidents, reports
from routing.store.models import CitizenMessage, Report

LONE_NUMBER = re.compile(r"[1-9]\d?")  # the answer to a question that nobody put
SHORT_YES = 4  # words; a longer message that begins with a yes may be about something else
LATE = timedelta(days=1)  # a digit that comes this long after the question is still its answer


@dataclass(frozen=True, slots=True)
class Taken:
    """What the citizen can be told at once. ``safety`` comes before every other word.

    ``greeting``: somebody we do not know only greets; there is no report, and it is for the door to greet back.
    """

    reference: str
    token: str
    safety: str | None
    danger: Danger | None
    greeting: bool = False


class Transaction(Protocol):
    """Runs work in one transaction, once more if the connection was dead."""

    async def __call__(self, work: Callable[[AsyncSession], Awaitable[Report | None]]) -> Report | None:
        """The result of ``work`` once it is committed."""
        ...


async def take(run: Transaction, desk: Desk, rules: DangerRules, message: Message) -> Taken:
    """Keep one message. The fixed rules are read first: their words do not need the database to be there."""
    danger = rules(message.text)
    safety = replies.advice(danger)
    greets = False

    async def work(session: AsyncSession) -> Report | None:
        nonlocal greets
        kept = await inbox.keep_event(session, desk, message)
        if kept.known is not None:
            return kept.known
        continued = await _says_more(session, desk, message, danger)
        if continued is None and not danger:
            continued = await _continues(session, desk, message)
        if continued is None and not danger and _only_greets(message):
            continued = await _beside(session, desk, message)
            if continued is None:
                greets = kept.event is not None  # told twice, greeted once
                return None
        report = continued or await inbox.open_report(session, desk, message, danger, safety)
        await inbox.belongs_to(session, kept, report)
        await inbox.attach(session, desk, message, report)
        return report

    report = await run(work)
    return Taken(report.reference, report.token, safety, danger) if report else Taken("", "", None, None, greets)


def _only_greets(message: Message) -> bool:
    """A greeting, thanks, or a lone number, where people write in several short messages."""
    if message.channel not in CONVERSATIONS or message.contact is None or message.pieces:
        return False
    return message.latitude is None and (says_nothing(message.text) or bool(LONE_NUMBER.fullmatch(message.text)))


async def _beside(session: AsyncSession, desk: Desk, message: Message) -> Report | None:
    """The report that somebody greets or thanks about, whose agents read it; None for somebody we do not know."""
    report = await reports.lately(session, message.contact or "", desk.now() - REOPENS_FOR)
    incident = await incidents.by_id(session, report.incident_id or 0, lock=True) if report else None
    if report is not None and incident is not None and incident.state is not IncidentState.RESOLVED:
        said = f"{report.reference} ajoute : {redact(message.text, 200)}"
        await record(session, desk, incident, Event.REPORT, said)
    return report


async def _says_more(session: AsyncSession, desk: Desk, message: Message, danger: Danger | None) -> Report | None:
    """The report whose open question this message answers. Danger in the answer is heard before all else."""
    aside = _only_greets(message) or wants_a_person(message.text)
    if message.channel is Channel.WEB or not message.contact or (aside and not danger):
        return None
    return await open_question.hear(session, desk, message, danger)


async def _continues(session: AsyncSession, desk: Desk, message: Message) -> Report | None:
    """The report this message goes on about: a wish for a person, an answer; None when it is one of its own."""
    if message.channel is Channel.WEB or not message.contact:
        return None
    if wants_a_person(message.text):
        return await _wants_a_person(session, desk, message.contact, message.channel)
    answered = await _answered(session, desk, message.contact, message.text, message.channel)
    return answered or await _answered_question(session, desk, message.contact, message.text)


async def _wants_a_person(session: AsyncSession, desk: Desk, contact: str, channel: Channel) -> Report | None:
    asked = await reports.asked_of(session, contact)
    report = asked or await reports.latest_alive(session, contact, desk.now() - LATE, channel)
    if report is not None:
        await closed_question.hand_to_a_person(session, desk, report)
    return report  # None: a report of its own is opened for the wish, and given to a person


async def _answered(session: AsyncSession, desk: Desk, contact: str, text: str, door: Channel) -> Report | None:
    """The report whose closed question this message answers. Where no button says so, the answer is acknowledged."""
    if len(text) > 3:
        return None
    asked = await reports.asked_of(session, contact)
    late = None if asked else await reports.lately_asked(session, contact, desk.now() - LATE)
    report = asked or late
    if report is None or open_question.waits(report) or (choice := replies.chosen(text, report.candidates)) is None:
        return None
    if asked:
        if door in (Channel.SMS, Channel.WHATSAPP):
            await tell_one(session, desk, report, say("added", report.language, reference=report.reference))
        await closed_question.answer(session, desk, report, choice)
        return report
    return report if await closed_question.answer_late(session, desk, report, choice) else None


async def _answered_question(session: AsyncSession, desk: Desk, contact: str, text: str) -> Report | None:
    """The report about which an agent asked, or of which we asked whether it is solved: the newer question counts."""
    agents = await reports.open_question(session, contact, ASK, desk.now() - LATE)
    ours = await reports.open_question(session, contact, FIXED, desk.now() - REOPENS_FOR)
    if agents and not (ours and ours[0].id > agents[0].id):
        return await _answered_agent(session, desk, *agents, text)
    return await _told_outcome(session, desk, *ours, text) if ours else None


async def _answered_agent(
    session: AsyncSession, desk: Desk, question: CitizenMessage, report: Report, text: str
) -> Report | None:
    incident = await incidents.by_id(session, report.incident_id or 0, lock=True)
    if incident is None or incident.state is IncidentState.RESOLVED:
        return None
    await answered_by_citizen(session, desk, question, incident, report, text)
    return report


async def _told_outcome(
    session: AsyncSession, desk: Desk, question: CitizenMessage, report: Report, text: str
) -> Report | None:
    if says_no(text):
        await not_solved(session, desk, report, after_no(text))
    elif says_yes(text) and len(text.split()) <= SHORT_YES:
        await solved(session, desk, report)
    else:
        return None
    question.answered_at = desk.now()
    return report
