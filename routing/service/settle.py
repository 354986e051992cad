"""What came of a delivery is recorded, and the incident's next wake-up set."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.incident import DeliveryState, DispatchState, Event, IncidentState
from routing.ports import DeliveryProblem, PermanentProblem, TemporaryProblem, UnknownOutcome
from routing.service.claim import Parcel, behind
from routing.service.desk import Desk
from routing.service.mobilise import CONSOLE, ensure_threads
from routing.service.record import record
from routing.store import incidents, live, timers
from routing.store.models import Dispatch, Incident, Thread, ThreadLine, TimelineEntry

log = logging.getLogger(__name__)

RETRY = timedelta(seconds=2)
WAITING = (DispatchState.PLANNED, DispatchState.DUE)


async def settle(session: AsyncSession, desk: Desk, incident_id: int, parcels: Sequence[Parcel]) -> None:
    """Record what became of the parcels."""
    incident = await incidents.by_id(session, incident_id, lock=True)
    if incident is None:
        await timers.disarm(session, timers.Verb.DELIVER, incident_id)
        return
    threads = {thread.id: thread for thread in await incidents.threads_of(session, incident_id)}
    for parcel in parcels:
        thread = threads[parcel.thread]
        await _note(session, desk, thread, parcel)
        if thread.state is DeliveryState.FAILED:
            threads |= {new.id: new for new in await _fall_back(session, desk, incident, thread)}
    dispatches = await incidents.dispatches_of(session, incident_id)
    _mark_sent(session, desk, incident, dispatches, threads.values())
    await _set_next(session, desk, incident, dispatches, threads.values(), parcels)
    if parcels:
        await live.announce(session, "incident", incident_id)


async def _note(session: AsyncSession, desk: Desk, thread: Thread, parcel: Parcel) -> None:
    """What became of one parcel."""
    thread.claimed_at = None
    if parcel.lines:
        numbers = [number for number, _, _ in parcel.lines]
        for line in await session.scalars(select(ThreadLine).where(ThreadLine.id.in_(numbers))):
            line.provider_ref = parcel.lines_sent.get(line.id) or line.provider_ref
            line.state = DeliveryState.SENT if line.provider_ref else DeliveryState.PENDING
    if parcel.posted and thread.provider_ref is None:
        thread.provider_ref, thread.sent_at = parcel.posted, desk.now()
    thread.error = str(parcel.problem) if parcel.problem else None
    if parcel.problem is None:
        thread.state, thread.attempts = DeliveryState.SENT, 1
        thread.shown = max(thread.shown, parcel.card.version if parcel.card else 0)
    elif isinstance(parcel.problem, PermanentProblem):
        thread.state = DeliveryState.FAILED
    elif thread.provider_ref is None:
        unknown = isinstance(parcel.problem, UnknownOutcome)
        thread.state = DeliveryState.UNKNOWN if unknown else DeliveryState.PENDING


async def _fall_back(session: AsyncSession, desk: Desk, incident: Incident, thread: Thread) -> list[Thread]:
    """A channel that refuses for good is replaced by the console's channel of each service that lived there."""
    log.warning("channel refused for good", extra={"incident": incident.id, "channel": thread.channel})
    threads = list(await incidents.threads_of(session, incident.id))
    moved = False
    for row in await incidents.dispatches_of(session, incident.id):
        if row.channel == thread.channel and row.state in (DispatchState.DUE, DispatchState.SENT):
            moved, row.channel = True, f"{CONSOLE}:{row.service}"
            ensure_threads(session, incident, [row.channel], threads)
    where = "la fiche est dans la salle" if moved else "les autres canaux ont la fiche"
    text = f"Le canal {thread.channel} refuse les messages ({thread.error}) : {where}"
    await record(session, desk, incident, Event.DELIVERY, text, broadcast=True)
    return threads


def _mark_sent(
    session: AsyncSession, desk: Desk, incident: Incident, dispatches: Sequence[Dispatch], threads: Iterable[Thread]
) -> None:
    now = desk.now()
    shown = {thread.channel: thread for thread in threads if thread.state is DeliveryState.SENT}
    for row in dispatches:
        if row.state is DispatchState.DUE and row.channel in shown:
            row.state, row.sent_at = DispatchState.SENT, now
            text = f"{desk.service_name(row.service)} mobilisé"
            entry = TimelineEntry(incident_id=incident.id, at=now, kind=Event.DISPATCHED, by=None, text=text)
            session.add(entry)


async def _set_next(
    session: AsyncSession,
    desk: Desk,
    incident: Incident,
    dispatches: Sequence[Dispatch],
    threads: Iterable[Thread],
    parcels: Sequence[Parcel],
) -> None:
    """Wake again at once for what came meanwhile, after a pause for what failed, else at the next planned minute.

    Whatever adds a line or a card also raises the incident's version, so a thread that shows it lacks nothing.
    """
    now = desk.now()
    problems = [parcel.problem for parcel in parcels if parcel.problem]
    late = [thread for thread in threads if thread.state is not DeliveryState.FAILED and behind(thread, incident)]
    due: datetime | None = None
    if late or problems:
        busy = any(thread.claimed_at is not None for thread in late)
        tries = max((thread.attempts for thread in late), default=1)
        due = now + _pause(problems, tries) if problems or busy else now
    elif planned := [row.due_at for row in dispatches if row.state in WAITING and _alive(incident, row)]:
        # What is due and not carried out has no channel left to go to: never at once, or it would spin.
        stuck = any(row.state is DispatchState.DUE for row in dispatches)
        due = max(min(planned), now + RETRY) if stuck else min(planned)
    if due is None:
        await timers.disarm(session, timers.Verb.DELIVER, incident.id)
    else:
        await timers.arm(session, timers.Verb.DELIVER, incident.id, due, now, boost=incident.severity.rank * 5)


def _pause(problems: Sequence[DeliveryProblem], tries: int) -> timedelta:
    """Longer at each failure in a row: a chat that is down must not take every hand of the worker."""
    again = RETRY * 2 ** min(max(tries - 1, 0), 5) if problems else RETRY
    asked = [p.retry_after for p in problems if isinstance(p, TemporaryProblem) and p.retry_after is not None]
    return max([again, *(timedelta(seconds=seconds) for seconds in asked)])


def _alive(incident: Incident, row: Dispatch) -> bool:
    """After the end, only copies for information still leave."""
    return row.copy or incident.state is not IncidentState.RESOLVED
