"""The duty changes hands with what is under way; nobody goes home before somebody has it."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from routing.domain.oncall import HandOverState
from routing.errors import Conflict, NotFound
from routing.service.hand_over import accept_hand_over, hand_over, prepare_hand_overs
from routing.service.override_shift import override_shift
from routing.store.models import HandOver
from tests.acceptance.test_calendar import on_duty, use
from tests.city import City
from tests.understood import Scripted
from tests.unit.duty import paris

ROUTES = "routes"
POLICE = "police-municipale"
MONDAY = "2026-03-16"  # at eight, Bruno hands over to Ana


@pytest.fixture(autouse=True)
async def _roster(city: City, tmp_path: Path) -> None:
    await use(city, tmp_path)


@pytest.fixture
async def deal(city: City, scripted: Scripted) -> str:
    """On Monday at half past seven somebody deals under a porch; Bruno takes it. It is not grave: nobody asks again."""
    words = scripted.expect("ça deale sous le porche", ("police-municipale-deal", 0.95), place="rue Monge")
    city.clock.at = paris(f"{MONDAY} 07:30")
    incident = await city.opened(words)
    await city.act(incident["reference"], "acknowledge", by="Bruno Petit")
    return str(incident["reference"])


async def at(city: City, clock: str) -> None:
    """Monday at that time, everything due carried out and the calendar looked through as the worker does."""
    await city.settle(seconds=(paris(f"{MONDAY} {clock}") - city.clock.at).total_seconds())
    async with city.session() as session:
        await prepare_hand_overs(session, city.house.desk)
    await city.settle()


async def duty(city: City, rotation: str = ROUTES) -> HandOver:
    """The hand-over of that rotation."""
    async with city.session() as session:
        return (await session.scalars(select(HandOver).where(HandOver.rotation == rotation))).one()


async def test_with_nothing_under_way_the_duty_passes_by_itself(city: City) -> None:
    city.clock.at = paris(f"{MONDAY} 07:00")
    await at(city, "07:45")
    assert (await duty(city)).state is HandOverState.PREPARED
    await at(city, "08:00")
    assert (await duty(city)).state is HandOverState.PASSED
    assert await on_duty(city, f"{MONDAY} 08:00") == "ana"


async def test_the_pack_is_accepted_and_everybody_concerned_reads_it(city: City, deal: str) -> None:
    await at(city, "07:45")
    await at(city, "08:02")
    row = await duty(city)
    assert (row.state, row.outgoing, row.incoming) == (HandOverState.WAITING, "bruno", "ana")
    [item] = row.pack
    assert (item["reference"], item["holder"]) == (deal, "Bruno Petit")
    assert item["pending"], "the checklist is not done"
    assert await on_duty(city, f"{MONDAY} 08:02") == "bruno"
    assert await on_duty(city, f"{MONDAY} 07:59") == "bruno"
    async with city.session() as session:
        with pytest.raises(Conflict, match="qui arrive"):
            await accept_hand_over(session, city.house.desk, row.id, by="Bruno Petit")
        await accept_hand_over(session, city.house.desk, row.id, by="Ana Martin")
    await city.settle()
    found = [await on_duty(city, f"{MONDAY} {clock}") for clock in ("08:01", "08:02", "12:00")]
    assert found == ["bruno", "ana", "ana"]
    assert "Relève routes : Ana Martin succède à Bruno Petit" in await city.thread(POLICE, deal)
    async with city.session() as session:
        with pytest.raises(Conflict, match="déjà terminée"):
            await accept_hand_over(session, city.house.desk, row.id, by="Ana Martin")
        with pytest.raises(NotFound):
            await accept_hand_over(session, city.house.desk, 999, by="Ana Martin")
    await at(city, "08:30")
    assert (await duty(city)).told_at is None


async def test_who_accepts_has_what_the_other_had(city: City, deal: str) -> None:
    await at(city, "07:45")
    await at(city, "08:02")
    async with city.session() as session:
        await accept_hand_over(session, city.house.desk, (await duty(city)).id, by="Salle")
    await city.settle()
    assert "Ana Martin prend la suite de Bruno Petit" in await city.thread(POLICE, deal)
    [card] = await city.cards(POLICE)
    assert (card["holder"], card["held_at"]) == ("Ana Martin", f"{MONDAY}T07:02:00Z")
    taken = await city.act(deal, "acknowledge", by="Bruno Petit")
    assert (taken.status_code, "Ana Martin" in taken.text) == (409, True)


async def test_accepted_before_the_hour_the_duty_changes_hands_on_time(city: City, deal: str) -> None:
    await at(city, "07:45")
    async with city.session() as session:
        await accept_hand_over(session, city.house.desk, (await duty(city)).id, by="Ana Martin")
    await at(city, "08:00")
    assert [await on_duty(city, f"{MONDAY} {clock}") for clock in ("07:59", "08:00")] == ["bruno", "ana"]


async def test_not_accepted_the_outgoing_person_stays_and_the_room_is_told_after_ten_minutes(
    city: City, deal: str
) -> None:
    await at(city, "07:45")
    await at(city, "08:09")
    assert not [line for line in await city.thread(POLICE, deal) if "non acceptée" in line]
    await at(city, "08:11")
    told = "Relève routes non acceptée par Ana Martin : Bruno Petit reste d'astreinte"
    assert told in await city.thread(POLICE, deal)
    assert (await duty(city)).told_at == paris(f"{MONDAY} 08:10")
    await at(city, "11:00")
    assert (await city.thread(POLICE, deal)).count(told) == 1
    assert await on_duty(city, f"{MONDAY} 11:00") == "bruno"
    async with city.session() as session:
        await accept_hand_over(session, city.house.desk, (await duty(city)).id, by="Salle")
    assert await on_duty(city, f"{MONDAY} 11:00") == "ana"


async def test_what_is_resolved_meanwhile_needs_no_hand_over(city: City, deal: str) -> None:
    await at(city, "07:45")
    await at(city, "08:01")
    await city.act(deal, "resolve", by="Bruno Petit", reason="réparé")
    await at(city, "08:11")
    row = await duty(city)
    assert (row.state, row.told_at) == (HandOverState.PASSED, None)
    assert [await on_duty(city, f"{MONDAY} {clock}") for clock in ("08:05", "08:10")] == ["bruno", "ana"]


async def test_a_hand_over_that_the_calendar_no_longer_has_is_forgotten(city: City, deal: str) -> None:
    await at(city, "07:45")
    stretch = (paris(f"{MONDAY} 08:00"), paris(f"{MONDAY} 20:00"))
    async with city.session() as session:
        await override_shift(session, city.house.desk, ROUTES, "bruno", *stretch, by="Chef")
    await at(city, "08:00")
    async with city.session() as session:
        assert await session.scalar(select(HandOver)) is None
    await at(city, "19:40")
    assert (await duty(city)).at == stretch[1]


async def test_never_accepted_it_ends_with_the_next_hand_over(city: City, deal: str) -> None:
    await at(city, "07:45")
    await at(city, "08:11")
    stretch = (paris(f"{MONDAY} 10:00"), paris(f"{MONDAY} 20:00"))
    async with city.session() as session:
        await override_shift(session, city.house.desk, ROUTES, "chloe", *stretch, by="Chef")
    await at(city, "09:45")
    await at(city, "10:02")
    async with city.session() as session:
        rows = list(await session.scalars(select(HandOver).order_by(HandOver.at)))
    assert [(row.state, row.outgoing, row.incoming) for row in rows] == [
        (HandOverState.OVERTAKEN, "bruno", "ana"),
        (HandOverState.WAITING, "bruno", "chloe"),
    ]
    assert await on_duty(city, f"{MONDAY} 10:02") == "bruno"


async def test_a_lost_timer_comes_back_and_twice_acts_once(city: City, deal: str) -> None:
    await at(city, "07:45")
    number = (await duty(city)).id
    await city.lose_every_job()
    async with city.session() as session:
        await hand_over(session, city.house.desk, number)
    assert (await duty(city)).state is HandOverState.PREPARED, "not due yet"
    await at(city, "08:00")
    for _ in range(2):
        async with city.session() as session:
            await hand_over(session, city.house.desk, number)
    assert (await duty(city)).state is HandOverState.WAITING
    async with city.session() as session:
        await hand_over(session, city.house.desk, 999)
