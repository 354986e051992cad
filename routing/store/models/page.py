"""Attempts to reach people."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from routing.domain.incident import PageState
from routing.domain.paging import Delivery, Purpose
from routing.store.base import Base, Numbered, states


class Page(Numbered, Base):
    """One attempt to reach one person by one channel. A trial call belongs to no incident.

    ``provider_ref`` is the provider's name for it, ``followed`` whether the provider tells what becomes of it and
    ``delivery`` what it told; ``joined_id`` the page whose call or message carries this one too, ``told_at`` when the
    person heard or could read of it; ``passed_on`` that the next channel or person was called because of it;
    ``last_word`` what the person is still to be told now that it is over.
    """

    __tablename__ = "page"
    __table_args__ = (
        Index("ix_page_incident_id", "incident_id"),
        Index("ix_page_live", "person", postgresql_where=text("state IN ('pending', 'sending', 'ringing')")),
        Index("ix_page_line", "person", "channel", "sent_at"),
        Index("ix_page_provider_ref", "provider_ref", postgresql_where=text("provider_ref IS NOT NULL")),
        Index("ix_page_joined_id", "joined_id", postgresql_where=text("joined_id IS NOT NULL")),
        Index("ix_page_last_word", "id", postgresql_where=text("last_word IS NOT NULL")),
    )

    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"))
    purpose: Mapped[Purpose] = mapped_column(states(Purpose), default=Purpose.INCIDENT)
    person: Mapped[str]
    name: Mapped[str]
    level: Mapped[int]
    round: Mapped[int]
    channel: Mapped[str]
    due_at: Mapped[datetime]
    state: Mapped[PageState] = mapped_column(states(PageState), default=PageState.PENDING)
    sent_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]
    provider_ref: Mapped[str | None]
    followed: Mapped[bool] = mapped_column(default=False)
    delivery: Mapped[Delivery | None] = mapped_column(states(Delivery))
    joined_id: Mapped[int | None] = mapped_column(ForeignKey("page.id"))
    told_at: Mapped[datetime | None]
    passed_on: Mapped[bool] = mapped_column(default=False)
    last_word: Mapped[str | None]
