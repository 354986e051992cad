"""Who has the next turn when very much is said at once: new cards before news, and no channel fills the queue."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.incident import Event
from routing.service.record import record
from routing.store import audit, incidents, timers
from routing.store.models import AuditEntry, Channel
from routing.store.timers import Verb
from tests.city import City
from tests.understood import Scripted

TURNS = text("""
    SELECT CAST(args ->> 'subject_id' AS bigint), priority FROM procrastinate_jobs
    WHERE queue_name = 'show' AND status = 'todo' ORDER BY priority DESC, id
""")


@pytest.fixture
def hole(scripted: Scripted) -> str:
    return scripted.expect("un trou rue Monge", ("voirie-nid-de-poule", 0.9), place="rue Monge")


@pytest.fixture
def gas(scripted: Scripted) -> str:
    return scripted.expect("ça sent le gaz", ("reseaux-energie-odeur-gaz", 0.9), place="rue Berbisey")


async def say(city: City, reference: str, *words: str) -> None:
    """Things happen to an incident, each in a transaction of its own."""
    for said in words:
        async with city.session() as session:
            incident = await incidents.by_reference(session, reference, lock=True)
            await record(session, city.house.desk, incident, Event.NOTE, said)


async def decided(session: AsyncSession) -> list[str]:
    """The escalations that the audit log knows."""
    return [entry.text for entry in await audit.entries(session, AuditEntry.kind == "escalated")]


async def turns(city: City) -> list[tuple[str, int]]:
    """The jobs of the room's channels that nobody has begun: the channel, and the priority."""
    async with city.session() as session:
        names = {row.id: row.address for row in await session.scalars(select(Channel))}
        return [(names[number], priority) for number, priority in await session.execute(TURNS)]


async def test_a_channel_of_which_much_is_said_waits_in_the_queue_once(city: City, hole: str) -> None:
    incident = await city.opened(hole)
    await say(city, incident["reference"], "un", "deux", "trois")
    waiting = [channel for channel, _ in await turns(city)]
    assert "console:voirie" in waiting
    assert len(waiting) == len(set(waiting))
    await city.settle()
    assert (await city.thread("voirie", incident["reference"]))[-3:] == ["un", "deux", "trois"]


async def test_what_is_said_together_wakes_a_channel_once_and_what_fails_wakes_nobody(city: City, hole: str) -> None:
    reference = (await city.opened(hole))["reference"]

    async def fail() -> None:
        async with city.session() as session:
            incident = await incidents.by_reference(session, reference, lock=True)
            await record(session, city.house.desk, incident, Event.ESCALATED, "jamais dit")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await turns(city) == []
    async with city.session() as session:
        incident = await incidents.by_reference(session, reference, lock=True)
        for said in ("un", "deux"):
            await record(session, city.house.desk, incident, Event.ESCALATED, said)
        assert await decided(session) == [], "written with the commit"
    assert len(await turns(city)) == len(set(await turns(city))) > 0
    async with city.session() as session:
        assert await decided(session) == ["un", "deux"]
        assert await audit.faults(session) == []
    await city.settle()


async def test_whoever_has_no_card_yet_comes_before_news_of_a_graver_one(city: City, hole: str, gas: str) -> None:
    grave = await city.opened(gas)
    await say(city, grave["reference"], "toujours rien")
    news = dict(await turns(city))
    await city.report(hole)
    await city.house.jobs.run_worker_async(
        queues=[Verb.HANDLE.value], wait=False, listen_notify=False, install_signal_handlers=False
    )
    cards = {channel: priority for channel, priority in await turns(city) if channel not in news}
    assert cards
    assert min(cards.values()) > max(news.values())
    await city.settle()
    await city.rings()


async def test_what_is_said_while_the_last_job_ends_has_its_own(city: City, hole: str) -> None:
    """Whoever finds a job waiting leaves it at that; with a timer that was not there before nobody can be sure."""
    incident = await city.opened(hole)
    async with city.session() as session:
        [number] = await session.scalars(select(Channel.id).where(Channel.address == "console:voirie"))
        now = city.clock.at
        await timers.arm(session, Verb.SHOW, number, now, now)
        await timers.disarm(session, Verb.SHOW, number)
    await say(city, incident["reference"], "un")
    assert [channel for channel, _ in await turns(city)].count("console:voirie") == 2
    await city.settle()
