"""States of the things Vigie follows, and the facts a step's condition reads."""

from __future__ import annotations

from datetime import datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from routing.domain.procedure import Commune, Fact

NIGHT_FROM = time(20)
NIGHT_UNTIL = time(7)


class IncidentState(StrEnum):
    """An incident is open until a person takes it, and lives until it is resolved."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class ReportState(StrEnum):
    """A report is received, perhaps asked about (``talking``: on the telephone), then attached to an incident."""

    RECEIVED = "received"
    TALKING = "talking"
    ASKED = "asked"
    ATTACHED = "attached"


class DispatchState(StrEnum):
    """A service's mobilisation: planned for its minute, then sent, unless its condition or the end forbids it."""

    PLANNED = "planned"
    DUE = "due"
    SENT = "sent"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


class DeliveryState(StrEnum):
    """One outbound message: a row before it is sent, ``unknown`` when the provider may or may not have it."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    FAILED = "failed"


class PageState(StrEnum):
    """One attempt to reach one person on duty."""

    PENDING = "pending"
    SENDING = "sending"
    RINGING = "ringing"
    ACKNOWLEDGED = "acknowledged"
    DECLINED = "declined"
    UNANSWERED = "unanswered"
    CANCELLED = "cancelled"
    FAILED = "failed"


class Event(StrEnum):
    """What can happen to an incident, as kept in its timeline."""

    OPENED = "opened"
    REPORT = "report"
    DISPATCHED = "dispatched"
    SKIPPED = "skipped"
    ACKNOWLEDGED = "acknowledged"
    STEP_DONE = "step-done"
    STEP_UNDONE = "step-undone"
    RECLASSIFIED = "reclassified"
    ESCALATED = "escalated"
    PAGED = "paged"
    DECLINED = "declined"
    UNREACHED = "unreached"
    HELD = "held"
    ALARM = "alarm"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    DELIVERY = "delivery"
    NOTE = "note"
    ASKED = "asked"
    MUTED = "muted"


def is_night(at: datetime, zone: ZoneInfo) -> bool:
    """From 20:00 to 7:00 on the wall clock of ``zone``."""
    local = at.astimezone(zone).time()
    return local >= NIGHT_FROM or local < NIGHT_UNTIL


def facts_of(
    *, acknowledged: bool, danger: bool, commune: Commune | None, at: datetime, zone: ZoneInfo
) -> frozenset[Fact]:
    """What is true of an incident at that moment. An unknown commune counts as having no police of its own."""
    held = {
        Fact.ACKNOWLEDGED: acknowledged,
        Fact.DANGER: danger,
        Fact.NIGHT: is_night(at, zone),
        Fact.COMMUNE_POLICE: commune is not None and commune.police,
    }
    return frozenset(fact for fact, holds in held.items() if holds)
