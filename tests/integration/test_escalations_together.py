"""Escalations that fall due in one moment are evaluated together, each exactly once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from routing.domain.escalation import decide
from routing.domain.incident import IncidentState
from routing.domain.procedure import Severity
from routing.service import escalate
from routing.store import audit, incidents, timers
from routing.store.models import AuditEntry, Incident, Page, Timer
from routing.store.timers import Verb
from tests.city import City

MANY = 5


async def waiting(city: City, *, level: int = 0, first: int = 1, count: int = MANY) -> list[int]:
    """Incidents nobody has taken, whose escalation is due in a minute."""
    now = city.clock.now()
    due = now + timedelta(minutes=1)
    more: dict[str, Any] = {"decision": "route", "excerpt": "banc", "policy_service": "voirie", "level": level}
    rows = [
        Incident(
            reference=f"IN-{number:04}",
            state=IncidentState.OPEN,
            severity=Severity.CRITICAL,
            lead="voirie",
            opened_at=now,
            escalation_started_at=due,
            **more,
        )
        for number in range(first, first + count)
    ]
    async with city.session() as session:
        session.add_all(rows)
        await session.flush()
        await timers.arm(session, Verb.ESCALATE, [row.id for row in rows], due, now)
    return [row.id for row in rows]


async def paged(city: City) -> dict[int, int]:
    """How often somebody was called at the first level, by incident."""
    first = select(Page.incident_id, func.count(Page.person.distinct())).where(Page.level == 1, Page.round == 1)
    async with city.session() as session:
        return dict((await session.execute(first.group_by(Page.incident_id))).all())  # type: ignore[arg-type]


async def once(city: City, ids: list[int]) -> None:
    """Each incident was evaluated once: one decision in the log, the calls of one level, and the next deadline."""
    async with city.session() as session:
        decided = select(AuditEntry.incident, func.count()).where(AuditEntry.kind == "escalated")
        entries = dict((await session.execute(decided.group_by(AuditEntry.incident))).all())
        assert await audit.faults(session) == []
        due = await session.scalars(select(Timer.subject_id).where(Timer.verb == Verb.ESCALATE))
        assert set(ids) <= set(due)
    assert sorted(entries.values()) == [1] * len(ids)
    assert set(await paged(city)) == set(ids)
    await city.rings()


async def test_what_falls_due_together_is_one_job(city: City) -> None:
    ids = await waiting(city)
    city.clock.at += timedelta(minutes=1)
    async with city.session() as session:
        assert await timers.sweep(session, city.clock.at) == MANY
        sent = await session.scalar(text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'escalate'"))
    assert sent == 1
    await city.work()
    await once(city, ids)


async def test_one_that_cannot_be_evaluated_holds_up_no_other(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    strange = await waiting(city, level=7, count=1)
    ids = await waiting(city, first=2)

    def fails(policy: Any, standing: Any, *more: Any) -> Any:
        if standing.level == 7:
            raise ValueError("out of range")
        return decide(policy, standing, *more)

    monkeypatch.setattr("routing.service.escalate.decide", fails)
    city.failures_expected = True
    await city.settle(minutes=1)
    await once(city, ids)
    async with city.session() as session:
        timer = await session.get_one(Timer, (Verb.ESCALATE, strange[0]))
    assert (timer.attempts, timer.error) == (1, "ValueError")


async def test_two_workers_with_the_same_ones_act_once(city: City) -> None:
    ids = await waiting(city)
    city.clock.at += timedelta(minutes=1)

    async def work(first: int) -> list[int]:
        async with city.session() as session:
            return await escalate.escalate(session, city.house.desk, first, together=3)

    seen = await asyncio.gather(work(ids[0]), work(ids[-1]), work(ids[2]))
    assert {one for several in seen for one in several} == set(ids)
    await city.work()
    await once(city, ids)


async def test_one_that_somebody_holds_is_left_to_its_own_job(city: City) -> None:
    ids = await waiting(city, count=3)
    city.clock.at += timedelta(minutes=1)
    async with city.session() as held:
        await incidents.by_id(held, ids[1], lock=True)
        async with city.session() as session:
            assert set(await escalate.escalate(session, city.house.desk, ids[0])) == {ids[0], ids[2]}
    await city.work()
    await once(city, ids)
