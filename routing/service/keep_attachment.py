"""A photo or sound joins its report: expected first, then kept or refused. Its incident's channels hear of it."""

from __future__ import annotations

import hashlib

from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.attachment import AttachmentState, Kind
from routing.domain.incident import Event
from routing.service.desk import Desk
from routing.service.record import record
from routing.store import attachments, incidents, timers
from routing.store.models import Attachment, Report

CAME = {
    Kind.PHOTO: "{reference} a envoyé une photo, à voir dans la salle",
    Kind.AUDIO: "{reference} a laissé un message vocal, à écouter dans la salle",
}


async def expect(
    session: AsyncSession,
    desk: Desk,
    report: Report,
    kind: Kind,
    *,
    name: str,
    media_type: str,
    source: str | None = None,
    seconds: float | None = None,
) -> Attachment:
    """A row for what came with ``report``, the same one if the provider says it twice.

    With a ``source``, a job fetches it; without one the caller has the bytes and calls ``keep`` or ``refuse``.
    """
    known = await attachments.named(session, report.id, name)
    if known is not None:
        return known
    now = desk.now()
    row = Attachment(
        report_id=report.id,
        kind=kind,
        state=AttachmentState.WANTED,
        name=name,
        source=source,
        media_type=media_type,
        size=0,
        seconds=seconds,
        created_at=now,
    )
    session.add(row)
    await session.flush()
    if source is not None:
        await timers.arm(session, timers.Verb.FETCH, row.id, now, now)
    return row


async def keep(session: AsyncSession, desk: Desk, row: Attachment, content: bytes, media_type: str) -> None:
    """The bytes, already made safe to show; only what is wanted is kept. The row must be locked or new."""
    if row.state is not AttachmentState.WANTED:
        return
    now = desk.now()
    row.state = AttachmentState.KEPT
    row.content, row.media_type, row.size = content, media_type, len(content)
    row.sha256 = hashlib.sha256(content).hexdigest()
    row.kept_until = now + desk.keep_time[row.kind]
    await timers.disarm(session, timers.Verb.FETCH, row.id)
    await timers.arm(session, timers.Verb.FORGET, row.id, row.kept_until, now)
    if row.kind is Kind.AUDIO:
        await timers.arm(session, timers.Verb.LISTEN, row.id, now, now)
    await _announce(session, desk, row)


async def refuse(session: AsyncSession, row: Attachment, problem: str) -> None:
    """It cannot be read or fetched; ``problem`` is the key of the words that say why. The row must be locked or new."""
    row.state, row.problem = AttachmentState.REFUSED, problem
    await timers.disarm(session, timers.Verb.FETCH, row.id)


async def _announce(session: AsyncSession, desk: Desk, row: Attachment) -> None:
    report = await session.get_one(Report, row.report_id)
    incident = await incidents.by_id(session, report.incident_id, lock=True) if report.incident_id else None
    if incident is not None:
        await record(session, desk, incident, Event.REPORT, CAME[row.kind].format(reference=report.reference))
