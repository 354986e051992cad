"""What people of the room said a report really was: the examples the classifier learns from."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from routing.domain.understanding import Channel
from routing.store.base import Base, Numbered, states


class Origin(StrEnum):
    """How the label came about: the first guess stood, was corrected, or nothing foreseen fitted."""

    CONFIRMED = "confirmed"
    CORRECTED = "corrected"
    NONE_FITS = "none-fits"


class Feedback(Numbered, Base):
    """One report's label by a person. ``text`` is redacted; ``label`` is null when no procedure fits.

    ``guessed``, ``confidence`` and ``model`` are what the classifier had made of it.
    """

    __tablename__ = "feedback"
    __table_args__ = (Index("ix_feedback_at", "at"),)

    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"), unique=True)
    at: Mapped[datetime]
    by: Mapped[str]
    origin: Mapped[Origin] = mapped_column(states(Origin))
    channel: Mapped[Channel] = mapped_column(states(Channel))
    text: Mapped[str]
    label: Mapped[str | None]
    guessed: Mapped[str | None]
    confidence: Mapped[float | None]
    model: Mapped[str | None]
