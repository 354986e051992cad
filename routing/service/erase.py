"""A citizen wants to be forgotten: words, contact, photos and sounds go; what was found on the spot stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.attachment import AttachmentState
from routing.domain.incident import DeliveryState, Event, ReportState
from routing.domain.understanding import Channel
from routing.service import call_back
from routing.service.desk import Desk
from routing.service.record import record
from routing.store import incidents, timers
from routing.store.models import (
    Attachment,
    ChosenLanguage,
    CitizenMessage,
    Feedback,
    InboundEvent,
    Incident,
    OptOut,
    Report,
    ThreadLine,
    TimelineEntry,
)

ERASED = "(paroles effacées à la demande de la personne)"
SAID = "La personne de {reference} a demandé l'effacement de ses données : elle ne peut plus être jointe"


@dataclass(frozen=True, slots=True)
class Erased:
    """How many reports held something of the person, and the references of the lines that quoted them."""

    reports: int
    lines: tuple[str, ...]


async def erase(session: AsyncSession, desk: Desk, channel: Channel, contact: str) -> Erased:
    """Erase everything a person said by this door. Doing it twice changes nothing.

    Only reports that became an incident: whoever reports a danger and wants to be forgotten at once has still reported
    it. Cards in chats outside (Slack, Telegram) are brought up to date; lines said there stay.
    """
    query = select(Report).where(Report.channel == channel, Report.contact == contact).order_by(Report.id)
    rows = list(await session.scalars(query.with_for_update(key_share=True)))
    ended = [row for row in rows if row.state is ReportState.ATTACHED]
    lines: list[str] = []
    for incident in await incidents.locked(session, {row.incident_id for row in ended if row.incident_id}):
        lines += await _from_incident(session, desk, incident, [row for row in ended if row.incident_id == incident.id])
    for row in ended:
        _from_report(row)
    ids = [row.id for row in ended]
    await _beside(session, ids)
    for wish in (OptOut, ChosenLanguage):
        await session.execute(delete(wish).where(wish.contact == contact))
    return Erased(len(ids), tuple(lines))


async def _from_incident(session: AsyncSession, desk: Desk, incident: Incident, rows: Sequence[Report]) -> list[str]:
    """The card's excerpt and the lines that quote this person."""
    first = select(Report.id).where(Report.incident_id == incident.id).order_by(Report.id).limit(1)
    if await session.scalar(first) in {row.id for row in rows}:
        incident.excerpt, incident.weighed = ERASED, []
        call_back.settle(incident)
    refs: list[str] = []
    for row in rows:
        entries = (TimelineEntry.incident_id == incident.id) & (TimelineEntry.kind == Event.REPORT)
        quoted = f"%{row.reference}%"
        kept = f"{row.reference} {ERASED}"
        texts = list(await session.scalars(select(TimelineEntry.text).where(entries, TimelineEntry.text.like(quoted))))
        await session.execute(update(TimelineEntry).where(entries, TimelineEntry.text.like(quoted)).values(text=kept))
        said = update(ThreadLine).where(ThreadLine.text.in_(texts)).values(text=kept)
        refs += await session.scalars(said.returning(func.coalesce(ThreadLine.sent_as, ThreadLine.ref)))
        await record(session, desk, incident, Event.NOTE, SAID.format(reference=row.reference))
    return refs


def _from_report(row: Report) -> None:
    row.text, row.contact, row.address, row.place = ERASED, None, None, None
    row.latitude = row.longitude = row.origin = None
    row.weighed, row.ranking, row.heard = [], [], None


async def _beside(session: AsyncSession, ids: Sequence[int]) -> None:
    """Raw events, what was written to them, photos and sounds, examples drawn from their words."""
    if not ids:
        return
    await session.execute(update(InboundEvent).where(InboundEvent.report_id.in_(ids)).values(body=b""))
    messages = (
        CitizenMessage.report_id.in_(ids),
        CitizenMessage.state.not_in((DeliveryState.SENT, DeliveryState.FAILED)),
    )
    waiting = list(await session.scalars(select(CitizenMessage.id).where(*messages)))
    await timers.disarm(session, timers.Verb.TELL, waiting)
    await session.execute(update(CitizenMessage).where(*messages).values(state=DeliveryState.FAILED))
    await session.execute(
        update(CitizenMessage).where(CitizenMessage.report_id.in_(ids)).values(text=ERASED, provider_ref=None)
    )
    pieces = list(await session.scalars(select(Attachment.id).where(Attachment.report_id.in_(ids))))
    for verb in (timers.Verb.FETCH, timers.Verb.FORGET):
        await timers.disarm(session, verb, pieces)
    gone = {"state": AttachmentState.FORGOTTEN, "content": None, "source": None, "sha256": None, "transcript": None}
    await session.execute(update(Attachment).where(Attachment.id.in_(pieces)).values(**gone))
    await session.execute(delete(Feedback).where(Feedback.report_id.in_(ids)))
