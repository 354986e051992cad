"""Photos and sounds: the queries."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import and_, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from routing.domain.attachment import AttachmentState, Kind
from routing.errors import NotFound
from routing.store.models import Attachment, Report

UNHEARD = and_(Attachment.kind == Kind.AUDIO, Attachment.state == AttachmentState.KEPT, Attachment.heard_at.is_(None))
TO_BE_HEARD = and_(
    Attachment.kind == Kind.AUDIO,
    Attachment.state.in_((AttachmentState.WANTED, AttachmentState.KEPT)),
    Attachment.heard_at.is_(None),
)


async def to_be_heard(session: AsyncSession, report_id: int) -> bool:
    """Whether a sound of this report has yet to be fetched or listened to."""
    return bool(await session.scalar(select(exists().where(Attachment.report_id == report_id, TO_BE_HEARD))))


async def locked(session: AsyncSession, attachment_id: int) -> Attachment | None:
    """The attachment with its row locked, without its bytes."""
    return await session.get(Attachment, attachment_id, with_for_update=True, populate_existing=True)


async def named(session: AsyncSession, report_id: int, name: str) -> Attachment | None:
    """The attachment of a report that the provider calls by that name."""
    return await session.scalar(select(Attachment).where(Attachment.report_id == report_id, Attachment.name == name))


async def with_content(session: AsyncSession, attachment_id: int) -> Attachment:
    """A kept attachment with its bytes. Raises NotFound."""
    query = select(Attachment).where(Attachment.id == attachment_id, Attachment.state == AttachmentState.KEPT)
    found = await session.scalar(query.options(undefer(Attachment.content)))
    if found is None:
        raise NotFound("Cette pièce n'existe pas, ou plus")
    return found


async def of_report(session: AsyncSession, report_id: int) -> Sequence[Attachment]:
    """Everything that came with a report, oldest first."""
    query = select(Attachment).where(Attachment.report_id == report_id)
    return (await session.scalars(query.order_by(Attachment.id))).all()


async def of_incidents(session: AsyncSession, ids: Collection[int]) -> dict[int, list[tuple[Attachment, str]]]:
    """What there is to see and hear of these incidents: (attachment, its report's reference) by incident, in order."""
    query = (
        select(Report.incident_id, Attachment, Report.reference)
        .join(Report, Report.id == Attachment.report_id)
        .where(Report.incident_id.in_(ids), Attachment.state == AttachmentState.KEPT)
        .order_by(Attachment.id)
    )
    found: dict[int, list[tuple[Attachment, str]]] = {}
    for incident_id, attachment, reference in await session.execute(query):
        found.setdefault(incident_id or 0, []).append((attachment, reference))
    return found
