"""The job worker, supervised inside our process: restarted with backoff when PostgreSQL goes away, never left dead."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog
from sqlalchemy import func, select

from bot import tasks
from bot.house import House
from bot.lane import work
from bot.observability import HEALED, OVERDUE, WORKER_RESTARTS
from bot.telegram import rooms
from routing.domain.oncall import WEEKDAYS
from routing.service.hand_over import prepare_hand_overs
from routing.service.heal import heal
from routing.service.trial import drill
from routing.service.watch_calendar import watch_calendar
from routing.store import audit, timers
from routing.store.models import Timer
from routing.store.timers import Verb

log = structlog.get_logger(__name__)

SWEEP_EVERY = 0.5
SWEEP_AT_MOST = 0.05  # while something is due that must wait for a shorter queue
HEAL_EVERY = 10.0
CALENDAR_EVERY = 60.0
HEARTBEAT = 2.0
TELEGRAM_KEPT = timedelta(days=90)  # how long our messages there are known by number
STALLED = 8.0
BACKOFF = (0.2, 0.5, 1.0, 2.0)
# Hands (as a share of the setting). One lane does nearly everything in order of priority. The others keep hands back:
# when every hand of the first is held by a chat that hangs, citizens are still listened to and the duty is called. What
# is work of the processor has its own hands only: many at it at once would finish later, and delay every page.
OWN = (Verb.HANDLE, Verb.SHOW, Verb.ESCALATE)
LANES = (
    (tuple(verb for verb in Verb if verb not in OWN), 1.0),
    ((Verb.HANDLE,), 0.375),
    ((Verb.SHOW,), 0.25),
    ((Verb.ESCALATE, Verb.UNANSWERED), 0.25),
    ((Verb.PAGE,), 0.25),
)
GRACE = 10.0  # seconds a running job has to end when the process is asked to stop


class Worker:
    """Jobs, the sweep that wakes due timers, and the invariant's healer, all restarted when they fall."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._stop = asyncio.Event()
        tasks.register(house)

    def stop(self) -> None:
        """Finish running jobs, take no more."""
        self._stop.set()

    async def run(self) -> None:
        """Until stopped."""
        loops = [
            asyncio.create_task(self._supervised("jobs", self._work)),
            asyncio.create_task(self._supervised("sweep", self._sweep)),
            asyncio.create_task(self._supervised("heal", self._heal)),
            asyncio.create_task(self._supervised("calendar", self._watch_calendar)),
        ]
        await self._stop.wait()
        _, late = await asyncio.wait(loops, timeout=GRACE)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _supervised(self, name: str, loop: Callable[[], Awaitable[None]]) -> None:
        failures = 0
        while not self._stop.is_set():
            try:
                await loop()
                failures = 0
            except Exception as error:  # noqa: BLE001 (a supervisor outlives whatever its loop met)
                log.warning("restarting", loop=name, error=type(error).__name__, failures=failures)
                failures += 1
            if self._stop.is_set():
                return
            if name == "jobs":
                WORKER_RESTARTS.inc()
            await self._pause(BACKOFF[min(failures, len(BACKOFF) - 1)])

    async def _work(self) -> None:
        app = self._house.jobs
        async with app.open_async():
            lanes = [asyncio.create_task(self._lane(verbs, share)) for verbs, share in LANES]
            stopping = asyncio.create_task(self._stop.wait())
            await asyncio.wait([*lanes, stopping], return_when=asyncio.FIRST_COMPLETED)
            for task in (stopping, *lanes):
                task.cancel()
            for outcome in await asyncio.gather(*lanes, return_exceptions=True):
                if isinstance(outcome, Exception):
                    raise outcome

    async def _lane(self, verbs: tuple[Verb, ...], share: float) -> None:
        await work(
            self._house.jobs,
            queues=[verb.value for verb in verbs],
            name=f"vigie {verbs[0]} {len(verbs)}",
            concurrency=max(2, round(self._house.settings.worker_concurrency * share)),
            fetch_job_polling_interval=0.5,
            delete_jobs="always",  # the timer row is the memory; a job's row is only its wake-up
            update_heartbeat_interval=HEARTBEAT,
            stalled_worker_timeout=STALLED,
            shutdown_graceful_timeout=GRACE,
            install_signal_handlers=False,
        )

    async def _sweep(self) -> None:
        while not self._stop.is_set():
            async with self._house.database.transaction() as session:
                woken = await timers.sweep(session, self._house.clock.now())
                following = await timers.next_due(session)
            ahead = SWEEP_EVERY
            if following is not None:  # a message that a rate allows at a given instant leaves at that instant
                left = (following - self._house.clock.now()).total_seconds()
                ahead = min(left if left > 0 else SWEEP_AT_MOST, SWEEP_EVERY)
            await self._pause(0 if woken == timers.SWEEP_BATCH else ahead)

    async def _heal(self) -> None:
        while not self._stop.is_set():
            async with self._house.database.transaction() as session:
                for verb, count in (await heal(session, self._house.desk)).items():
                    HEALED.labels(verb).inc(count)
                    log.warning("timers were missing and are set again", verb=verb, count=count)
                late = self._house.clock.now() - timedelta(seconds=2)
                OVERDUE.set(await session.scalar(select(func.count()).where(Timer.due_at < late)) or 0)
            await self._discard_stalled()
            async with self._house.database.transaction() as session:
                await audit.anchor(session, self._house.clock.now())
            async with self._house.database.transaction() as session:
                await rooms.prune(session, self._house.clock.now() - TELEGRAM_KEPT)
            await drill_in_its_hour(self._house)
            await self._pause(HEAL_EVERY)

    async def _watch_calendar(self) -> None:
        """Hand-overs of the next half hour, and what is wrong in the calendar of the weeks ahead."""
        while not self._stop.is_set():
            async with self._house.database.transaction() as session:
                await prepare_hand_overs(session, self._house.desk)
                await watch_calendar(session, self._house.desk, tuple(self._house.pagers))
            await self._pause(CALENDAR_EVERY)

    async def _discard_stalled(self) -> None:
        """Jobs of a worker that died: their timers wake by themselves, the rows are only in the way."""
        async with self._house.database.engine.begin() as connection:
            await connection.exec_driver_sql(
                "DELETE FROM procrastinate_jobs j WHERE j.status IN ('doing', 'failed') AND NOT EXISTS "
                "(SELECT FROM procrastinate_workers w WHERE w.id = j.worker_id)"
            )

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stop.wait()


async def drill_in_its_hour(house: House) -> int:
    """In the hour after the drill's time whoever was not tried lately is called, one worker at a time; how many."""
    local = house.clock.now().astimezone(house.desk.zone)
    day, _, clock = (house.settings.drill or "").partition(" ")
    if not clock or WEEKDAYS[local.weekday()] != day or f"{local:%H}" != clock[:2] or f"{local:%H:%M}" < clock:
        return 0
    async with house.database.transaction() as session:
        return await drill(session, house.desk, tuple(house.pagers), house.settings.drill_spares)


async def run_until_signalled(worker: Worker) -> None:
    """Run a worker until SIGINT or SIGTERM."""
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, worker.stop)
    await worker.run()
