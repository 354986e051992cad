"""The incident, the services mobilised for it, and everything that happened."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from routing.domain.incident import DispatchState, Event, IncidentState
from routing.domain.procedure import Severity
from routing.store.base import Base, Numbered, states


class Incident(Numbered, Base):
    """One situation. ``version`` grows with every visible change: a thread that showed an older one is stale.

    ``candidates`` is a list of {procedure, probability}; ``level`` and ``round`` are the next page's.
    """

    __tablename__ = "incident"
    __table_args__ = (
        Index("ix_incident_live", "procedure_id", "commune", postgresql_where=text("state <> 'resolved'")),
        Index("ix_incident_state_opened_at", "state", "opened_at"),
        Index(
            "ix_incident_unacknowledged_critical",
            "id",
            postgresql_where=text("state = 'open' AND severity = 'critique'"),
        ),
    )

    reference: Mapped[str] = mapped_column(unique=True)
    state: Mapped[IncidentState] = mapped_column(states(IncidentState), default=IncidentState.OPEN)
    procedure_id: Mapped[str | None]
    severity: Mapped[Severity] = mapped_column(states(Severity))
    lead: Mapped[str]
    commune: Mapped[str | None]
    place: Mapped[str | None]
    communes: Mapped[list[Any]] = mapped_column(default=list)  # those that may be meant while commune is not known
    notes: Mapped[list[Any]] = mapped_column(default=list)  # lines about the place that the room must read
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    opened_at: Mapped[datetime]
    excerpt: Mapped[str]
    reports: Mapped[int] = mapped_column(default=1)
    danger: Mapped[str | None]
    decision: Mapped[str]
    confidence: Mapped[float] = mapped_column(default=0.0)
    candidates: Mapped[list[Any]] = mapped_column(default=list)
    weighed: Mapped[list[Any]] = mapped_column(default=list)
    version: Mapped[int] = mapped_column(default=1)

    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None]
    at_work: Mapped[str | None]  # who goes on with it while it waits for the duty that was called as well
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[str | None]
    resolution: Mapped[str | None]
    owner: Mapped[str | None]  # whose it is, when it turned out not to be ours
    warning: Mapped[str | None]  # what is odd about who reported it, for a person to judge

    policy_service: Mapped[str | None]  # whose escalation policy is followed; null: nobody is paged
    escalation_started_at: Mapped[datetime | None]
    level: Mapped[int] = mapped_column(default=0)
    round: Mapped[int] = mapped_column(default=1)
    alarm: Mapped[str | None]
    mute_id: Mapped[int | None] = mapped_column(BigInteger)  # what keeps it silent now; ``muted`` says so, in French
    muted: Mapped[str | None]
    insisted_at: Mapped[datetime | None]  # when its duty was last asked for, whatever is kept silent


class Dispatch(Numbered, Base):
    """One service mobilised by one step. ``checklist`` is a list of {text, done_by, done_at}."""

    __tablename__ = "dispatch"
    __table_args__ = (
        Index("ix_dispatch_incident_id", "incident_id"),
        Index("ix_dispatch_waiting", "incident_id", postgresql_where=text("state IN ('planned', 'due')")),
    )

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    procedure_id: Mapped[str | None]
    service: Mapped[str]
    channel: Mapped[str]
    due_at: Mapped[datetime]
    state: Mapped[DispatchState] = mapped_column(states(DispatchState), default=DispatchState.PLANNED)
    sent_at: Mapped[datetime | None]
    copy: Mapped[bool] = mapped_column(default=False)
    needs: Mapped[list[Any]] = mapped_column(default=list)
    refuses: Mapped[list[Any]] = mapped_column(default=list)
    checklist: Mapped[list[Any]] = mapped_column(default=list)
    tell: Mapped[str | None]


class TimelineEntry(Numbered, Base):
    """One thing that happened, in the order it was recorded."""

    __tablename__ = "timeline_entry"
    __table_args__ = (Index("ix_timeline_entry_incident_id", "incident_id"),)

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    at: Mapped[datetime]
    kind: Mapped[Event] = mapped_column(states(Event))
    by: Mapped[str | None]
    text: Mapped[str]
