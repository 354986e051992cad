"""From a citizen's words to a threaded alert, an acknowledgement and, when nobody answers, a telephone."""

from __future__ import annotations

from datetime import timedelta

from tests.city import City
from tests.understood import Scripted

HOLE = "il y a un énorme trou rue d'Auxonne à Dijon, ma voiture a tapé dedans"
FIRE = "il y a le feu dans l'immeuble, on voit des flammes"


async def test_a_hole_in_the_road_reaches_the_roads_channel(city: City, scripted: Scripted) -> None:
    scripted.expect(HOLE, ("voirie-nid-de-poule", 0.93), place="rue d'Auxonne")
    incident = await city.opened(HOLE)
    assert incident["procedure"] == "voirie-nid-de-poule"
    assert incident["place"] == "rue d'Auxonne"
    [card] = await city.cards("voirie")
    assert card["reference"] == incident["reference"]
    assert card["certainty"] == "sûr à 93 %"
    assert [row["service"] for row in incident["dispatches"] if row["state"] == "sent"] == ["voirie"]


async def test_support_comes_at_its_minute_unless_somebody_already_has_it(city: City, scripted: Scripted) -> None:
    scripted.expect(HOLE, ("voirie-nid-de-poule", 0.93))
    incident = await city.opened(HOLE)
    await city.settle(minutes=59)
    assert await city.cards("circulation") == []
    await city.settle(minutes=2)
    [card] = await city.cards("circulation")
    assert card["reference"] == incident["reference"]


async def test_the_first_agent_wins_and_the_others_are_told_who_has_it(city: City, scripted: Scripted) -> None:
    scripted.expect(HOLE, ("voirie-nid-de-poule", 0.93))
    incident = await city.opened(HOLE)
    first = await city.act(incident["reference"], "acknowledge", by="Ana")
    second = await city.act(incident["reference"], "acknowledge", by="Bruno")
    again = await city.act(incident["reference"], "acknowledge", by="Ana")
    assert (first.status_code, second.status_code, again.status_code) == (200, 409, 200)
    assert "Ana" in second.json()["detail"][0]["msg"]
    [card] = await city.cards("voirie")
    assert card["holder"] == "Ana"
    assert await city.thread("voirie", incident["reference"]) == ["Ana prend en charge"]


async def test_a_fire_nobody_takes_climbs_the_levels_and_never_stops(city: City, scripted: Scripted) -> None:
    scripted.expect(FIRE, ("securite-incendie-batiment", 0.97))
    incident = await city.opened(FIRE)
    assert incident["severity"] == "critique"
    first = await city.rings()
    assert [ring.level for ring in first] == [1]
    await city.settle(seconds=119)
    assert len(await city.rings()) == 1
    await city.settle(seconds=2)
    assert [ring.level for ring in await city.rings()] == [1, 2, 2]
    await city.settle(minutes=30)
    later = await city.incident(incident["reference"])
    assert later["alarm"]
    assert len(await city.rings()) > 6
    await city.act(incident["reference"], "acknowledge", by="Nadia Perrot")
    before = len(await city.rings())
    await city.settle(minutes=29)  # a minute later she is asked whether she still has it
    assert len(await city.rings()) == before


async def test_danger_is_told_to_call_112_before_anything_else(city: City) -> None:
    answer = await city.post("/api/v1/reports", {"text": FIRE})
    assert answer.json()["advice"].startswith("Appelez le 112")
    await city.settle()
    assert await city.rings()


async def test_what_no_procedure_foresees_goes_to_the_duty_at_once(city: City) -> None:
    started = city.clock.at
    incident = await city.opened("une montgolfière vient de se poser sur le rond-point")
    assert incident["procedure"] is None
    assert {row["service"] for row in incident["dispatches"]} == {"astreinte", "securite"}
    [ring] = await city.rings()
    assert ring.at - started < timedelta(seconds=1)
