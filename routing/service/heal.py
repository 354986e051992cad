"""The invariant, checked every few seconds: whatever is outstanding has a timer. What lacks one gets it back."""

from __future__ import annotations

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from routing.domain.attachment import AttachmentState
from routing.domain.incident import DeliveryState, DispatchState, IncidentState, PageState, ReportState
from routing.domain.procedure import Severity
from routing.service.desk import Desk
from routing.store import attachments, timers
from routing.store.channels import ROOM
from routing.store.citizen_messages import UNSENT, behind_another
from routing.store.hand_overs import UNDER_WAY
from routing.store.models import (
    Attachment,
    Channel,
    CitizenMessage,
    Dispatch,
    HandOver,
    Incident,
    Page,
    Report,
    Thread,
    Timer,
)


async def heal(session: AsyncSession, desk: Desk) -> dict[str, int]:
    """Arm again every missing timer; returns how many by verb (empty when the house is in order)."""
    now = desk.now()
    healed: dict[str, int] = {}
    for verb, column, condition in _outstanding(desk):
        missing = select(column).where(condition, ~exists().where(Timer.verb == verb, Timer.subject_id == column))
        ids = list((await session.scalars(missing.limit(500))).unique())
        if ids:
            await timers.arm(session, verb, ids, now, now)
            healed[verb] = len(ids)
    return healed


def _outstanding(desk: Desk) -> list[tuple[timers.Verb, InstrumentedAttribute[int], ColumnElement[bool]]]:
    waits = or_(Incident.policy_service.is_not(None), Incident.severity == Severity.CRITICAL)
    planned = exists().where(Dispatch.incident_id == Incident.id, Dispatch.state == DispatchState.PLANNED)
    behind = exists().where(Thread.channel == Channel.address, Thread.behind, Thread.state != DeliveryState.FAILED)
    ours = Channel.address.startswith(ROOM)
    held = Incident.severity.in_([severity for severity, patience in desk.catalogue.holds.items() if patience])
    unsent = Page.state.in_((PageState.PENDING, PageState.SENDING))
    untold = Page.last_word.is_not(None) & Page.provider_ref.is_not(None)
    return [
        (timers.Verb.HANDLE, Report.id, Report.state == ReportState.RECEIVED),
        (timers.Verb.UNANSWERED, Report.id, Report.state.in_((ReportState.ASKED, ReportState.TALKING))),
        (timers.Verb.ESCALATE, Incident.id, (Incident.state == IncidentState.OPEN) & waits),
        (timers.Verb.HOLD, Incident.id, (Incident.state == IncidentState.ACKNOWLEDGED) & held),
        (timers.Verb.MOBILISE, Incident.id, planned),
        (timers.Verb.DELIVER, Channel.id, behind & ~ours),
        (timers.Verb.SHOW, Channel.id, behind & ours),
        (timers.Verb.PAGE, Page.id, unsent | untold),
        (timers.Verb.HAND_OVER, HandOver.id, HandOver.state.in_(UNDER_WAY)),
        (timers.Verb.TELL, CitizenMessage.id, CitizenMessage.state.in_(UNSENT) & ~behind_another(desk.now())),
        (timers.Verb.FETCH, Attachment.id, Attachment.state == AttachmentState.WANTED),
        (timers.Verb.LISTEN, Attachment.id, attachments.UNHEARD),
        (timers.Verb.FORGET, Attachment.id, Attachment.state == AttachmentState.KEPT),
    ]
