"""Timers and the jobs that carry them out.

A timer row is the truth; a job is only its wake-up, committed in the same transaction. When a job is sent, the row's
``next_at`` moves to the end of a short lease: if the job is lost (killed worker, wiped queue, restarted database), the
sweep simply wakes the row again. There is no other reconciler. See docs/adr/0003-timers.md.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from procrastinate import App
from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from routing.store.models import Timer

LEASE = timedelta(seconds=10)
BACKOFF = (1, 2, 5, 10, 30, 60)  # seconds between attempts; the last one repeats
SWEEP_BATCH = 500
SOON = timedelta(seconds=1.5)  # a channel's pause between two cards, and a little
CROWD = 100  # jobs that wait: more of them would only make them wait longer
TOGETHER = SWEEP_BATCH  # escalations that one job evaluates


class Verb(StrEnum):
    """What a job can be asked to do, and its queue."""

    HANDLE = "handle"  # a report
    UNANSWERED = "unanswered"  # a question to a citizen
    MOBILISE = "mobilise"  # an incident's next planned minute
    DELIVER = "deliver"  # a channel's cards and threads
    SHOW = "show"  # the same of one of the room's own channels
    ESCALATE = "escalate"  # an incident nobody has taken
    PAGE = "page"  # one page
    HOLD = "hold"  # an incident somebody took and perhaps forgot
    TELL = "tell"  # one message to a citizen
    LOCATE = "locate"  # an incident whose place can be looked up
    FETCH = "fetch"  # one photo or sound that is still at the provider's
    LISTEN = "listen"  # one sound nobody has listened to yet
    FORGET = "forget"  # one photo or sound whose time is over
    INVITE = "invite"  # one missed call, to whose caller it can be written
    HAND_OVER = "hand-over"  # one hand-over of a rotation's duty


# Pages before critical cards, cards before news to citizens; deliveries move up and down by as much as their gravity
# and kind deserve (see routing/store/channels).
PRIORITY = {
    Verb.PAGE: 90,
    Verb.ESCALATE: 80,
    Verb.HAND_OVER: 60,
    Verb.HOLD: 60,
    Verb.MOBILISE: 50,
    Verb.DELIVER: 50,
    Verb.SHOW: 50,
    Verb.HANDLE: 40,
    Verb.LISTEN: 35,
    Verb.UNANSWERED: 30,
    Verb.TELL: 10,
    Verb.INVITE: 9,
    Verb.LOCATE: 5,
    Verb.FETCH: 8,
    Verb.FORGET: 1,
}


QUEUED = text("""
    SELECT CAST(args ->> 'subject_id' AS bigint) FROM procrastinate_jobs
    WHERE status = 'todo' AND queue_name = :queue AND priority >= :least
        AND CAST(args ->> 'subject_id' AS bigint) = ANY(CAST(:subjects AS bigint[]))
""")
HELD = text("SELECT FROM timer WHERE verb = :verb AND subject_id = :subject FOR UPDATE")
ENDED = text("DELETE FROM timer WHERE verb = :verb AND subject_id = ANY(CAST(:subjects AS bigint[]))")
# In the order of their numbers, so that two who set the same timers never wait for each other.
ARM = text("""
    INSERT INTO timer (verb, subject_id, due_at, next_at, priority, attempts)
    SELECT :verb, subject, due, CASE WHEN due <= :now THEN CAST(:leased AS timestamptz) ELSE due END, rank, 0
    FROM unnest(CAST(:subjects AS bigint[]), CAST(:dues AS timestamptz[]), CAST(:ranks AS bigint[]))
        AS given(subject, due, rank) ORDER BY subject
    ON CONFLICT (verb, subject_id) DO UPDATE SET due_at = excluded.due_at, next_at = excluded.next_at,
        priority = excluded.priority, attempts = 0, error = NULL
    RETURNING subject_id, xmax = 0
""")
HASTEN = text("""
    WITH held AS (
        SELECT verb, subject_id, rank FROM timer
            JOIN unnest(CAST(:subjects AS bigint[]), CAST(:ranks AS bigint[])) AS given(subject, rank)
            ON subject_id = subject WHERE verb = :verb ORDER BY subject_id FOR UPDATE OF timer
    )
    UPDATE timer SET priority = greatest(priority, rank) FROM held
    WHERE timer.verb = held.verb AND timer.subject_id = held.subject_id AND due_at > :now AND due_at <= :soon
    RETURNING timer.subject_id
""")


async def arm(
    session: AsyncSession,
    verb: Verb,
    subjects: int | Iterable[int],
    due_at: datetime,
    now: datetime,
    *,
    boost: int = 0,
    wake: bool = True,
) -> None:
    """Set the timers of ``subjects`` to ``due_at``; what is due already gets its job in this very transaction.

    ``wake=False`` is said by the job itself, which goes on: should it be lost, its lease ends.
    """
    ids = [subjects] if isinstance(subjects, int) else list(subjects)
    await arm_each(session, verb, dict.fromkeys(ids, due_at), now, boosts=dict.fromkeys(ids, boost), wake=wake)


async def arm_each(
    session: AsyncSession,
    verb: Verb,
    dues: Mapping[int, datetime],
    now: datetime,
    *,
    boosts: Mapping[int, int] | None = None,
    wake: bool = True,
) -> None:
    """The same for subjects that are due at different times, each with its own boost of the verb's priority."""
    if not dues:
        return
    ranks = {id_: PRIORITY[verb] + (boosts or {}).get(id_, 0) for id_ in dues}
    given = {"subjects": list(dues), "dues": list(dues.values()), "ranks": list(ranks.values())}
    await session.flush()
    armed = await session.execute(ARM, {"verb": verb.value, "now": now, "leased": now + LEASE, **given})
    new = {id_ for id_, inserted in armed if inserted}
    waking: dict[int, list[int]] = {}
    for id_, due_at in dues.items():
        if due_at <= now:
            waking.setdefault(ranks[id_], []).append(id_)
    for rank, ids in waking.items() if wake else ():
        await _send_jobs(session, verb, rank, ids, new)


async def soon(session: AsyncSession, verb: Verb, boosts: Mapping[int, int], now: datetime) -> set[int]:
    """Those of these subjects that wake by themselves within the second, now with at least this boost of priority.

    All their timers are locked until the transaction ends, in the order of their numbers, as whoever sets them does.
    """
    if not boosts:
        return set()
    ranks = [PRIORITY[verb] + boost for boost in boosts.values()]
    given = {"verb": verb.value, "now": now, "soon": now + SOON, "subjects": list(boosts), "ranks": ranks}
    await session.flush()
    return set(await session.scalars(HASTEN, given))


async def lock(session: AsyncSession, verb: Verb, subject_id: int) -> None:
    """Nobody else sets this timer until the transaction ends; waits for whoever is about to."""
    await session.execute(HELD, {"verb": verb.value, "subject": subject_id})


async def disarm(session: AsyncSession, verb: Verb, subjects: int | Iterable[int]) -> None:
    """Nothing is outstanding any more for these subjects."""
    ids = [subjects] if isinstance(subjects, int) else list(subjects)
    if ids:
        await session.execute(ENDED, {"verb": verb.value, "subjects": ids})


async def is_due(session: AsyncSession, verb: Verb, subject_id: int, now: datetime) -> bool:
    """Whether the deadline has come; False when it was moved or met meanwhile (a job sent twice must act once)."""
    due_at = await session.scalar(select(Timer.due_at).where(Timer.verb == verb, Timer.subject_id == subject_id))
    return due_at is not None and due_at <= now


async def due_among(session: AsyncSession, verb: Verb, subjects: Sequence[int], now: datetime) -> set[int]:
    """Those of these subjects whose deadline has come."""
    query = select(Timer.subject_id).where(Timer.verb == verb, Timer.subject_id.in_(subjects), Timer.due_at <= now)
    return set(await session.scalars(query))


async def due(session: AsyncSession, verb: Verb, now: datetime, most: int) -> Sequence[int]:
    """Subjects whose deadline has come and that did not fail before, the longest ago first."""
    query = select(Timer.subject_id).where(Timer.verb == verb, Timer.due_at <= now, Timer.attempts == 0)
    return (await session.scalars(query.order_by(Timer.due_at).limit(most))).all()


async def attempts(session: AsyncSession, verb: Verb, subject_id: int) -> int:
    """How often its job has failed."""
    query = select(Timer.attempts).where(Timer.verb == verb, Timer.subject_id == subject_id)
    return await session.scalar(query) or 0


async def sweep(session: AsyncSession, now: datetime) -> int:
    """Send a job for every timer that is due and has none on its way; returns how many were woken."""
    waking = Timer.next_at <= now
    if await _crowded(session):
        # Behind a long queue a lease ends before its job's turn has come: another job would only lengthen the queue.
        # What failed has no job there; what calls people is sent again all the same, unless it is itself the queue:
        # then only escalations are, of which one job does hundreds.
        urgent = PRIORITY[Verb.ESCALATE]
        jobless = (Timer.next_at == Timer.due_at) | (Timer.attempts > 0)
        worth = Timer.verb == Verb.ESCALATE if await _crowded(session, urgent) else Timer.priority >= urgent
        waking &= jobless | worth
    ready = (
        select(Timer.verb, Timer.subject_id)
        .where(waking)
        .order_by(Timer.next_at)
        .limit(SWEEP_BATCH)
        .with_for_update(skip_locked=True)
        .cte("ready")
    )
    woken = await session.execute(
        update(Timer)
        .where(Timer.verb == ready.c.verb, Timer.subject_id == ready.c.subject_id)
        .values(next_at=now + LEASE)
        .returning(Timer.verb, Timer.subject_id, Timer.priority)
    )
    groups: dict[tuple[Verb, int], list[int]] = {}
    for verb, subject_id, priority in woken:
        groups.setdefault((Verb(verb), priority), []).append(subject_id)
    for (verb, priority), ids in groups.items():
        # An escalation's job sees by itself to what else is due (see routing/service/escalate).
        await _send_jobs(session, verb, priority, ids[::TOGETHER] if verb is Verb.ESCALATE else ids)
    return sum(len(ids) for ids in groups.values())


async def _crowded(session: AsyncSession, priority: int = 0) -> bool:
    """Whether very many jobs of that priority at least wait already."""
    jobs = "SELECT FROM procrastinate_jobs WHERE status = 'todo' AND priority >= :least LIMIT :many"
    waiting = text(f"SELECT count(*) FROM ({jobs}) AS waiting")
    return bool(await session.scalar(waiting, {"least": priority, "many": CROWD}) == CROWD)


async def failed(
    session: AsyncSession, verb: Verb, subject_id: int, now: datetime, error: str, *, not_before: float = 0
) -> int:
    """Record that a job raised and when to try again; returns the attempts so far (0 when the timer is gone).

    ``not_before`` are seconds that a provider asked for.
    """
    timer = await session.get(Timer, (verb, subject_id), with_for_update=True)
    if timer is None:
        return 0
    pause = max(BACKOFF[min(timer.attempts, len(BACKOFF) - 1)], not_before)
    timer.attempts += 1
    timer.error = error[:200]
    timer.next_at = now + timedelta(seconds=pause)
    return timer.attempts


async def next_due(session: AsyncSession) -> datetime | None:
    """When the sweep will next find something, None when nothing waits."""
    return await session.scalar(select(func.min(Timer.next_at)))


async def overdue(session: AsyncSession, now: datetime) -> Sequence[Timer]:
    """Timers whose work has been tried and keeps failing, for the room and the doctor."""
    rows = await session.scalars(select(Timer).where(Timer.attempts >= 3, Timer.due_at <= now).limit(100))
    return rows.all()


async def _send_jobs(
    session: AsyncSession, verb: Verb, priority: int, ids: list[int], new: Collection[int] = ()
) -> None:
    """Defer through the session's own connection, so that the jobs commit or roll back with the rows.

    ``new`` are the subjects whose timer was not there before.
    """
    if verb in (Verb.DELIVER, Verb.SHOW):
        queued = await _queued(session, verb, priority, ids) - set(new)
        ids = [id_ for id_ in ids if id_ not in queued]
    if not ids:
        return
    queue: App = session.info["jobs"]
    await session.flush()
    connection: Any = (await (await session.connection()).get_raw_connection()).driver_connection
    # The web process knows no tasks, so the queue is named here: the worker's lanes listen to their own only.
    deferrer = queue.configure_task(
        verb.value, allow_unknown=True, queue=verb.value, priority=priority, connection=connection
    )
    arguments: list[dict[str, Any]] = [{"subject_id": id_} for id_ in ids]
    await deferrer.batch_defer_async(*arguments)


async def _queued(session: AsyncSession, verb: Verb, priority: int, ids: Sequence[int]) -> set[int]:
    """Those of a channel's wake-ups that have a job already which nobody has begun and which comes as early.

    That job brings what is written now, too: it ends by setting this timer, which is locked until we commit (one that
    was not there before is seen by nobody until then). Without this a channel of which much is said fills the queue
    with jobs that find nothing to do, and every other channel waits behind them.
    """
    found = await session.scalars(QUEUED, {"queue": verb.value, "least": priority, "subjects": list(ids)})
    return set(found)
