"""What a person of the staff has before them: their incidents and their shifts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.staff.words import where
from routing.domain.incident import IncidentState, PageState
from routing.domain.procedure import Severity
from routing.service.desk import Desk
from routing.store import roster
from routing.store.models import Incident, Page

MINE = 30  # incidents of one person that are shown
RINGING = (PageState.PENDING, PageState.SENDING, PageState.RINGING, PageState.UNANSWERED)


@dataclass(frozen=True, slots=True)
class Line:
    """One incident on one line. ``holder`` is None while nobody has it; times are UTC."""

    reference: str
    state: IncidentState
    severity: Severity
    title: str
    place: str
    opened_at: datetime
    holder: str | None
    alarm: str | None
    at_work: str | None = None


@dataclass(frozen=True, slots=True)
class DutyShift:
    """One turn on duty of one rotation (UTC); ``now`` while it lasts."""

    rotation: str
    begins: datetime
    ends: datetime
    now: bool


async def incidents_of(session: AsyncSession, desk: Desk, name: str, person: str | None) -> list[Line]:
    """Unresolved incidents this person holds, then those they are being called for; the gravest first."""
    called = select(Page.incident_id).where(Page.person == (person or ""), Page.state.in_(RINGING))
    query = select(Incident).where(
        Incident.state != IncidentState.RESOLVED,
        or_(
            Incident.acknowledged_by == name,
            and_(Incident.state == IncidentState.OPEN, Incident.id.in_(called)),
        ),
    )
    rows = await session.scalars(query.order_by(Incident.id.desc()).limit(MINE))
    return lines(desk, rows)


async def shifts_of(session: AsyncSession, desk: Desk, person: str | None, count: int = 3) -> list[DutyShift]:
    """The present and next shifts of a person of the roster: ``count`` at most for each rotation, soonest first."""
    now = desk.now()
    if person is None:
        return []
    found = (await roster.load(session)).shifts_of(person, now, count)
    return [DutyShift(one.rotation, one.begins, one.ends, one.begins <= now < one.ends) for one in found]


def lines(desk: Desk, rows: Iterable[Incident]) -> list[Line]:
    """Incidents as lines: those nobody has first, then the gravest, then the newest."""
    return _sorted([_line(desk, row) for row in rows])


def _line(desk: Desk, incident: Incident) -> Line:
    return Line(
        reference=incident.reference,
        state=incident.state,
        severity=incident.severity,
        title=desk.plan_of(incident).title,
        place=where(incident.place, incident.commune),
        opened_at=incident.opened_at,
        holder=incident.acknowledged_by,
        alarm=incident.alarm,
        at_work=incident.at_work,
    )


def _sorted(found: Sequence[Line]) -> list[Line]:
    newest = sorted(found, key=lambda line: line.opened_at, reverse=True)
    return sorted(newest, key=lambda line: (line.state is not IncidentState.OPEN, -line.severity.rank))
