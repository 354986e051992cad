"""The real worker: it carries out, survives its database, and ends without dropping what it holds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, text

from bot import tasks
from bot.bootstrap import Channels, build
from bot.clock import SystemClock
from bot.worker import Worker
from routing.domain.card import Card, Line
from routing.domain.pace import Rate
from routing.domain.paging import Call, Rung
from routing.service import deliver, ring
from routing.store import timers
from routing.store.models import Timer
from routing.store.timers import Verb
from tests.city import City, founded, settings_in
from tests.databases import cut_every_connection
from tests.understood import Scripted
from tests.waiting import eventually


@asynccontextmanager
async def at_work(city: City, scripted: Scripted, url: str, folder: Path) -> AsyncIterator[Worker]:
    """A worker of its own on the city's database, on the machine's clock."""
    house = build(settings_in(folder), url, clock=SystemClock(), classifier=scripted)
    worker = Worker(house)
    running = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        worker.stop()
        await running
        await house.database.close()


@pytest.fixture
async def real_time(database_url: str, tmp_path: Path, scripted: Scripted) -> AsyncIterator[City]:
    """A city on the machine's clock, for stories in which a worker lives its own life."""
    async with founded(database_url, tmp_path, scripted, works=False) as city:
        desk = replace(city.house.desk, clock=SystemClock())
        city.house = city.app.state.house = replace(city.house, clock=desk.clock, desk=desk)
        yield city


def in_channel(city: City, channel: str, count: int = 1) -> Callable[[], Awaitable[bool]]:
    """Whether that many cards stand in a channel."""

    async def look() -> bool:
        return len(await city.cards(channel)) >= count

    return look


async def test_a_report_is_carried_out_and_readiness_says_so(
    real_time: City, scripted: Scripted, database_url: str, tmp_path: Path
) -> None:
    async with at_work(real_time, scripted, database_url, tmp_path):
        await real_time.report(scripted.expect("un trou", ("voirie-nid-de-poule", 0.9)))
        # By its job, not by the lease that would make up for a job nobody took.
        await eventually(in_channel(real_time, "voirie"), within=timers.LEASE.total_seconds() / 2)
        assert (await real_time.web.get("/readyz")).status_code == 200


async def test_the_worker_comes_back_when_every_connection_is_cut(
    real_time: City, scripted: Scripted, database_url: str, tmp_path: Path
) -> None:
    words = [scripted.expect(f"trou {number}", ("voirie-nid-de-poule", 0.9)) for number in range(3)]
    async with at_work(real_time, scripted, database_url, tmp_path):
        await real_time.report(words[0])
        await eventually(in_channel(real_time, "voirie", 1))
        for number in (1, 2):
            cut_every_connection(database_url)
            await real_time.report(words[number])
            await eventually(in_channel(real_time, "voirie", number + 1))


async def test_missing_timers_are_healed_while_it_runs(
    real_time: City, scripted: Scripted, database_url: str, tmp_path: Path
) -> None:
    await real_time.report(scripted.expect("un trou", ("voirie-nid-de-poule", 0.9)))
    await real_time.lose_every_job()
    async with real_time.session() as session:
        await session.execute(delete(Timer))
    async with at_work(real_time, scripted, database_url, tmp_path):
        await eventually(in_channel(real_time, "voirie"))


async def test_jobs_of_a_worker_that_died_do_not_stay(
    real_time: City, scripted: Scripted, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timers, "LEASE", timedelta(seconds=1))
    await real_time.report(scripted.expect("un trou", ("voirie-nid-de-poule", 0.9)))
    async with real_time.session() as session:
        await session.execute(text("UPDATE procrastinate_jobs SET status = 'doing'"))
    async with at_work(real_time, scripted, database_url, tmp_path):
        await eventually(in_channel(real_time, "voirie"))

        async def nothing_left() -> bool:
            async with real_time.session() as session:
                return not await session.scalar(text("SELECT count(*) FROM procrastinate_jobs"))

        await eventually(nothing_left)


async def test_stopping_waits_for_the_job_in_hand(
    real_time: City, scripted: Scripted, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, may_end, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def slow(subject_id: int) -> None:
        begun.set()
        await may_end.wait()
        ended.set()

    monkeypatch.setattr(tasks, "jobs_of", lambda house: dict.fromkeys(Verb, slow))
    async with at_work(real_time, scripted, database_url, tmp_path) as worker:
        await real_time.report("un mot")
        await begun.wait()
        worker.stop()
        may_end.set()
    assert ended.is_set()


class Hanging:
    """A provider that takes the call and never answers."""

    rates: Sequence[Rate] = ()

    def __init__(self) -> None:
        self.calls = 0

    async def post_card(self, address: str, card: Card, ref: str, *, again: bool = False) -> str:
        return await self._forever()

    async def edit_card(self, address: str, thread: str, card: Card) -> None:
        await self._forever()

    async def post_line(self, address: str, thread: str, line: Line, ref: str, *, again: bool = False) -> str:
        return await self._forever()

    async def ring(self, call: Call) -> Rung:
        await self._forever()
        return Rung()

    async def close(self, call: Call, ref: str, said: str, *, theirs: bool) -> None:
        await self._forever()

    async def _forever(self) -> str:
        self.calls += 1
        await asyncio.Event().wait()
        return ""


async def test_a_chat_that_hangs_does_not_deafen_the_ear(
    real_time: City, scripted: Scripted, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver, "CARRY_TIME", 3.0)  # longer than the ear may take
    chat = Hanging()
    house = build(settings_in(tmp_path), database_url, clock=SystemClock(), classifier=scripted)
    desk = replace(house.desk, directory=Channels({"voirie": tuple(f"slack:C{number}" for number in range(12))}))
    worker = Worker(replace(house, desk=desk, chats={**house.chats, "slack": chat}))
    running = asyncio.create_task(worker.run())

    async def busy() -> bool:
        return chat.calls >= house.settings.worker_concurrency

    async def heard() -> bool:
        return (await real_time.follow(reference))["incident"] is not None

    await real_time.report(scripted.expect("un trou", ("voirie-nid-de-poule", 0.9), place="rue Monge"))
    await eventually(busy)
    reference = await real_time.report(scripted.expect("un tag", ("proprete-tag", 0.9)))
    await eventually(heard, within=2)
    worker.stop()
    await running
    await house.database.close()


async def test_a_telephone_that_hangs_is_given_up_and_tried_again(
    database_url: str, tmp_path: Path, scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ring, "RING_TIME", 0.05)
    phone = Hanging()
    async with founded(database_url, tmp_path, scripted, pagers={"console": phone}) as city:
        await city.opened(scripted.expect("un mât est couché", ("eclairage-mat-couche", 0.95)))
        await city.settle(seconds=5)
        assert phone.calls > 1
