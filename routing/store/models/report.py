"""What one citizen said, once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from routing.domain.incident import ReportState
from routing.domain.understanding import Channel
from routing.store.base import Base, Numbered, states


class Report(Numbered, Base):
    """Words, place and contact are raw; ``ranking`` is a list of {procedure, probability}.

    ``communes`` are those that may be meant while ``commune`` is not known; ``elsewhere`` is a commune outside, "" when
    only the position tells; ``told`` is what the citizen was told of who is competent.
    """

    __tablename__ = "report"
    __table_args__ = (
        Index("ix_report_contact_asked", "contact", postgresql_where="state = 'asked'"),
        Index("ix_report_contact", "contact", "received_at"),
        Index("ix_report_origin", "origin", "received_at"),
        Index("ix_report_incident_id", "incident_id"),
        Index("ix_report_part_of", "part_of", postgresql_where="part_of IS NOT NULL"),
        Index("ix_report_waiting", "id", postgresql_where="state IN ('received', 'asked', 'talking')"),
    )

    reference: Mapped[str] = mapped_column(unique=True)
    token: Mapped[str] = mapped_column(unique=True)
    channel: Mapped[Channel] = mapped_column(states(Channel))
    received_at: Mapped[datetime]
    text: Mapped[str]
    contact: Mapped[str | None]
    origin: Mapped[str | None]  # a keyed digest of where a web form came from: counted, never read
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    address: Mapped[str | None]
    state: Mapped[ReportState] = mapped_column(states(ReportState), default=ReportState.RECEIVED)
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"))

    danger: Mapped[str | None]  # French reason, from the fixed rules
    advice: Mapped[str | None]
    decision: Mapped[str | None]
    confidence: Mapped[float | None]
    ranking: Mapped[list[Any]] = mapped_column(default=list)
    weighed: Mapped[list[Any]] = mapped_column(default=list)
    language: Mapped[str | None]
    commune: Mapped[str | None]
    place: Mapped[str | None]
    communes: Mapped[list[Any]] = mapped_column(default=list)
    elsewhere: Mapped[str | None]
    told: Mapped[str | None]
    model: Mapped[str | None]
    candidates: Mapped[list[Any]] = mapped_column(default=list)  # procedure ids, or communes, put to the citizen
    asked: Mapped[list[Any]] = mapped_column(default=list)  # the questions put so far (routing.domain.call.Step)
    asked_at: Mapped[datetime | None]
    # What was spoken, as its recogniser says: {confidence: 0..1 | None, alternatives: [text], engine: name}
    heard: Mapped[dict[str, Any] | None]
    part_of: Mapped[int | None] = mapped_column(ForeignKey("report.id"))  # the message whose second matter this is
    answer: Mapped[str | None]  # the procedure the citizen chose, or "none"
