"""Reports and the inbox: the queries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.incident import IncidentState, ReportState
from routing.domain.reference import normalise
from routing.domain.understanding import Channel
from routing.errors import NotFound
from routing.store.models import CitizenMessage, InboundEvent, Incident, Report

BY_NUMBER = (Channel.VOICE, Channel.SMS, Channel.WHATSAPP)  # doors at which a number proves who it is


async def keep_event(
    session: AsyncSession, provider: str, external_id: str, content_type: str, body: bytes, at: datetime
) -> int | None:
    """Keep a raw event; returns its number, or None when this one was already kept."""
    values = {
        "provider": provider,
        "external_id": external_id,
        "content_type": content_type,
        "body": body,
        "received_at": at,
    }
    statement = insert(InboundEvent).values(values).on_conflict_do_nothing().returning(InboundEvent.id)
    return await session.scalar(statement)


async def events_of(session: AsyncSession, provider: str, prefix: str) -> Sequence[InboundEvent]:
    """Raw events of a provider whose names begin so, oldest first."""
    query = select(InboundEvent).where(
        InboundEvent.provider == provider, InboundEvent.external_id.startswith(prefix, autoescape=True)
    )
    return (await session.scalars(query.order_by(InboundEvent.id))).all()


async def of_event(session: AsyncSession, provider: str, external_id: str) -> Report | None:
    """The report a kept event became, None while it has none."""
    query = (
        select(Report)
        .join(InboundEvent, InboundEvent.report_id == Report.id)
        .where(InboundEvent.provider == provider, InboundEvent.external_id == external_id)
    )
    return await session.scalar(query)


async def body_of_event(session: AsyncSession, provider: str, external_id: str) -> bytes:
    """A kept event as it was received."""
    query = select(InboundEvent.body).where(InboundEvent.provider == provider, InboundEvent.external_id == external_id)
    return (await session.scalars(query)).one()


async def by_reference(session: AsyncSession, reference: str) -> Report:
    """The report citizens know by that reference. Raises NotFound."""
    report = await session.scalar(select(Report).where(Report.reference == normalise(reference)))
    if report is None:
        raise NotFound(f"Aucun signalement {reference[:20]}")
    return report


async def by_token(session: AsyncSession, token: str, *, lock: bool = False) -> Report:
    """The report behind a tracking link. Raises NotFound."""
    query = select(Report).where(Report.token == token)
    report = await session.scalar(query.with_for_update(key_share=True) if lock else query)
    if report is None:
        raise NotFound("Ce lien de suivi n'existe pas")
    return report


async def locked(session: AsyncSession, report_id: int) -> Report | None:
    """The report with its row locked for the transaction."""
    return await session.get(Report, report_id, with_for_update={"key_share": True}, populate_existing=True)


async def lately_asked(session: AsyncSession, contact: str, since: datetime) -> Report | None:
    """The latest report of this contact whose question a person took over before it was answered, its row locked."""
    query = (
        select(Report)
        .where(Report.contact == contact, Report.asked_at >= since, Report.answer.is_(None))
        .where(Report.state == ReportState.ATTACHED)
        .order_by(Report.id.desc())
        .limit(1)
    )
    return await session.scalar(query.with_for_update(key_share=True))


async def latest_alive(
    session: AsyncSession, contact: str, since: datetime, channel: Channel | None = None
) -> Report | None:
    """The latest report of this contact, by this door if one is named, that became an incident nobody has ended yet."""
    query = (
        select(Report)
        .join(Incident, Incident.id == Report.incident_id)
        .where(Report.contact == contact, Report.received_at >= since)
        .where(Incident.state != IncidentState.RESOLVED, Report.part_of.is_(None))
        .order_by(Report.id.desc())
        .limit(1)
    )
    return await session.scalar(query.where(Report.channel == channel) if channel else query)


async def lately(session: AsyncSession, contact: str, since: datetime) -> Report | None:
    """The latest report of this contact since then, by whatever door."""
    query = select(Report).where(Report.contact == contact, Report.received_at >= since, Report.part_of.is_(None))
    return await session.scalar(query.order_by(Report.id.desc()).limit(1))


async def of_contact(session: AsyncSession, channel: Channel, contact: str, limit: int) -> list[Report]:
    """What a person reported by one door, the latest first."""
    query = select(Report).where(Report.channel == channel, Report.contact == contact, Report.part_of.is_(None))
    return list(await session.scalars(query.order_by(Report.id.desc()).limit(limit)))


async def of_person(session: AsyncSession, channel: Channel, contact: str, limit: int) -> list[Report]:
    """What a person reported, the latest first. A number is one person by calls and texts of all kinds.

    Not by the web: what somebody types there as their number is not known to be theirs.
    """
    query = select(Report).where(Report.channel.in_(_doors(channel)), Report.contact == contact)
    return list(await session.scalars(query.where(Report.part_of.is_(None)).order_by(Report.id.desc()).limit(limit)))


def is_of(report: Report, channel: Channel, contact: str) -> bool:
    """Whether a report is of the person who writes or calls now."""
    return report.contact == contact and report.channel in _doors(channel)


def _doors(channel: Channel) -> tuple[Channel, ...]:
    return BY_NUMBER if channel in BY_NUMBER else (channel,)


async def first_of_matter(session: AsyncSession, report: Report) -> Report:
    """What the same person first reported of the same incident by the same door: its reference is the one they know."""
    if report.incident_id is None or report.contact is None:
        return report
    same = (Report.incident_id == report.incident_id, Report.contact == report.contact)
    query = select(Report).where(*same, Report.channel == report.channel, Report.part_of.is_(None))
    return await session.scalar(query.order_by(Report.id).limit(1)) or report


async def previous(session: AsyncSession, report: Report, since: datetime) -> Report | None:
    """The same person's last report before this one, if it is recent and became an incident.

    A telephone number is one person by whatever door; other contacts only by the same one.
    """
    by_number = (report.contact or "").startswith("+")
    same_door = true() if by_number else Report.channel == report.channel
    query = (
        select(Report)
        .where(Report.contact == report.contact, same_door, Report.id < report.id)
        .where(Report.received_at >= since, Report.incident_id.is_not(None), Report.part_of.is_(None))
        .order_by(Report.id.desc())
        .limit(1)
    )
    return await session.scalar(query)


async def open_question(
    session: AsyncSession, contact: str, kind: str, since: datetime
) -> tuple[CitizenMessage, Report] | None:
    """The latest message of that ``kind`` to this contact that was not answered yet, and its report."""
    query = (
        select(CitizenMessage, Report)
        .join(Report, Report.id == CitizenMessage.report_id)
        .where(Report.contact == contact, CitizenMessage.at >= since, CitizenMessage.answered_at.is_(None))
        .where(CitizenMessage.ref.startswith(f"{kind}-"))
        .order_by(CitizenMessage.id.desc())
        .limit(1)
    )
    row = (await session.execute(query)).one_or_none()
    return (row[0], row[1]) if row else None


async def questions_of(session: AsyncSession, report_id: int) -> Sequence[CitizenMessage]:
    """What agents asked the citizen of this report, oldest first."""
    query = select(CitizenMessage).where(CitizenMessage.report_id == report_id, CitizenMessage.ref.startswith("ask-"))
    return (await session.scalars(query.order_by(CitizenMessage.id))).all()


async def count_from(
    session: AsyncSession, since: datetime, *, contact: str | None = None, origin: str | None = None
) -> int:
    """How many messages came from this contact, or this connection, since then."""
    query = select(func.count()).where(Report.received_at >= since, Report.part_of.is_(None))
    sender = Report.contact == contact if contact else Report.origin == origin
    return await session.scalar(query.where(sender)) or 0


async def last_heard(session: AsyncSession, contact: str, channel: Channel) -> datetime | None:
    """When this contact last wrote by that door, an answer to a question of ours included."""
    query = (
        select(func.max(InboundEvent.received_at))
        .join(Report, Report.id == InboundEvent.report_id)
        .where(Report.contact == contact, Report.channel == channel)
    )
    return await session.scalar(query)


async def ended_as(session: AsyncSession, contact: str, resolution: str, since: datetime) -> int:
    """How many incidents that this contact reported since then ended with that reason."""
    query = (
        select(func.count(func.distinct(Incident.id)))
        .join(Report, Report.incident_id == Incident.id)
        .where(Report.contact == contact, Report.received_at >= since, Incident.resolution == resolution)
    )
    return await session.scalar(query) or 0


async def asked_of(session: AsyncSession, contact: str) -> Report | None:
    """The latest report of this contact that waits for an answer, its row locked."""
    query = (
        select(Report)
        .where(Report.contact == contact, Report.state == ReportState.ASKED)
        .order_by(Report.id.desc())
        .limit(1)
    )
    return await session.scalar(query.with_for_update(key_share=True))


async def of_the_same_message(session: AsyncSession, report: Report) -> list[Report]:
    """The other matters of the message this report came from."""
    first = report.part_of or report.id
    query = select(Report).where((Report.id == first) | (Report.part_of == first), Report.id != report.id)
    return list(await session.scalars(query.order_by(Report.id)))
