"""Something happened to an incident: the timeline keeps it, threads say it, cards become stale."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.incident import DeliveryState, Event
from routing.service.audit import note_decision
from routing.service.desk import Desk
from routing.store import channels, live, timers
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
        Event.PAGED,
        Event.RECLASSIFIED,
        Event.REOPENED,
        Event.RESOLVED,
        Event.UNREACHED,
    }
)


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
    """Keep ``text`` in the timeline, put it in every thread, and have every card brought up to date.

    ``but`` is the thread in which people have read it already; ``person`` (a roster id) and ``facts`` go to the audit.
    """
    now = desk.now()
    if event in AUDITED:
        await note_decision(session, desk, incident, event, text, by=by, person=person, **facts)
    entry = TimelineEntry(incident_id=incident.id, at=now, kind=event, by=by, text=text)
    session.add(entry)
    await session.flush()
    threads = await session.scalars(
        select(Thread.id).where(Thread.incident_id == incident.id, Thread.state.in_(READABLE))
    )
    for thread_id in (one for one in threads if one != but):
        ref = f"line-{entry.id}-{thread_id}"
        session.add(ThreadLine(thread_id=thread_id, ref=ref, at=now, by=by, text=text, broadcast=broadcast))
    await stale(session, desk, incident)


async def stale(session: AsyncSession, desk: Desk, incident: Incident) -> None:
    """Every card of the incident shows an older state now: have its channels brought up to date, tell the consoles.

    The threads are marked before the timers are set, always in this order: whoever delivers passes over marked rows.
    A channel that posts as fast as it may and wakes for its next card anyway is not woken for a card to be posted.
    """
    now = desk.now()
    incident.version += 1
    await session.flush()
    open_threads = (Thread.incident_id == incident.id) & (Thread.state != DeliveryState.FAILED)
    seen = Thread.provider_ref.is_not(None)
    marked = update(Thread).where(open_threads).values(behind=True).returning(Thread.channel, seen)
    found = await session.execute(marked.execution_options(synchronize_session="evaluate"))
    outdated = dict(found.all())
    numbers, rank = await channels.numbers(session, outdated), incident.severity.rank
    boosts = {number: channels.urgency(address, rank) for address, number in numbers.items()}
    soon = await timers.soon(session, timers.Verb.DELIVER, boosts, now)
    waking = [number for address, number in numbers.items() if outdated[address] or number not in soon]
    for boost in sorted(set(boosts.values())):
        ids = [number for number in waking if boosts[number] == boost]
        await timers.arm(session, timers.Verb.DELIVER, ids, now, now, boost=boost)
    await live.announce(session, "incident", incident.id)
