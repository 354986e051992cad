"""Something happened to an incident: the timeline keeps it, threads say it, cards become stale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.audit import Entry
from routing.domain.incident import DeliveryState, Event
from routing.service.audit import decision
from routing.service.desk import Desk
from routing.store import audit, channels, live, timers
from routing.store.base import End, at_end
from routing.store.bulk import insert_rows
from routing.store.models import Incident, Thread, ThreadLine, TimelineEntry

# A thread whose card was never sent needs no line: its card will show the current state.
READABLE = (DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.UNKNOWN)
# What decides who is called: kept in the audit log too.
AUDITED = frozenset(
    {
        Event.ACKNOWLEDGED,
        Event.ALARM,
        Event.DECLINED,
        Event.ESCALATED,
        Event.HELD,
        Event.MUTED,
        Event.PAGED,
        Event.RECLASSIFIED,
        Event.REOPENED,
        Event.RESOLVED,
        Event.UNREACHED,
    }
)


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened to an incident, in French.

    ``but`` is the thread in which people have read it already; ``person`` (a roster id) and ``facts`` go to the audit.
    """

    incident: Incident
    event: Event
    text: str
    by: str | None = None
    broadcast: bool = False
    but: int | None = None
    person: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


async def record(
    session: AsyncSession,
    desk: Desk,
    incident: Incident,
    event: Event,
    text: str,
    *,
    by: str | None = None,
    broadcast: bool = False,
    but: int | None = None,
    person: str | None = None,
    **facts: Any,
) -> None:
    """Keep ``text`` in the timeline, put it in every thread, and have every card brought up to date."""
    await record_all(session, desk, [Happening(incident, event, text, by, broadcast, but, person, facts)])


async def record_all(
    session: AsyncSession, desk: Desk, happened: Sequence[Happening], decided: Sequence[Entry] = ()
) -> None:
    """The same for several incidents at once, after what was ``decided`` about them. Their rows must be locked."""
    now = desk.now()
    audited = [
        decision(desk, one.incident, one.event, one.text, by=one.by, person=one.person, **one.facts)
        for one in happened
        if one.event in AUDITED
    ]
    audit.append(session, [*decided, *audited])
    rows = [
        {"incident_id": one.incident.id, "at": now, "kind": one.event.value, "by": one.by, "text": one.text}
        for one in happened
    ]
    threads = await _mark(session, [one.incident for one in happened])
    entries = await insert_rows(session, TimelineEntry, rows)
    await _say_in_threads(session, desk, dict(zip(entries, happened, strict=True)), threads)
    _have_woken(session, desk, [one.incident for one in happened], threads)


async def stale(session: AsyncSession, desk: Desk, incident: Incident) -> None:
    """Every card of the incident shows an older state now: have its channels brought up to date, tell the consoles."""
    threads = await _mark(session, [incident])
    _have_woken(session, desk, [incident], threads)


def first_cards(session: AsyncSession, desk: Desk, incident: Incident, threads: Sequence[Thread]) -> None:
    """An incident that was just opened has these: have their channels brought its cards, tell the consoles."""
    new = [_Marked(thread.id, incident.id, thread.channel, readable=False, seen=False) for thread in threads]
    _have_woken(session, desk, [incident], new)


@dataclass(frozen=True, slots=True)
class _Marked:
    """A thread that lacks something now; ``seen``: its card is there."""

    id: int
    incident: int
    channel: str
    readable: bool
    seen: bool


@dataclass(frozen=True, slots=True)
class _Waking:
    """How much a channel's waking comes before others'; ``outdated``: a card that is there shows an older state."""

    boost: int
    outdated: bool


async def _mark(session: AsyncSession, incidents: Sequence[Incident]) -> list[_Marked]:
    """The incidents have moved on: their threads lack something.

    The threads are marked before the timers are set, always in this order: whoever delivers passes over marked rows.
    """
    known = {incident.id: incident for incident in incidents}
    for incident in known.values():
        incident.version += 1
    await session.flush()
    marked = await channels.outdate(session, list(known))
    return [_Marked(id_, of, at, DeliveryState(state) in READABLE, seen) for id_, of, at, state, seen in marked]


async def _say_in_threads(
    session: AsyncSession, desk: Desk, happened: Mapping[int, Happening], threads: Sequence[_Marked]
) -> None:
    theirs: dict[int, list[int]] = {}
    for thread in threads:
        if thread.readable:
            theirs.setdefault(thread.incident, []).append(thread.id)
    lines = [
        {
            "thread_id": thread,
            "ref": f"line-{entry}-{thread}",
            "state": DeliveryState.PENDING.value,
            "attempts": 0,
            "at": desk.now(),
            "by": one.by,
            "text": one.text,
            "broadcast": one.broadcast,
        }
        for entry, one in happened.items()
        for thread in theirs.get(one.incident.id, [])
        if thread != one.but
    ]
    await insert_rows(session, ThreadLine, lines)


def _have_woken(session: AsyncSession, desk: Desk, incidents: Sequence[Incident], threads: Sequence[_Marked]) -> None:
    """Have the threads' channels woken at the end: their timers are wanted by whoever has news of anything there."""
    ranks = {incident.id: incident.severity.rank for incident in incidents}
    waking: dict[str, _Waking] = session.info.setdefault("waking", {})
    for thread in threads:
        boost = channels.urgency(ranks[thread.incident], seen=thread.seen)
        before = waking.get(thread.channel, _Waking(boost, thread.seen))
        waking[thread.channel] = _Waking(max(before.boost, boost), before.outdated or thread.seen)
    at_end(session, End.WAKE, partial(wake_channels, desk=desk))
    live.announce(session, "incident", *ranks)


async def wake_channels(session: AsyncSession, desk: Desk) -> None:
    """Wake the channels of which something was said in this transaction.

    One that posts as fast as it may and wakes for its next card anyway is not woken for one more card.
    """
    waking: dict[str, _Waking] = session.info.pop("waking", {})
    numbers, now = await channels.numbers(session, waking.keys()), desk.now()
    boosts: dict[timers.Verb, dict[int, int]] = {timers.Verb.DELIVER: {}, timers.Verb.SHOW: {}}
    for channel, number in numbers.items():
        boosts[channels.verb_of(channel)][number] = waking[channel].boost
    soon = await timers.soon(session, timers.Verb.DELIVER, boosts[timers.Verb.DELIVER], now)
    left = soon - {number for channel, number in numbers.items() if waking[channel].outdated}
    for verb, theirs in boosts.items():
        await timers.arm_each(session, verb, dict.fromkeys(theirs.keys() - left, now), now, boosts=theirs)
