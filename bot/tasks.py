"""One thin job per verb: open a session, call the verb. A failure is recorded and tried again, never swallowed."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.house import House
from bot.observability import JOB_FAILURES, JOB_SECONDS
from intake import closed_question, handle, missed_call
from intake.fetch import fetch
from intake.listen import listen
from routing.ports import DeliveryProblem, TemporaryProblem
from routing.service.deliver import deliver
from routing.service.desk import Desk
from routing.service.escalate import escalate
from routing.service.forget_attachment import forget_due
from routing.service.hand_over import hand_over
from routing.service.hold import watch_over
from routing.service.locate import locate
from routing.service.mobilise import mobilise_due
from routing.service.ring import carry_out
from routing.service.show import show
from routing.service.tell import send_to_citizen
from routing.store import timers
from routing.store.models import Incident
from routing.store.timers import Verb

log = structlog.get_logger(__name__)

ALONE = timedelta(seconds=1)  # after a first call: until then the next ones go the way of all, hundreds at a time

Job = Callable[[int], Awaitable[None]]


def register(house: House) -> None:
    """Give the job engine one task for each verb."""
    for verb, job in jobs_of(house).items():
        house.jobs.task(name=verb.value, queue=verb.value)(_watched(house, verb, job))


def jobs_of(house: House) -> dict[Verb, Job]:
    """What each verb does to its subject."""
    database, desk, hearing = house.database, house.desk, house.hearing

    called_at: datetime | None = None

    async def handle_report(subject_id: int) -> None:
        assert hearing is not None, "the worker needs a classifier"
        async with database.transaction() as session:
            incident = await handle.handle(session, desk, hearing, subject_id)
        nonlocal called_at
        now = desk.now()
        if incident is not None and _calls_now(incident, now) and (called_at is None or now - called_at > ALONE):
            called_at = now
            await _escalate(house, incident.id)  # its own job comes later when many reports come at once

    async def deliver_channel(subject_id: int) -> None:
        await deliver(database, desk, house.chats, subject_id)

    async def show_channel(subject_id: int) -> None:
        await show(database, desk, house.room, subject_id)

    async def hold_incident(subject_id: int) -> None:
        async with database.transaction() as session:
            await watch_over(session, desk, subject_id, tuple(house.pagers))

    async def locate_incident(subject_id: int) -> None:
        await locate(database, desk, house.geocoder, subject_id)

    async def page(subject_id: int) -> None:
        await carry_out(database, desk, house.pagers, subject_id)

    async def tell(subject_id: int) -> None:
        await send_to_citizen(database, desk, house.citizens, subject_id)

    async def fetch_attachment(subject_id: int) -> None:
        await fetch(database, desk, house.media, subject_id)

    return {
        Verb.HANDLE: handle_report,
        Verb.UNANSWERED: _alone(house, closed_question.unanswered),
        Verb.MOBILISE: _alone(house, mobilise_due),
        Verb.DELIVER: deliver_channel,
        Verb.SHOW: show_channel,
        Verb.ESCALATE: partial(_escalate, house),
        Verb.HOLD: hold_incident,
        Verb.PAGE: page,
        Verb.TELL: tell,
        Verb.INVITE: partial(missed_call.invite, database, desk, house.citizens, house.settings.city),
        Verb.LOCATE: locate_incident,
        Verb.FETCH: fetch_attachment,
        Verb.LISTEN: partial(listen, database, desk, house.ears, house.danger),
        Verb.FORGET: _alone(house, forget_due),
        Verb.HAND_OVER: _alone(house, hand_over),
    }


def _calls_now(incident: Incident, now: datetime) -> bool:
    first = incident.escalation_started_at
    return incident.level == 0 and first is not None and first <= now


async def _escalate(house: House, subject_id: int) -> None:
    """Whatever is due, hundreds at a time; one by one if that fails, so that none waits for another."""

    async def some(first: int, together: int) -> list[int]:
        async with house.database.transaction() as session:
            return await escalate(session, house.desk, first, tuple(house.pagers), together=together)

    async def alone(one: int) -> None:
        await some(one, 1)

    try:
        while len(await some(subject_id, timers.TOGETHER)) == timers.TOGETHER:
            pass
    except Exception as error:
        async with house.database.transaction() as session:
            ids = await timers.due(session, Verb.ESCALATE, house.clock.now(), timers.TOGETHER)
        if set(ids) <= {subject_id}:
            raise
        log.warning("escalations are evaluated one by one", error=type(error).__name__, exc_info=True)
        for id_ in {subject_id, *ids}:
            await _watched(house, Verb.ESCALATE, alone)(id_)


def _alone(house: House, verb: Callable[[AsyncSession, Desk, int], Awaitable[object]]) -> Job:
    """The verb in a transaction of its own."""

    async def run(subject_id: int) -> None:
        async with house.database.transaction() as session:
            await verb(session, house.desk, subject_id)

    return run


def _watched(house: House, verb: Verb, job: Job) -> Job:
    async def run(subject_id: int) -> None:
        started = time.perf_counter()
        try:
            await job(subject_id)
        except Exception as error:
            JOB_FAILURES.labels(verb.value).inc()
            expected = isinstance(error, DeliveryProblem)
            log.warning(
                "job failed", verb=verb.value, subject=subject_id, error=type(error).__name__, exc_info=not expected
            )
            pause = (error.retry_after if isinstance(error, TemporaryProblem) else None) or 0
            name, now = type(error).__name__, house.clock.now()
            async with house.database.transaction() as session:
                await timers.failed(session, verb, subject_id, now, name, not_before=pause)
        finally:
            JOB_SECONDS.labels(verb.value).observe(time.perf_counter() - started)

    return run
