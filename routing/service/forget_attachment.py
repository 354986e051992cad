"""A photo or sound is deleted: its time is over, or a person has no more use for it. That it was there stays known."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.attachment import AttachmentState, Kind
from routing.domain.incident import Event
from routing.service.desk import Desk
from routing.service.record import record
from routing.store import attachments, incidents, timers
from routing.store.models import Attachment, Report

GONE = {
    Kind.PHOTO: "{by} supprime une photo de {reference}",
    Kind.AUDIO: "{by} supprime le message vocal de {reference}",
}


async def forget_due(session: AsyncSession, desk: Desk, attachment_id: int) -> None:
    """The verb of the timer: its time is over. Safe to run twice, or too early."""
    row = await attachments.locked(session, attachment_id)
    if row is None or row.state is not AttachmentState.KEPT:
        await timers.disarm(session, timers.Verb.FORGET, attachment_id)
        return
    now = desk.now()
    due_at = row.kept_until or now
    if due_at <= now:
        await _forget(session, row)
    else:
        await timers.arm(session, timers.Verb.FORGET, attachment_id, due_at, now)


async def forget(session: AsyncSession, desk: Desk, attachment_id: int, *, by: str) -> None:
    """A person deletes it before its time. What is not there any more changes nothing."""
    row = await attachments.locked(session, attachment_id)
    if row is None or row.state is not AttachmentState.KEPT:
        return
    await _forget(session, row)
    report = await session.get_one(Report, row.report_id)
    incident = await incidents.by_id(session, report.incident_id, lock=True) if report.incident_id else None
    if incident is not None:
        said = GONE[row.kind].format(by=by, reference=report.reference)
        await record(session, desk, incident, Event.NOTE, said, by=by)


async def forget_sounds(session: AsyncSession, desk: Desk, incident_id: int) -> None:
    """A person has dealt with the incident: voices are not kept longer than that; their transcripts stay."""
    kept = (await attachments.of_incidents(session, [incident_id])).get(incident_id, [])
    for row in (row for row, _ in kept if row.kind is Kind.AUDIO):
        row.kept_until = desk.now()
        await timers.arm(session, timers.Verb.FORGET, row.id, desk.now(), desk.now())


async def _forget(session: AsyncSession, row: Attachment) -> None:
    row.state, row.content, row.source, row.sha256 = AttachmentState.FORGOTTEN, None, None, None
    await timers.disarm(session, timers.Verb.FORGET, row.id)
