"""A voice message is listened to: its words join its report. Whoever waits for them does not wait for long."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from intake import open_question, replies
from intake.errors import BadAudio, NotListening
from intake.models import LONGEST
from intake.ports import DangerRules, Transcriber, Transcript
from routing.domain.attachment import AttachmentState
from routing.domain.incident import Event, ReportState
from routing.domain.redaction import readable, redact
from routing.errors import NotFound
from routing.service.desk import Desk
from routing.service.record import record
from routing.store import attachments, incidents, reports, timers
from routing.store.base import Database
from routing.store.models import Attachment, Report

LAST_TRY = 3  # failures after which a person listens instead
PATIENCE = timedelta(seconds=45)  # how long a report waits for the words of its sound
SAID = "{reference} a dit : {words}"
DANGER_SAID = "{reference} a dit (danger : {reason}) : {words}"


async def listen(
    database: Database, desk: Desk, ears: Transcriber | None, rules: DangerRules, attachment_id: int
) -> None:
    """Listen to one kept sound. Safe to run twice. Raises NotListening when it should be tried again."""
    async with database.transaction() as session:
        row = await attachments.locked(session, attachment_id)
        tries = await timers.attempts(session, timers.Verb.LISTEN, attachment_id)
        if row is None or row.state is not AttachmentState.KEPT or row.heard_at is not None:
            await timers.disarm(session, timers.Verb.LISTEN, attachment_id)
            return
    heard = await _heard(database, ears, attachment_id, last=tries >= LAST_TRY)
    async with database.transaction() as session:
        row = await attachments.locked(session, attachment_id)
        if row is None or row.heard_at is not None:
            return
        row.heard_at, row.transcript = desk.now(), heard.text or None
        row.seconds = row.seconds or heard.seconds or None
        await timers.disarm(session, timers.Verb.LISTEN, attachment_id)
        await _join(session, desk, rules, row, heard)


async def _heard(database: Database, ears: Transcriber | None, attachment_id: int, *, last: bool) -> Transcript:
    if ears is None:
        return Transcript()
    try:
        async with database.transaction() as session:
            sound = (await attachments.with_content(session, attachment_id)).content or b""
        return await ears.transcribe(sound)
    except (BadAudio, NotFound):
        return Transcript()  # kept as it is: a person may make out more
    except NotListening:
        if not last and ears.able:
            raise
        return Transcript()


async def _join(session: AsyncSession, desk: Desk, rules: DangerRules, row: Attachment, heard: Transcript) -> None:
    report = await reports.locked(session, row.report_id)
    if report is None:
        return
    words = readable(heard.text)[:LONGEST]
    if words:
        report.text = words if replies.wordless(report.text) else f"{report.text}. {words}"[:LONGEST]
        report.heard = as_heard(heard)
    if report.state is ReportState.RECEIVED:
        await timers.arm(session, timers.Verb.HANDLE, report.id, desk.now(), desk.now())
    elif words and open_question.waits(report):
        await open_question.understand_again(session, desk, report)
    elif words:
        await _tell_the_room(session, desk, rules, report, words)


async def _tell_the_room(session: AsyncSession, desk: Desk, rules: DangerRules, report: Report, words: str) -> None:
    """The incident is open already: whoever reads its threads reads what was said."""
    incident = await incidents.by_id(session, report.incident_id or 0, lock=True)
    if incident is None:
        return
    danger = rules(words)
    said = DANGER_SAID if danger else SAID
    text = said.format(reference=report.reference, words=redact(words, 300), reason=danger.reason if danger else "")
    await record(session, desk, incident, Event.REPORT, text, broadcast=danger is not None)


async def awaited(session: AsyncSession, desk: Desk, report: Report) -> bool:
    """Whether a report should still wait for the words of its sound; its timer is set to when it will not any more."""
    until = report.received_at + PATIENCE
    if report.danger or desk.now() >= until or not await attachments.to_be_heard(session, report.id):
        return False
    await timers.arm(session, timers.Verb.HANDLE, report.id, until, desk.now())
    return True


def as_heard(heard: Transcript) -> dict[str, object]:
    """What a report keeps of its recogniser."""
    return {"confidence": heard.confidence, "alternatives": list(heard.alternatives), "engine": heard.engine}
