"""What the tracking page says: what a citizen may know of their report, nothing about who in the city does it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from intake import open_question, replies
from intake.wording import DEFAULT, say, spoken
from routing.domain.attachment import AttachmentState, Kind
from routing.domain.incident import DispatchState, Event, IncidentState, ReportState
from routing.service.ask_citizen import reply, unanswered
from routing.service.desk import Desk
from routing.service.outcome import can_reopen
from routing.service.resolve import reason_for
from routing.service.withdraw import WITHDRAWN
from routing.store import attachments, incidents, reports
from routing.store.models import Attachment, Incident, Report, TimelineEntry


@dataclass(frozen=True, slots=True)
class News:
    """One line of the tracking page; ``at`` is wall-clock time in the city's zone."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Tracking:
    """What the tracking page shows, in ``language``.

    ``candidates`` are (choice, label) to choose from, empty when not asked; ``open_question`` (ours) and
    ``agent_asks`` (an agent's) are answered in words;
    ``told`` says who is competent instead of us; ``others`` are (reference, token) of the same message's other matters;
    ``pieces`` says what came beside the words, and ``unread`` (keys of words) what could not be read. ``can_reopen``:
    it is over, and the citizen may still say that it is not solved.
    """

    reference: str
    state: str
    label: str
    text: str
    advice: str | None
    language: str = DEFAULT
    news: list[News] = field(default_factory=list)
    candidates: list[tuple[str, str]] = field(default_factory=list)
    which_commune: bool = False
    open_question: str | None = None
    agent_asks: str | None = None
    told: str | None = None
    resolution: str | None = None
    others: list[tuple[str, str]] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    can_reopen: bool = False


async def tracking_of(session: AsyncSession, desk: Desk, report: Report) -> Tracking:
    """The tracking page of a report."""
    incident = await session.get(Incident, report.incident_id) if report.incident_id else None
    language = spoken(report.language) or DEFAULT
    news = [News(report.received_at.astimezone(desk.zone), say("line.arrived", language))]
    if incident:
        news += await _news(session, desk, incident, report, language)
    came = await attachments.of_report(session, report.id)
    asked = report.state is ReportState.ASKED
    agents = await unanswered(session, report, incident)
    state: str = incident.state if incident else "asked" if asked else "received"
    return Tracking(
        reference=report.reference,
        state=state,
        label=say(f"state.{state}", language),
        text=report.text,
        advice=report.advice,
        language=language,
        news=sorted(news, key=lambda line: line.at),
        candidates=[(choice, replies.label(choice, desk.catalogue)) for choice in report.candidates] if asked else [],
        which_commune=asked and replies.about_communes(report.candidates, desk.catalogue),
        open_question=open_question.words(report) if open_question.waits(report) else None,
        agent_asks=agents.text if agents else None,
        told=report.told,
        resolution=_ended(desk, incident, language) if incident else None,
        others=[(other.reference, other.token) for other in await reports.of_the_same_message(session, report)],
        pieces=_beside(came, language),
        unread=[row.problem for row in came if row.problem],
        can_reopen=incident is not None and can_reopen(desk, incident),
    )


async def says_solved(session: AsyncSession, incident: Incident, report: Report) -> bool:
    """Whether this citizen has confirmed the present end already: saying it again tells the agents nothing."""
    return any(
        entry.kind is Event.REPORT and entry.text.startswith(f"{report.reference} confirme")
        for entry in await incidents.timeline_of(session, incident.id)
        if incident.resolved_at is not None and entry.at >= incident.resolved_at
    )


async def _news(session: AsyncSession, desk: Desk, incident: Incident, report: Report, language: str) -> list[News]:
    news = [
        News(row.sent_at.astimezone(desk.zone), row.tell)
        for row in await incidents.dispatches_of(session, incident.id)
        if row.tell and row.sent_at and row.state in (DispatchState.SENT, DispatchState.CANCELLED)
    ]
    if incident.acknowledged_at:
        news.append(News(incident.acknowledged_at.astimezone(desk.zone), say("line.taken", language)))
    if incident.resolved_at:
        closed = say("line.closed", language, reason=_ended(desk, incident, language))
        news.append(News(incident.resolved_at.astimezone(desk.zone), closed))
    news += [
        News(entry.at.astimezone(desk.zone), words)
        for entry in await incidents.timeline_of(session, incident.id)
        if (words := _own(entry, report, language))
    ]
    news += [
        News(message.at.astimezone(desk.zone), message.text)
        for message in await reports.questions_of(session, report.id)
    ]
    return [News(max(line.at, report.received_at.astimezone(desk.zone)), line.text) for line in news]


def _own(entry: TimelineEntry, report: Report, language: str) -> str | None:
    """What an entry says to the citizen of this report; most say nothing: other people's words are in them."""
    if entry.kind is Event.REOPENED:
        return say("line.reopened", language)
    if entry.text == WITHDRAWN.format(reference=report.reference):
        return say("line.withdrawn", language)
    answer = reply(report, "")
    if entry.kind is Event.REPORT and entry.text.startswith(answer):
        return say("line.answered", language, text=entry.text.removeprefix(answer))
    return None


def _ended(desk: Desk, incident: Incident, language: str) -> str | None:
    """Why it ended, or whose it is when it is not ours; None while it has not."""
    if incident.state is not IncidentState.RESOLVED:
        return None
    if incident.owner:
        return say("line.not_ours", language, owner=incident.owner).rstrip(".")
    return reason_for(desk, incident, language)


def _beside(came: Sequence[Attachment], language: str) -> list[str]:
    """What came beside the words and is still there, in words."""
    there = [row.kind for row in came if row.state in (AttachmentState.WANTED, AttachmentState.KEPT)]
    keys = {Kind.PHOTO: ("follow.photo", "follow.photos"), Kind.AUDIO: ("follow.sound", "follow.sounds")}
    return [say(keys[kind][count > 1], language, count=count) for kind in keys if (count := there.count(kind)) > 0]
