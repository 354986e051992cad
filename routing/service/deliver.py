"""An incident's cards and threads brought to its channels: claim, call the gateways outside any transaction, record."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
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
    await _mobilise(session, desk, incident, dispatches)
    threads = await incidents.threads_of(session, incident_id)
    lines = await _unsent_lines(session, [thread.id for thread in threads])
    return [
        parcel
        for thread in threads
        if (parcel := _parcel(desk, incident, thread, lines.get(thread.id, []), dispatches)) is not None
    ]


async def _mobilise(session: AsyncSession, desk: Desk, incident: Incident, dispatches: Sequence[Dispatch]) -> None:
    """Dispatches whose minute has come are due, or skipped when their condition no longer holds."""
    now = desk.now()
    planned = [row for row in dispatches if row.state is DispatchState.PLANNED and row.due_at <= now]
    if not planned:
        return
    facts = desk.facts(incident, now)
    threads = await incidents.threads_of(session, incident.id)
    had_threads = bool(threads)
    known = {thread.channel for thread in threads}
    for row in planned:
        condition = Condition(frozenset(map(Fact, row.needs)), frozenset(map(Fact, row.refuses)))
        name = desk.service_name(row.service)
        if not condition.holds(facts):
            row.state = DispatchState.SKIPPED
            await record(
                session, desk, incident, Event.SKIPPED, f"{name} n'est pas mobilisé : {_why(condition, facts)}"
            )
            continue
        row.state = DispatchState.DUE
        for channel in desk.directory.channels_of(row.service):
            if channel not in known:
                known.add(channel)
                ref = f"card-{incident.id}-{channel}"
                session.add(Thread(incident_id=incident.id, channel=channel, ref=ref, shown=0))
    if had_threads:
        incident.version += 1
    await session.flush()


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


def _parcel(
    desk: Desk, incident: Incident, thread: Thread, lines: Sequence[ThreadLine], dispatches: Sequence[Dispatch]
) -> Parcel | None:
    """Claim what this thread lacks; None when it lacks nothing, has failed, or another process is busy with it."""
    now = desk.now()
    stale = thread.shown < incident.version
    if thread.state is DeliveryState.FAILED or not (stale or lines):
        return None
    if thread.claimed_at is not None and thread.claimed_at > now - CLAIM:
        return None
    thread.claimed_at = now
    thread.attempts += 1
    if thread.provider_ref is None:
        thread.state = DeliveryState.SENDING
    for line in lines:
        line.state, line.attempts = DeliveryState.SENDING, line.attempts + 1
    here = frozenset(row.service for row in dispatches if thread.channel in desk.directory.channels_of(row.service))
    return Parcel(
        thread=thread.id,
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
    for parcel in parcels:
        await _note(session, desk, incident, parcel)
    dispatches = await incidents.dispatches_of(session, incident_id)
    threads = await incidents.threads_of(session, incident_id)
    _mark_sent(session, desk, incident, dispatches, threads)
    await session.flush()
    await _set_next(session, desk, incident, dispatches, threads, parcels)
    if parcels:
        await live.announce(session, "incident", incident_id)


async def _note(session: AsyncSession, desk: Desk, incident: Incident, parcel: Parcel) -> None:
    """What became of one parcel; a channel that refuses for good is replaced by the service's console channel."""
    thread = await session.get_one(Thread, parcel.thread)
    thread.claimed_at = None
    lines = await session.scalars(select(ThreadLine).where(ThreadLine.id.in_([line[0] for line in parcel.lines])))
    for line in lines:
        sent = parcel.lines_sent.get(line.id)
        line.state = DeliveryState.SENT if sent else DeliveryState.PENDING
        line.provider_ref = sent
    if parcel.posted and thread.provider_ref is None:
        thread.provider_ref, thread.sent_at = parcel.posted, desk.now()
    thread.error = str(parcel.problem) if parcel.problem else None
    if parcel.problem is None:
        thread.state = DeliveryState.SENT
        thread.shown = max(thread.shown, parcel.card.version if parcel.card else 0)
    elif isinstance(parcel.problem, PermanentProblem):
        thread.state = DeliveryState.FAILED
        await _fall_back(session, desk, incident, thread)
    elif thread.provider_ref is None:
        unknown = isinstance(parcel.problem, UnknownOutcome)
        thread.state = DeliveryState.UNKNOWN if unknown else DeliveryState.PENDING


async def _fall_back(session: AsyncSession, desk: Desk, incident: Incident, thread: Thread) -> None:
    log.warning("channel refused for good", extra={"incident": incident.id, "channel": thread.channel})
    known = {row.channel for row in await incidents.threads_of(session, incident.id)}
    for row in await incidents.dispatches_of(session, incident.id):
        substitute = f"{CONSOLE}:{row.service}"
        if row.channel == thread.channel and substitute != thread.channel:
            row.channel = substitute
            if substitute not in known:
                known.add(substitute)
                ref = f"card-{incident.id}-{substitute}"
                session.add(Thread(incident_id=incident.id, channel=substitute, ref=ref, shown=0))
    text = f"Le canal {thread.channel} refuse les messages ({thread.error}) : la fiche est dans la salle"
    await record(session, desk, incident, Event.DELIVERY, text, broadcast=True)


def _mark_sent(
    session: AsyncSession, desk: Desk, incident: Incident, dispatches: Sequence[Dispatch], threads: Sequence[Thread]
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
    threads: Sequence[Thread],
    parcels: Sequence[Parcel],
) -> None:
    """Wake again at once for what came meanwhile, after a pause for what failed, else at the next planned minute."""
    now = desk.now()
    problems = [parcel.problem for parcel in parcels if parcel.problem]
    open_threads = [thread.id for thread in threads if thread.state is not DeliveryState.FAILED]
    unsent = bool(await _unsent_lines(session, open_threads))
    behind = any(thread.shown < incident.version for thread in threads if thread.state is not DeliveryState.FAILED)
    busy = any(thread.claimed_at is not None for thread in threads)
    due: datetime | None = None
    if behind or unsent:
        due = now + _pause(problems) if problems or busy else now
    elif planned := [row.due_at for row in dispatches if row.state in WAITING and _alive(incident, row)]:
        due = min(planned)
    if due is None:
        await timers.disarm(session, timers.Verb.DELIVER, incident.id)
    else:
        await timers.arm(session, timers.Verb.DELIVER, incident.id, due, now, boost=incident.severity.rank * 5)


def _pause(problems: Sequence[DeliveryProblem]) -> timedelta:
    asked = [p.retry_after for p in problems if isinstance(p, TemporaryProblem) and p.retry_after is not None]
    return max([RETRY, *(timedelta(seconds=seconds) for seconds in asked)])


def _alive(incident: Incident, row: Dispatch) -> bool:
    """After the end, only copies for information still leave."""
    return row.copy or incident.state is not IncidentState.RESOLVED
