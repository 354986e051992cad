"""What every written door does with a message: safety words at once, an answer recognised, a report kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from intake import beside, closed_question, inbox, missed_call, open_question, replies
from intake.answers import after_no, says_no, says_yes, wants_a_person
from intake.beside import Aside, aside_in
from intake.models import Message
from intake.news_asked import Asked
from intake.ports import House
from intake.wishes import Wish
from intake.wording import say
from routing.domain.incident import IncidentState
from routing.domain.understanding import Channel, Danger
from routing.service.ask_citizen import ASK, answered_by_citizen
from routing.service.desk import Desk
from routing.service.outcome import REOPENS_FOR, not_solved, solved
from routing.service.resolve import FIXED
from routing.service.tell import tell_one
from routing.store import incidents, reports
from routing.store.models import CitizenMessage, Report

SHORT_YES = 4  # words; a longer message that begins with a yes may be about something else
LATE = timedelta(days=1)  # a digit that comes this long after the question is still its answer


@dataclass(frozen=True, slots=True)
class Taken:
    """What the citizen can be told at once. ``safety`` comes before every other word.

    ``said``: what the door answers by itself; there may be no report then, nor a reference.
    """

    reference: str
    token: str
    safety: str | None
    danger: Danger | None
    said: str | None = None


async def take(house: House, message: Message) -> Taken:
    """Keep one message. The fixed rules are read first: their words do not need the database to be there."""
    danger = house.danger(message.text)
    safety = replies.advice(danger)
    aside = None if danger else aside_in(message)
    said = ""

    async def work(session: AsyncSession) -> Report | None:
        nonlocal said
        desk = house.desk
        kept = await inbox.keep_event(session, desk, message)
        if kept.event is None:
            return kept.known
        continued = None
        if aside is None:
            continued = await _says_more(session, desk, message, danger)
        if continued is None and not danger and not _is_certain(aside, message):
            continued = await _continues(session, desk, message)
        if continued is None and aside is not None:
            told = await beside.hear(session, desk, house.base_url, message, aside)
            continued, said = (told.report, told.words) if told else (None, "")
            if told is not None and told.report is None:
                return None
        if continued is None and not danger and await missed_call.was_a_mistake(session, desk, message):
            said = say("call.mistake")
            return None
        if continued is None and not danger:
            await beside.asks_besides(session, desk, house.base_url, message)
        report = continued or await inbox.open_report(session, desk, message, danger, safety)
        await missed_call.answered(session, desk, report)
        await inbox.belongs_to(session, kept, report)
        await inbox.attach(session, desk, message, report)
        return report

    report: Report | None = await house.run(work)
    if report is None:
        return Taken("", "", None, None, said or None)
    return Taken(report.reference, report.token, safety, danger, said or None)


def _is_certain(aside: Aside | None, message: Message) -> bool:
    """Whether it answers no question of ours; "pas de nouvelles" may be an answer to an agent's."""
    return isinstance(aside, Wish) or (isinstance(aside, Asked) and "?" in message.text)


async def _says_more(session: AsyncSession, desk: Desk, message: Message, danger: Danger | None) -> Report | None:
    """The report whose open question this message answers. Danger in the answer is heard before all else."""
    if message.channel is Channel.WEB or not message.contact or (wants_a_person(message.text) and not danger):
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
