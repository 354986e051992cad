"""What every written door does with a message: safety words at once, an answer recognised, a report kept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from intake import handle, inbox, replies
from intake.models import Message
from intake.ports import DangerRules
from routing.domain.incident import IncidentState
from routing.domain.understanding import Channel, Danger
from routing.service.ask_citizen import ASK, answered_by_citizen
from routing.service.desk import Desk
from routing.store import incidents, reports
from routing.store.models import Report

LATE = timedelta(days=1)  # a digit that comes this long after the question is still its answer


@dataclass(frozen=True, slots=True)
class Taken:
    """What the citizen can be told at once. ``safety`` comes before every other word."""

    reference: str
    token: str
    safety: str | None
    danger: Danger | None


class Transaction(Protocol):
    """Runs work in one transaction, once more if the connection was dead."""

    async def __call__(self, work: Callable[[AsyncSession], Awaitable[Report]]) -> Report:
        """The result of ``work`` once it is committed."""
        ...


async def take(run: Transaction, desk: Desk, rules: DangerRules, message: Message) -> Taken:
    """Keep one message. The fixed rules are read first: their words do not need the database to be there."""
    danger = rules(message.text)
    safety = replies.advice(danger)

    async def work(session: AsyncSession) -> Report:
        kept = await inbox.keep_event(session, desk, message)
        if kept.known is not None:
            return kept.known
        answered = None if danger else await _answered(session, desk, message)
        answered = answered or (None if danger else await _answered_agent(session, desk, message))
        report = answered or await inbox.open_report(session, desk, message, danger, safety)
        await inbox.belongs_to(session, kept, report)
        await inbox.attach(session, desk, message, report)
        return report

    report = await run(work)
    return Taken(report.reference, report.token, safety, danger)


async def _answered(session: AsyncSession, desk: Desk, message: Message) -> Report | None:
    """The report whose question this message answers, None when it is a message of its own."""
    if message.channel is Channel.WEB or not message.contact or len(message.text) > 3:
        return None
    asked = await reports.asked_of(session, message.contact)
    late = None if asked else await reports.lately_asked(session, message.contact, desk.now() - LATE)
    report = asked or late
    if report is None or (choice := replies.chosen(message.text, report.candidates)) is None:
        return None
    if asked:
        await handle.answer(session, desk, report, choice)
        return report
    return report if await handle.answer_late(session, desk, report, choice) else None


async def _answered_agent(session: AsyncSession, desk: Desk, message: Message) -> Report | None:
    """The report about which an agent put the question that this message answers."""
    if message.channel is Channel.WEB or not message.contact:
        return None
    asked = await reports.open_question(session, message.contact, ASK, desk.now() - LATE)
    if asked is None:
        return None
    question, report = asked
    incident = await incidents.by_id(session, report.incident_id or 0, lock=True)
    if incident is None or incident.state is IncidentState.RESOLVED:
        return None
    await answered_by_citizen(session, desk, question, incident, report, message.text)
    return report
