"""What people keep silent for a while."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from routing.store.base import Base, Numbered


class Mute(Numbered, Base):
    """Nobody is called about one incident, or about what of one service is not critical, until an instant.

    It ends by itself then, or at ``ended_at`` if somebody or something ended it before.
    """

    __tablename__ = "mute"
    __table_args__ = (
        CheckConstraint("(incident_id IS NULL) <> (service IS NULL)", name="of_one_thing"),
        CheckConstraint("made_at < until AND until <= made_at + interval '24 hours'", name="not_for_long"),
        Index("ix_mute_lasting", "until", postgresql_where=text("ended_at IS NULL")),
    )

    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"))
    service: Mapped[str | None]
    until: Mapped[datetime]
    reason: Mapped[str]
    made_by: Mapped[str]
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
