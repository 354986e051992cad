"""What came of a delivery is recorded, and the channel's next wake-up set."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.incident import DeliveryState, DispatchState, Event
from routing.ports import Gone, PermanentProblem, TemporaryProblem, UnknownOutcome
from routing.service.claim import Batch, Parcel, Rows
from routing.service.desk import Desk
from routing.service.mobilise import CONSOLE, ensure_threads
from routing.service.record import record, wake_channels
from routing.store import channels, incidents, live, timers
from routing.store.models import Channel, Dispatch, Incident, Thread, ThreadLine, TimelineEntry

log = logging.getLogger(__name__)

RETRY = timedelta(seconds=2)
DOUBLINGS = 4  # of the pause after a failure: half a minute at most, so that the end of an outage is soon seen


async def settle(session: AsyncSession, desk: Desk, batch: Batch) -> bool:
    """Record what became of the parcels, in a later transaction; whether there is something to be brought at once."""
    owners = {row.id: row for row in await incidents.locked(session, {parcel.incident for parcel in batch.parcels})}
    channel = await session.get_one(Channel, batch.channel, with_for_update=True, populate_existing=True)
    # What is read here is changed by nobody else while the incidents' rows are ours.
    threads = await incidents.threads_by_id(session, [parcel.thread for parcel in batch.parcels])
    rows = Rows(channel, threads, owners, await incidents.unsaid_lines(session, threads))
    await conclude(session, desk, batch.parcels, rows)
    return await sleep(session, desk, channel.id, channel.held_until, next_card=batch.not_before, wake=False)


async def conclude(session: AsyncSession, desk: Desk, parcels: Sequence[Parcel], rows: Rows) -> None:
    """Record what became of the parcels in these ``rows``, which nobody else changes."""
    rows.channel.claimed_at = None
    for parcel in parcels:
        _note(desk, rows.channel, rows.threads[parcel.thread], parcel)
        _note_lines(parcel, rows.lines)
    unsaid = {line.thread_id for line in rows.lines if line.state is not DeliveryState.SENT}
    for parcel in parcels:
        incident, thread = rows.incidents[parcel.incident], rows.threads[parcel.thread]
        failed = thread.state is DeliveryState.FAILED
        thread.behind = not failed and (thread.shown < incident.version or thread.id in unsaid)
        if failed:
            await _fall_back(session, desk, incident, thread)
    stand = [row.incident_id for row in rows.threads.values() if row.state is DeliveryState.SENT]
    await _mark_sent(session, desk, rows.channel.address, stand)
    live.announce(session, "incident", *rows.incidents)
    await session.flush()


async def sleep(
    session: AsyncSession,
    desk: Desk,
    number: int,
    until: datetime | None = None,
    *,
    next_card: datetime | None = None,
    wake: bool = True,
) -> bool:
    """Set the channel's next wake-up by what it lacks, not before ``until``; whether that is now.

    ``next_card`` is before when no card can be posted. ``wake=False`` is said by whoever looks again by themselves.
    """
    now = desk.now()
    channel = await session.get(Channel, number)
    if channel is None:
        return False
    verb = channels.verb_of(channel.address)
    # What settling itself has said comes first: timers are always set in the order of their numbers.
    await wake_channels(session, desk)
    # Whoever found the timer set and left it at that has to be seen (see `wake_channels` of record).
    await timers.lock(session, verb, number)
    lacks = await channels.waiting(session, channel.address, now)
    if lacks.at is None:
        await timers.disarm(session, verb, number)
        return False
    at = max(lacks.at, until or lacks.at)
    if lacks.update_at is None or lacks.update_at > now:
        at = max(at, next_card or at)
    await timers.arm(session, verb, number, at, now, boost=lacks.boost, wake=wake)
    return at <= now


def _note(desk: Desk, channel: Channel, thread: Thread, parcel: Parcel) -> None:
    """What became of one parcel."""
    now = desk.now()
    if parcel.posted and thread.provider_ref is None:
        thread.provider_ref, thread.sent_at = parcel.posted, now
        thread.state = DeliveryState.SENT
    thread.shown = max(thread.shown, parcel.shown or 0)
    thread.again_at, thread.error = None, str(parcel.problem) if parcel.problem else None
    match parcel.problem:
        case None:
            thread.attempts, channel.refusal, channel.refused_at = 0, None, None
        case Gone():
            thread.provider_ref, thread.shown, thread.state = None, 0, DeliveryState.PENDING
        case PermanentProblem():
            thread.state = DeliveryState.FAILED
            channel.refusal, channel.refused_at = thread.error, channel.refused_at or now
        case TemporaryProblem(retry_after=seconds) if seconds is not None:
            channel.held_until = max(channel.held_until or now, now + timedelta(seconds=seconds))
        case _:
            thread.again_at = now + RETRY * 2 ** min(max(thread.attempts - 1, 0), DOUBLINGS)
    if parcel.problem and thread.state is DeliveryState.SENDING:
        unknown = isinstance(parcel.problem, UnknownOutcome)
        thread.state = DeliveryState.UNKNOWN if unknown else DeliveryState.PENDING


def _note_lines(parcel: Parcel, lines: Sequence[ThreadLine]) -> None:
    refs = {number: saying.ref for saying in parcel.sayings for number in saying.lines}
    tried = DeliveryState.UNKNOWN if isinstance(parcel.problem, UnknownOutcome) else DeliveryState.PENDING
    for line in lines:
        if line.id in refs:
            line.provider_ref = parcel.said.get(refs[line.id])
            line.state = DeliveryState.SENT if line.provider_ref else tried


async def _fall_back(session: AsyncSession, desk: Desk, incident: Incident, thread: Thread) -> None:
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
    await record(session, desk, incident, Event.DELIVERY, text)


async def _mark_sent(session: AsyncSession, desk: Desk, address: str, stand: Collection[int]) -> None:
    """The services of that channel have been reached about the incidents whose cards stand in it.

    A dispatch that is being written this instant is passed over: its writer has the card brought up to date.
    """
    now = desk.now()
    due = select(Dispatch).where(Dispatch.incident_id.in_(stand), Dispatch.channel == address)
    query = due.where(Dispatch.state == DispatchState.DUE).order_by(Dispatch.incident_id, Dispatch.due_at, Dispatch.id)
    free = query.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    for row in (await session.scalars(free)).all() if stand else ():
        row.state, row.sent_at = DispatchState.SENT, now
        text = f"{desk.service_name(row.service)} mobilisé"
        entry = TimelineEntry(incident_id=row.incident_id, at=now, kind=Event.DISPATCHED, by=None, text=text)
        session.add(entry)
