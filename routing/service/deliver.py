"""An incident's cards and threads brought to its channels: claim, call the gateways outside any transaction, record."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.card import Card, Line
from routing.domain.incident import DeliveryState, DispatchState, Event, IncidentState
from routing.domain.procedure import Condition, Fact
from routing.ports import ChatGateway, DeliveryProblem, PermanentProblem, TemporaryProblem, UnknownOutcome
from routing.service.desk import Desk
from routing.service.record import record
from routing.store import incidents, live, timers, views
from routing.store.base import Database
from routing.store.models import Dispatch, Incident, Thread, ThreadLine, TimelineEntry

log = logging.getLogger(__name__)

CARRY_TIME = 6.0  # seconds a channel has for one parcel
CLAIM = timedelta(seconds=8)  # a claim older than this belonged to a process that died
RETRY = timedelta(seconds=2)
CONSOLE = "console"
WAITING = (DispatchState.PLANNED, DispatchState.DUE)


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


async def deliver(database: Database, desk: Desk, chats: Mapping[str, ChatGateway], incident_id: int) -> None:
    """Bring one incident's channels up to date and set its next wake-up. Safe to run twice, or twice at once."""
    async with database.transaction() as session:
        parcels = await _claim(session, desk, incident_id)
    await asyncio.gather(*(_carry(chats, parcel) for parcel in parcels))
    async with database.transaction() as session:
        await _settle(session, desk, incident_id, parcels)


async def _claim(session: AsyncSession, desk: Desk, incident_id: int) -> list[Parcel]:
    incident = await incidents.by_id(session, incident_id, lock=True)
    if incident is None:
        return []
    dispatches = await incidents.dispatches_of(session, incident_id)
    threads = list(await incidents.threads_of(session, incident_id))
    await _mobilise(session, desk, incident, dispatches, threads)
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


async def _mobilise(
    session: AsyncSession, desk: Desk, incident: Incident, dispatches: Sequence[Dispatch], threads: list[Thread]
) -> None:
    """Dispatches whose minute has come are due, or skipped when their condition no longer holds.

    ``threads`` receives a card for each channel that has none yet.
    """
    now = desk.now()
    planned = [row for row in dispatches if row.state is DispatchState.PLANNED and row.due_at <= now]
    facts = desk.facts(incident, now)
    if planned and threads:
        incident.version += 1  # the cards that are already there show the newcomers
    for row in planned:
        condition = Condition(frozenset(map(Fact, row.needs)), frozenset(map(Fact, row.refuses)))
        if condition.holds(facts):
            row.state = DispatchState.DUE
            _ensure_threads(session, incident, desk.directory.channels_of(row.service), threads)
            continue
        row.state = DispatchState.SKIPPED
        why = f"{desk.service_name(row.service)} n'est pas mobilisé : {_why(condition, facts)}"
        await record(session, desk, incident, Event.SKIPPED, why)


def _ensure_threads(session: AsyncSession, incident: Incident, channels: Sequence[str], threads: list[Thread]) -> None:
    known = {thread.channel for thread in threads}
    for channel in channels:
        if channel not in known:
            ref = f"card-{incident.id}-{channel}"
            state = DeliveryState.PENDING
            thread = Thread(incident_id=incident.id, channel=channel, ref=ref, shown=0, attempts=0, state=state)
            session.add(thread)
            threads.append(thread)


def _why(condition: Condition, facts: frozenset[Fact]) -> str:
    reasons = {
        Fact.ACKNOWLEDGED: ("l'incident n'est pas encore pris", "l'incident est déjà pris"),
        Fact.DANGER: ("aucun danger n'est signalé", "un danger est signalé"),
        Fact.NIGHT: ("il fait jour", "il fait nuit"),
        Fact.COMMUNE_POLICE: ("la commune n'a pas de police municipale", "la commune a sa police municipale"),
    }
    missing = [reasons[fact][0] for fact in sorted(condition.needs - facts)]
    return ", ".join(missing + [reasons[fact][1] for fact in sorted(condition.refuses & facts)])


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
    if thread.state is DeliveryState.FAILED or not (_behind(thread, incident) or lines.get(thread.id)):
        return False
    return thread.claimed_at is None or thread.claimed_at <= desk.now() - CLAIM


def _parcel(
    desk: Desk, incident: Incident, thread: Thread, lines: Sequence[ThreadLine], dispatches: Sequence[Dispatch]
) -> Parcel:
    """Claim what this thread lacks."""
    stale = _behind(thread, incident)
    thread.claimed_at = desk.now()
    thread.attempts += 1
    if thread.provider_ref is None:
        thread.state = DeliveryState.SENDING
    for line in lines:
        line.state, line.attempts = DeliveryState.SENDING, line.attempts + 1
    here = frozenset(row.service for row in dispatches if thread.channel in desk.directory.channels_of(row.service))
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


async def _carry(chats: Mapping[str, ChatGateway], parcel: Parcel) -> None:
    """Call the gateway: the card first, then its lines in order. What went wrong is kept in the parcel."""
    scheme, _, address = parcel.channel.partition(":")
    try:
        gateway = chats.get(scheme)
        if gateway is None:
            raise PermanentProblem(f"aucun compte {scheme} n'est connecté")
        async with asyncio.timeout(CARRY_TIME):
            await _hand_over(gateway, address, parcel)
    except DeliveryProblem as problem:
        parcel.problem = problem
    except (TimeoutError, OSError) as error:
        parcel.problem = UnknownOutcome(type(error).__name__)


async def _hand_over(gateway: ChatGateway, address: str, parcel: Parcel) -> None:
    if parcel.posted is None:
        assert parcel.card is not None  # a thread that was never posted has shown no version yet
        parcel.posted = await gateway.post_card(address, parcel.card, parcel.ref)
    elif parcel.card is not None:
        await gateway.edit_card(address, parcel.posted, parcel.card)
    for line_id, ref, line in parcel.lines:
        parcel.lines_sent[line_id] = await gateway.post_line(address, parcel.posted, line, ref)


async def _settle(session: AsyncSession, desk: Desk, incident_id: int, parcels: Sequence[Parcel]) -> None:
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
            line.provider_ref = parcel.lines_sent.get(line.id)
            line.state = DeliveryState.SENT if line.provider_ref else DeliveryState.PENDING
    if parcel.posted and thread.provider_ref is None:
        thread.provider_ref, thread.sent_at = parcel.posted, desk.now()
    thread.error = str(parcel.problem) if parcel.problem else None
    if parcel.problem is None:
        thread.state = DeliveryState.SENT
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
    for row in await incidents.dispatches_of(session, incident.id):
        if row.channel == thread.channel:
            row.channel = f"{CONSOLE}:{row.service}"
            _ensure_threads(session, incident, [row.channel], threads)
    text = f"Le canal {thread.channel} refuse les messages ({thread.error}) : la fiche est dans la salle"
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
    behind = [thread for thread in threads if thread.state is not DeliveryState.FAILED and _behind(thread, incident)]
    due: datetime | None = None
    if behind or problems:
        busy = any(thread.claimed_at is not None for thread in behind)
        due = now + _pause(problems) if problems or busy else now
    elif planned := [row.due_at for row in dispatches if row.state in WAITING and _alive(incident, row)]:
        due = min(planned)
    if due is None:
        await timers.disarm(session, timers.Verb.DELIVER, incident.id)
    else:
        await timers.arm(session, timers.Verb.DELIVER, incident.id, due, now, boost=incident.severity.rank * 5)


def _behind(thread: Thread, incident: Incident) -> bool:
    return thread.shown < incident.version


def _pause(problems: Sequence[DeliveryProblem]) -> timedelta:
    asked = [p.retry_after for p in problems if isinstance(p, TemporaryProblem) and p.retry_after is not None]
    return max([RETRY, *(timedelta(seconds=seconds) for seconds in asked)])


def _alive(incident: Incident, row: Dispatch) -> bool:
    """After the end, only copies for information still leave."""
    return row.copy or incident.state is not IncidentState.RESOLVED
