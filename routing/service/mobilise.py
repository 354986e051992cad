"""Services whose minute has come are mobilised, if the step's condition still holds."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.incident import DeliveryState, DispatchState, Event
from routing.domain.procedure import Condition, Fact
from routing.service.desk import Desk
from routing.service.record import first_cards, record, stale
from routing.store import incidents, timers
from routing.store.models import Dispatch, Incident, Thread

CONSOLE = "console"


async def mobilise_due(session: AsyncSession, desk: Desk, incident_id: int) -> None:
    """The verb of the timer: an incident's next planned minute has come."""
    incident = await incidents.by_id(session, incident_id, lock=True)
    if incident is None:
        await timers.disarm(session, timers.Verb.MOBILISE, incident_id)
        return
    await mobilise(session, desk, incident)


async def mobilise(session: AsyncSession, desk: Desk, incident: Incident) -> None:
    """Dispatches whose minute has come are due, or skipped when their condition no longer holds.

    Their channels get a card; the incident wakes again at the next planned minute. The incident's row must be locked.
    """
    now = desk.now()
    await session.flush()
    waiting = [row for row in await incidents.dispatches_of(session, incident.id) if row.state is DispatchState.PLANNED]
    if due := [row for row in waiting if row.due_at <= now]:
        await _carry_out(session, desk, incident, due, list(await incidents.threads_of(session, incident.id)))
        await stale(session, desk, incident)  # the cards that are already there show the newcomers
    if not await _wake_again(session, desk, incident, waiting):
        await timers.disarm(session, timers.Verb.MOBILISE, incident.id)


async def mobilise_first(session: AsyncSession, desk: Desk, incident: Incident, planned: Sequence[Dispatch]) -> None:
    """The same for an incident that is just being opened: of it nothing stands anywhere, and nothing waits."""
    threads: list[Thread] = []
    await _carry_out(session, desk, incident, [row for row in planned if row.due_at <= desk.now()], threads)
    await session.flush()
    first_cards(session, desk, incident, threads)
    await _wake_again(session, desk, incident, planned)


async def _wake_again(session: AsyncSession, desk: Desk, incident: Incident, waiting: Sequence[Dispatch]) -> bool:
    """At the next planned minute, if there is one."""
    now = desk.now()
    later = [row.due_at for row in waiting if row.due_at > now]
    if later:
        await timers.arm(session, timers.Verb.MOBILISE, incident.id, min(later), now, boost=incident.severity.rank * 5)
    return bool(later)


async def _carry_out(
    session: AsyncSession, desk: Desk, incident: Incident, due: Sequence[Dispatch], threads: list[Thread]
) -> None:
    """``threads`` are the incident's; it receives the new ones."""
    facts = desk.facts(incident, desk.now())
    for row in due:
        condition = Condition(frozenset(map(Fact, row.needs)), frozenset(map(Fact, row.refuses)))
        if condition.holds(facts):
            row.state = DispatchState.DUE
            # Where the service lives now: the city may have moved it since the plan, or its channel refused.
            channels = _open_channels(desk, row.service, threads)
            row.channel = channels[0]
            ensure_threads(session, incident, channels, threads)
            continue
        row.state = DispatchState.SKIPPED
        why = f"{desk.service_name(row.service)} n'est pas mobilisé : {_why(condition, facts)}"
        await record(session, desk, incident, Event.SKIPPED, why)


def _open_channels(desk: Desk, service: str, threads: Sequence[Thread]) -> list[str]:
    refused = {thread.channel for thread in threads if thread.state is DeliveryState.FAILED}
    channels = [channel for channel in desk.directory.channels_of(service) if channel not in refused]
    return channels or [f"{CONSOLE}:{service}"]


def ensure_threads(session: AsyncSession, incident: Incident, channels: Sequence[str], threads: list[Thread]) -> None:
    """A card for each channel that has none; ``threads`` receives the new ones."""
    known = {thread.channel for thread in threads}
    for channel in channels:
        if channel not in known:
            ref = f"card-{incident.id}-{channel}"
            state = DeliveryState.PENDING
            thread = Thread(
                incident_id=incident.id, channel=channel, ref=ref, shown=0, attempts=0, state=state, behind=True
            )
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
