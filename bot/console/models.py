"""The console's own store: what its channels, its on-call panel and its playground telephone hold."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from routing.store.base import Base, Numbered


class ConsolePost(Numbered, Base):
    """A card (``root_id`` null) or a line under one, as it was delivered; ``channel`` is a service code."""

    __tablename__ = "console_post"
    __table_args__ = (
        Index("ix_console_post_root_id", "root_id", "id"),
        Index("ix_console_post_incident_id", "incident_id", postgresql_where=text("root_id IS NULL")),
        Index("ix_console_post_card", "channel", "id", postgresql_where=text("root_id IS NULL")),
    )

    channel: Mapped[str]
    incident_id: Mapped[int | None] = mapped_column(BigInteger)
    root_id: Mapped[int | None] = mapped_column(ForeignKey("console_post.id"))
    ref: Mapped[str] = mapped_column(unique=True)
    posted_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    body: Mapped[dict[str, Any]]


class ConsoleCall(Base):
    """One page ringing on the panel."""

    __tablename__ = "console_call"

    page_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    person: Mapped[str]
    name: Mapped[str]
    text: Mapped[str]
    rang_at: Mapped[datetime]


class PhoneMessage(Numbered, Base):
    """A message received by one of the playground's telephones."""

    __tablename__ = "phone_message"
    __table_args__ = (Index("ix_phone_message_contact", "contact", "id"),)

    contact: Mapped[str]
    ref: Mapped[str] = mapped_column(unique=True)
    text: Mapped[str]
    at: Mapped[datetime]
