"""Each raw event of the outside, kept once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from routing.store.base import Base, Numbered


class InboundEvent(Numbered, Base):
    """Bytes exactly as received; (provider, external_id) is unique, so a repeated delivery has no second effect."""

    __tablename__ = "inbound_event"
    __table_args__ = (UniqueConstraint("provider", "external_id"),)

    provider: Mapped[str]
    external_id: Mapped[str]
    received_at: Mapped[datetime]
    content_type: Mapped[str]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    problem: Mapped[str | None]  # why nobody could read it; a person looks at it
    report_id: Mapped[int | None]
