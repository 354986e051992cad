"""Everything sent out: a row before it is sent, with its own idempotency reference."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from routing.domain.incident import DeliveryState
from routing.store.base import Base, Numbered, states


class Outbound:
    """Where a message stands. ``ref`` is ours and unique; ``provider_ref`` is theirs; ``error`` is for the room."""

    ref: Mapped[str] = mapped_column(unique=True)
    state: Mapped[DeliveryState] = mapped_column(states(DeliveryState), default=DeliveryState.PENDING)
    provider_ref: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]


class Channel(Numbered, Base):
    """A place where cards are posted, by its full address. One process at a time brings it what it lacks.

    ``held_until`` is a pause the provider asked for; ``refusal`` why it refused for good, until it accepts again.
    """

    __tablename__ = "channel"

    address: Mapped[str] = mapped_column(unique=True)
    claimed_at: Mapped[datetime | None]
    held_until: Mapped[datetime | None]
    refusal: Mapped[str | None]
    refused_at: Mapped[datetime | None]


class Allowance(Base):
    """What was spent of a provider's published rate: all of it is forgotten at ``until`` (see routing/domain/pace)."""

    __tablename__ = "allowance"

    key: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[datetime]


class Thread(Outbound, Numbered, Base):
    """An incident's card in one channel, and the root of its thread. ``shown`` is the incident's version it shows.

    ``behind`` is whether the channel lacks something; ``again_at`` when to try again after a failure.
    """

    __tablename__ = "thread"
    __table_args__ = (
        UniqueConstraint("incident_id", "channel"),
        Index("ix_thread_behind", "channel", postgresql_where=text("behind")),
        Index("ix_thread_provider_ref", "channel", "provider_ref"),
    )

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    channel: Mapped[str]
    shown: Mapped[int] = mapped_column(default=0)
    behind: Mapped[bool] = mapped_column(default=True)
    again_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]


class ThreadLine(Outbound, Numbered, Base):
    """One short line under a card. ``sent_as`` is the reference of the message that carries it, with others maybe."""

    __tablename__ = "thread_line"
    __table_args__ = (
        Index("ix_thread_line_thread_id", "thread_id"),
        Index("ix_thread_line_unsent", "thread_id", postgresql_where=text("state <> 'sent'")),
    )

    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id"))
    at: Mapped[datetime]
    by: Mapped[str | None]
    text: Mapped[str]
    broadcast: Mapped[bool] = mapped_column(default=False)
    sent_as: Mapped[str | None]


class CitizenMessage(Outbound, Numbered, Base):
    """One message to the citizen of a report, on the channel they came by."""

    __tablename__ = "citizen_message"
    __table_args__ = (
        Index("ix_citizen_message_report_id", "report_id"),
        Index("ix_citizen_message_unsent", "id", postgresql_where=text("state IN ('pending', 'sending', 'unknown')")),
    )

    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"))
    at: Mapped[datetime]
    text: Mapped[str]
    sent_at: Mapped[datetime | None]
    delivery: Mapped[str | None]  # the last state the provider told, e.g. "delivered"
    answered_at: Mapped[datetime | None]  # of an agent's question only
    choices: Mapped[list[Any]] = mapped_column(default=list)  # [words, what it says] of each button
