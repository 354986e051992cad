"""Telephone calls in progress, and those that left nothing; what citizens want: no more messages, a language."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from routing.domain.call import Step
from routing.store.base import Base, Numbered, states


class PhoneCall(Numbered, Base):
    """One call of a citizen. ``turn`` counts what we said, so that a provider's retry is recognised.

    ``tries`` are the turns in a row that gave nothing. ``owed`` is the next question while what was said is being
    understood: it is chosen once, however early that is done and however often the provider asks. A call that ends
    without a report is a missed call; its caller is asked by text what is happening (``invited_at``), and what they
    answer becomes its report.
    """

    __tablename__ = "phone_call"
    __table_args__ = (
        Index("ix_phone_call_missed", "ended_at", postgresql_where="report_id IS NULL AND seen_at IS NULL"),
        Index("ix_phone_call_report_id", "report_id"),
        Index("ix_phone_call_invited", "invited_at", postgresql_where="invited_at IS NOT NULL"),
    )

    sid: Mapped[str] = mapped_column(unique=True)
    contact: Mapped[str | None]  # None for a hidden number
    step: Mapped[Step] = mapped_column(states(Step), default=Step.WHAT)
    turn: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)
    owed: Mapped[bool] = mapped_column(default=False)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]  # when a person of the room dealt with a missed call
    invited_at: Mapped[datetime | None]
    report_id: Mapped[int | None] = mapped_column(ForeignKey("report.id"))
    about_id: Mapped[int | None] = mapped_column(ForeignKey("report.id"))  # an earlier one of the same number
    language: Mapped[str | None]  # chosen by the caller; None for the city's own


class OptOut(Base):
    """A number that answered STOP."""

    __tablename__ = "opt_out"

    contact: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class ChosenLanguage(Base):
    """The language (ISO 639-1) that somebody asked to be answered in, whatever they write in."""

    __tablename__ = "chosen_language"

    contact: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str]
