"""Each message kept once, with its report and its job, in one transaction; only then is the provider answered."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from intake.models import Message
from intake.wording import say
from routing.domain.incident import ReportState
from routing.domain.reference import new_token
from routing.domain.understanding import Danger
from routing.service.desk import Desk
from routing.service.keep_attachment import expect, keep, refuse
from routing.service.tell import tell_one
from routing.store import incidents, reports, timers
from routing.store.models import InboundEvent, Report

DANGER_BOOST = 45  # a report in which danger was heard overtakes everything but pages


@dataclass(frozen=True, slots=True)
class Kept:
    """A raw event in the inbox; ``known`` is the report it already became, when it was delivered before."""

    event: int | None
    known: Report | None


async def keep_event(session: AsyncSession, desk: Desk, message: Message) -> Kept:
    """Keep the raw event once: a second delivery waits for the first to commit, then finds its report."""
    raw = message.raw or message.text.encode()
    event = await reports.keep_event(
        session, message.provider, message.external_id, message.content_type, raw, desk.now()
    )
    known = None if event else await reports.of_event(session, message.provider, message.external_id)
    return Kept(event, known)


async def belongs_to(session: AsyncSession, kept: Kept, report: Report) -> None:
    """Tie the kept event to its report."""
    await session.execute(update(InboundEvent).where(InboundEvent.id == kept.event).values(report_id=report.id))


async def attach(session: AsyncSession, desk: Desk, message: Message, report: Report) -> None:
    """What came beside the words: kept if it is here, fetched by a job if it is not."""
    for piece in message.pieces:
        row = await expect(
            session,
            desk,
            report,
            piece.kind,
            name=piece.name,
            media_type=piece.media_type,
            source=piece.source,
            seconds=piece.seconds,
        )
        if piece.content is not None:
            await keep(session, desk, row, piece.content, piece.media_type)
        elif piece.problem is not None:
            await refuse(session, row, piece.problem)
            if report.danger is None:  # nothing comes before safety words
                await tell_one(session, desk, report, say(piece.problem, report.language))


async def unreadable(session: AsyncSession, kept: Kept, why: str) -> None:
    """Note why nobody could read a kept event; a person looks at it."""
    await session.execute(update(InboundEvent).where(InboundEvent.id == kept.event).values(problem=why))


async def open_report(
    session: AsyncSession,
    desk: Desk,
    message: Message,
    danger: Danger | None,
    safety: str | None,
    *,
    boost: int = 0,
) -> Report:
    """A new report and the job that will understand it; ``boost`` for somebody who waits on the line."""
    now = desk.now()
    report = Report(
        reference=await incidents.free_reference(session, incidents.REPORT_PREFIX),
        token=new_token(),
        channel=message.channel,
        received_at=now,
        text=message.text,
        contact=message.contact,
        origin=message.origin,
        latitude=message.latitude,
        longitude=message.longitude,
        address=message.address,
        state=ReportState.RECEIVED,
        danger=danger.reason if danger else None,
        advice=safety,
        ranking=[],
        weighed=[],
        candidates=[],
        asked=[],
    )
    session.add(report)
    await session.flush()
    boost = DANGER_BOOST if danger else boost
    await timers.arm(session, timers.Verb.HANDLE, report.id, now, now, boost=boost)
    return report


async def second_report(session: AsyncSession, first: Report, text: str) -> Report:
    """A report of the second matter in a message, with a reference and a tracking page of its own."""
    report = Report(
        reference=await incidents.free_reference(session, incidents.REPORT_PREFIX),
        token=new_token(),
        channel=first.channel,
        received_at=first.received_at,
        text=text,
        contact=first.contact,
        latitude=first.latitude,
        longitude=first.longitude,
        address=first.address,
        state=ReportState.RECEIVED,
        ranking=[],
        weighed=[],
        candidates=[],
        asked=[],
        part_of=first.id,
    )
    session.add(report)
    await session.flush()
    return report
