"""Several citizens, one event: one incident, one thread, and each keeps their own number."""

from __future__ import annotations

import asyncio

from sqlalchemy import func, select

from routing.store.models import Incident
from tests.city import City
from tests.understood import Scripted


async def test_two_reports_of_one_hole_are_one_incident(city: City, scripted: Scripted) -> None:
    first = scripted.expect("gros trou rue d'Auxonne", ("voirie-nid-de-poule", 0.9), place="rue d'Auxonne")
    second = scripted.expect(
        "la chaussée est défoncée au 12 rue d'auxonne", ("voirie-nid-de-poule", 0.8), place="12 rue d'Auxonne"
    )
    incident = await city.opened(first)
    joined = await city.opened(second)
    assert joined["reference"] == incident["reference"]
    assert joined["reports"] == 2
    [card] = await city.cards("voirie")
    assert card["reports"] == 2
    [line] = await city.thread("voirie", incident["reference"])
    assert line.startswith("Nouveau signalement VG-")


async def test_holes_in_two_streets_are_two_incidents(city: City, scripted: Scripted) -> None:
    one = scripted.expect("trou rue Monge", ("voirie-nid-de-poule", 0.9), place="rue Monge")
    other = scripted.expect("trou rue Berbisey", ("voirie-nid-de-poule", 0.9), place="rue Berbisey")
    nowhere = scripted.expect("un trou", ("voirie-nid-de-poule", 0.9))
    assert len({(await city.opened(words))["reference"] for words in (one, other, nowhere)}) == 3


async def test_positions_within_a_hundred_metres_are_one_spot(city: City, scripted: Scripted) -> None:
    near = scripted.expect("un trou ici", ("voirie-nid-de-poule", 0.9))
    close = scripted.expect("un trou là", ("voirie-nid-de-poule", 0.9))
    first = await city.opened(near, lat=47.3220, lon=5.0410)
    second = await city.opened(close, lat=47.3224, lon=5.0412)
    third = await city.opened(close, lat=47.3300, lon=5.0412)
    assert first["reference"] == second["reference"] != third["reference"]


async def test_a_storm_of_calls_on_one_accident_opens_one_incident(city: City, scripted: Scripted) -> None:
    words = scripted.expect("accident place Darcy", ("circulation-accrochage", 0.9), place="place Darcy")
    await asyncio.gather(*(city.report(words) for _ in range(12)))
    await city.settle()
    async with city.session() as session:
        assert await session.scalar(select(func.count()).select_from(Incident)) == 1
    [incident] = (await city.web.get("/api/v1/incidents")).json()
    assert incident["reports"] == 12


async def test_an_old_incident_is_not_joined(city: City, scripted: Scripted) -> None:
    words = scripted.expect("trou rue Monge", ("voirie-nid-de-poule", 0.9), place="rue Monge")
    first = await city.opened(words)
    await city.settle(minutes=8 * 24 * 60)
    assert (await city.opened(words))["reference"] != first["reference"]


async def test_a_resolved_incident_is_not_joined(city: City, scripted: Scripted) -> None:
    words = scripted.expect("trou rue Monge", ("voirie-nid-de-poule", 0.9), place="rue Monge")
    first = await city.opened(words)
    await city.act(first["reference"], "resolve", reason="rebouché")
    assert (await city.opened(words))["reference"] != first["reference"]


async def test_danger_in_a_later_report_raises_the_incident_and_rings(city: City, scripted: Scripted) -> None:
    calm = scripted.expect("tôle froissée place Darcy", ("circulation-accrochage", 0.9), place="place Darcy")
    grave = scripted.expect(
        "accident place Darcy, un homme est inconscient", ("circulation-accrochage", 0.9), place="place Darcy"
    )
    incident = await city.opened(calm)
    assert incident["severity"] == "urgent"
    assert await city.rings() == []
    raised = await city.opened(grave)
    assert raised["reference"] == incident["reference"]
    assert raised["severity"] == "critique"
    assert [ring.level for ring in await city.rings()] == [1]


async def test_questions_for_information_are_never_shared(city: City, scripted: Scripted) -> None:
    words = scripted.expect(
        "quel jour passe le camion jaune rue Monge", ("dechets-jour-collecte", 0.9), place="rue Monge"
    )
    assert (await city.opened(words))["reference"] != (await city.opened(words))["reference"]
