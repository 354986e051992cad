"""What is practised at a start goes the whole way, and leaves nothing behind."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from bot import practice
from bot.console.models import ConsoleCall, ConsolePost
from routing.service import ring
from routing.store import timers
from routing.store.models import InboundEvent, Incident, Page, Report, Timer
from tests.city import City
from tests.understood import Scripted

TABLES = (Report, InboundEvent, Incident, Page, Timer, ConsolePost, ConsoleCall)


@pytest.fixture(autouse=True)
def unhurried_by_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody writes meanwhile: no need to make way."""
    monkeypatch.setattr(practice, "PAUSE", 0)


async def test_it_rings_a_telephone_and_nobody_ever_knows(
    city: City, scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripted.expect(practice.SAID, ("espaces-verts-arbre-tombe", 0.9), place="rue de la Liberté")
    rang: list[int] = []
    settle = ring.settle

    async def heard(session, desk, page, *more):  # type: ignore[no-untyped-def]
        await settle(session, desk, page, *more)
        rang.append(page)

    monkeypatch.setattr(ring, "settle", heard)
    await practice.practise(city.house, after=0)
    assert rang
    async with city.session() as session:
        assert [await session.scalar(select(func.count()).select_from(table)) for table in TABLES] == [0] * len(TABLES)
    await city.settle(minutes=5)
    assert not await city.rings()


async def test_citizens_who_wait_already_come_first(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[object] = []

    async def play(*given: object) -> None:
        begun.append(given)

    monkeypatch.setattr(practice, "_play", play)
    async with city.session() as session:
        await timers.arm(session, timers.Verb.HANDLE, 1, city.clock.at, city.clock.at)
    await practice.practise(city.house, after=0)
    assert not begun
    async with city.session() as session:
        await timers.disarm(session, timers.Verb.HANDLE, 1)
    await practice.practise(city.house, after=0)
    assert begun


async def test_what_cannot_be_practised_stops_nothing(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*given: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(practice, "_play", away)
    await practice.practise(city.house, after=0)
