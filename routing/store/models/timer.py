"""What is waiting, until when, and how urgent it is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from routing.store.base import Base


class Timer(Base):
    """One verb to run for one subject at ``due_at``. ``next_at`` is when the sweep looks again.

    A row lives as long as something is outstanding: a lost job is woken again when its lease ends.
    """

    __tablename__ = "timer"
    __table_args__ = (Index("ix_timer_next", "next_at"), Index("ix_timer_due", "verb", "due_at"))

    verb: Mapped[str] = mapped_column(primary_key=True)
    subject_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    due_at: Mapped[datetime]
    next_at: Mapped[datetime]  # due_at, or the end of the lease of the job that was sent to do it
    priority: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]
