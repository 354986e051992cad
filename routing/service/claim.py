"""What each channel of an incident lacks, claimed so that no other process brings it too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.card import Card, Line
from routing.domain.incident import DeliveryState
from routing.ports import DeliveryProblem
from routing.service.desk import Desk
from routing.service.mobilise import mobilise
from routing.store import incidents, views
from routing.store.models import Dispatch, Incident, Thread, ThreadLine

CLAIM = timedelta(seconds=8)  # a claim older than this belonged to a process that died


@dataclass(slots=True)
class Parcel:
    """What is to be brought to one channel, and what came of it."""

    thread: int
    channel: str
    ref: str
    posted: str | None
    card: Card | None
    lines: list[tuple[int, str, Line]] = field(default_factory=list)
    lines_sent: dict[int, str] = field(default_factory=dict)
    problem: DeliveryProblem | None = None


async def claim(session: AsyncSession, desk: Desk, incident_id: int) -> list[Parcel]:
    """Mobilise what is due and claim what every channel lacks; empty when nothing is to be brought."""
    incident = await incidents.by_id(session, incident_id, lock=True)
    if incident is None:
        return []
    dispatches = await incidents.dispatches_of(session, incident_id)
    threads = list(await incidents.threads_of(session, incident_id))
    await mobilise(session, desk, incident, dispatches, threads)
    lines = await _unsent_lines(session, [thread.id for thread in threads if thread.attempts])
    claimed = [
        (thread, _parcel(desk, incident, thread, lines.get(thread.id, []), dispatches))
        for thread in threads
        if _lacks(desk, incident, thread, lines)
    ]
    await session.flush()  # new threads get their number
    for thread, parcel in claimed:
        parcel.thread = thread.id
    return [parcel for _, parcel in claimed]


async def _unsent_lines(session: AsyncSession, threads: Sequence[int]) -> dict[int, list[ThreadLine]]:
    if not threads:
        return {}
    query = select(ThreadLine).where(
        ThreadLine.thread_id.in_(threads), ThreadLine.state.not_in((DeliveryState.SENT, DeliveryState.FAILED))
    )
    found: dict[int, list[ThreadLine]] = {}
    for line in await session.scalars(query.order_by(ThreadLine.id)):
        found.setdefault(line.thread_id, []).append(line)
    return found


def _lacks(desk: Desk, incident: Incident, thread: Thread, lines: Mapping[int, Sequence[ThreadLine]]) -> bool:
    """Whether there is something to bring to this channel, and no other process is busy with it."""
    if thread.state is DeliveryState.FAILED or not (behind(thread, incident) or lines.get(thread.id)):
        return False
    return thread.claimed_at is None or thread.claimed_at <= desk.now() - CLAIM


def _parcel(
    desk: Desk, incident: Incident, thread: Thread, lines: Sequence[ThreadLine], dispatches: Sequence[Dispatch]
) -> Parcel:
    """Claim what this thread lacks."""
    stale = behind(thread, incident)
    thread.claimed_at = desk.now()
    thread.attempts += 1
    if thread.provider_ref is None:
        thread.state = DeliveryState.SENDING
    for line in lines:
        line.state, line.attempts = DeliveryState.SENDING, line.attempts + 1
    here = frozenset(
        row.service
        for row in dispatches
        if thread.channel == row.channel or thread.channel in desk.directory.channels_of(row.service)
    )
    return Parcel(
        thread=0,
        channel=thread.channel,
        ref=thread.ref,
        posted=thread.provider_ref,
        card=card_for(desk, incident, dispatches, here) if stale else None,
        lines=[(line.id, line.ref, Line(line.at, line.text, line.by, line.broadcast)) for line in lines],
    )


def card_for(desk: Desk, incident: Incident, dispatches: Sequence[Dispatch], here: frozenset[str]) -> Card:
    """The incident's card as the channel of the services ``here`` shows it."""
    names = {row.service: desk.service_name(row.service) for row in dispatches}
    return views.card(incident, desk.plan_of(incident), dispatches, here=here, names=names, titles=desk.titles)


def behind(thread: Thread, incident: Incident) -> bool:
    """Whether the channel shows an older state than the present one."""
    return thread.shown < incident.version
