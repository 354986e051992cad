"""What citizens send beside words."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, deferred, mapped_column

from routing.domain.attachment import AttachmentState, Kind
from routing.store.base import Base, Numbered, states


class Attachment(Numbered, Base):
    """One photo or sound of a report. The row comes first; its bytes when they were fetched and made safe.

    ``name`` is the provider's name for it, unique within the report; ``source`` the address it is fetched from.
    ``media_type``, ``size`` (bytes) and ``sha256`` (hex) are those of ``content``, which is not loaded unless asked
    for. ``transcript`` is what an engine heard in a sound; ``problem`` why it is refused, a key of
    what citizens are told.
    """

    __tablename__ = "attachment"
    __table_args__ = (
        UniqueConstraint("report_id", "name"),
        Index("ix_attachment_outstanding", "id", postgresql_where=text("state IN ('wanted', 'kept')")),
    )

    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"))
    kind: Mapped[Kind] = mapped_column(states(Kind))
    state: Mapped[AttachmentState] = mapped_column(states(AttachmentState), default=AttachmentState.WANTED)
    name: Mapped[str]
    source: Mapped[str | None]
    media_type: Mapped[str]
    content: Mapped[bytes | None] = deferred(mapped_column(LargeBinary), raiseload=True)
    size: Mapped[int] = mapped_column(default=0)
    sha256: Mapped[str | None]
    seconds: Mapped[float | None]
    transcript: Mapped[str | None]
    heard_at: Mapped[datetime | None]  # when an engine listened to a sound, or nobody could
    problem: Mapped[str | None]
    created_at: Mapped[datetime]
    kept_until: Mapped[datetime | None]
