"""Agents at work: checklists, another procedure, the end, and what turns out not to have ended."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from routing.service.tick import tick
from routing.store.models import Dispatch
from tests.city import City
from tests.understood import Scripted

PHONE = "+33639980001"


@pytest.fixture
def hole(scripted: Scripted) -> str:
    return scripted.expect(
        "un trou rue Monge", ("voirie-nid-de-poule", 0.7), ("eau-assainissement-fuite", 0.2), place="rue Monge"
    )


async def test_ticking_a_line_shows_on_the_card_and_in_the_thread(city: City, hole: str) -> None:
    incident = await city.opened(hole)
    async with city.session() as session:
        dispatch = await session.scalar(select(Dispatch.id).where(Dispatch.service == "voirie"))
        assert dispatch is not None
        await tick(session, city.house.desk, dispatch, 0, by="Ana")
        await tick(session, city.house.desk, dispatch, 0, by="Bruno")
    await city.settle()
    [card] = await city.cards("voirie")
    [service] = [row for row in card["services"] if row["service"] == "voirie"]
    assert service["checklist"][0]["done_by"] == "Ana"
    assert len(await city.thread("voirie", incident["reference"])) == 1
    async with city.session() as session:
        await tick(session, city.house.desk, dispatch, 0, by="Ana", done=False)
    await city.settle()
    assert len(await city.thread("voirie", incident["reference"])) == 2


async def test_reclassifying_mobilises_the_new_and_tells_the_old(city: City, hole: str) -> None:
    incident = await city.opened(hole)
    answer = await city.act(incident["reference"], "reclassify", by="Chef", procedure="eau-assainissement-rupture")
    assert answer.status_code == 200
    after = await city.incident(incident["reference"])
    assert after["procedure"] == "eau-assainissement-rupture"
    assert after["severity"] == "urgent"
    sent = {row["service"] for row in after["dispatches"] if row["state"] == "sent"}
    assert {"eau-assainissement", "securite", "circulation"} <= sent
    assert "voirie" not in sent
    assert "Nid-de-poule" in (await city.thread("voirie", incident["reference"]))[0]
    [card] = await city.cards("eau-assainissement")
    assert card["certainty"] == "confirmé par un agent"
    assert await city.rings(), "the new procedure engages the metropolis duty at once"


async def test_a_service_no_longer_asked_for_is_told_so(city: City, hole: str) -> None:
    incident = (await city.opened(hole))["reference"]
    await city.act(incident, "reclassify", by="Chef", procedure="reseaux-energie-coupure-electricite")
    [line] = await city.thread("voirie", incident)
    assert line.endswith("Ne sont plus demandés : Voirie et ouvrages d'art")
    assert (await city.incident(incident))["dispatches"][0]["state"] == "cancelled"


async def test_the_new_lead_must_take_what_the_old_one_had(city: City, hole: str) -> None:
    incident = await city.opened(hole)
    await city.act(incident["reference"], "acknowledge", by="Ana")
    await city.act(incident["reference"], "reclassify", by="Chef", procedure="eau-assainissement-fuite")
    after = await city.incident(incident["reference"])
    assert (after["state"], after["acknowledged_by"]) == ("open", None)


async def test_confirming_the_procedure_changes_nothing_else(city: City, hole: str) -> None:
    incident = await city.opened(hole)
    await city.act(incident["reference"], "acknowledge", by="Ana")
    await city.act(incident["reference"], "reclassify", by="Ana", procedure="voirie-nid-de-poule")
    after = await city.incident(incident["reference"])
    assert (after["state"], after["decision"]) == ("acknowledged", "confirmed")
    assert len(after["dispatches"]) == len(incident["dispatches"])


async def test_an_unknown_procedure_is_refused_in_words(city: City, hole: str) -> None:
    incident = await city.opened(hole)
    answer = await city.act(incident["reference"], "reclassify", procedure="voirie-nimporte-quoi")
    assert answer.status_code == 422
    assert "voirie-nimporte-quoi" in answer.json()["detail"][0]["msg"]


async def test_resolving_ends_what_was_planned_and_tells_the_citizen(city: City, hole: str) -> None:
    reference = await city.text(hole)
    await city.settle()
    incident = (await city.follow(reference))["incident"]
    await city.act(incident, "acknowledge", by="Ana")
    await city.act(incident, "resolve", by="Ana", reason="trou rebouché {vite}")
    await city.settle(minutes=180)
    after = await city.incident(incident)
    assert after["state"] == "resolved"
    assert {row["service"] for row in after["dispatches"] if row["state"] == "cancelled"} == {"circulation"}
    receipt, taken, over = await city.texts_to(PHONE)
    assert reference in receipt
    assert "pris en charge" in taken
    assert "trou rebouché {vite}" in over
    for action in ("acknowledge", "resolve", "escalate"):
        assert (await city.act(incident, action)).status_code == 409
    assert (await city.act(incident, "reclassify", procedure="voirie-affaissement")).status_code == 409


async def test_what_was_not_over_is_reopened(city: City, hole: str) -> None:
    incident = (await city.opened(hole))["reference"]
    assert (await city.act(incident, "reopen")).status_code == 409
    await city.act(incident, "resolve", by="Ana", reason="rien vu")
    await city.act(incident, "reopen", by="Chef", reason="toujours là")
    after = await city.incident(incident)
    assert (after["state"], after["resolution"], after["acknowledged_by"]) == ("open", None, None)
    assert "toujours là" in (await city.thread("voirie", incident))[-1]


async def test_copies_for_information_leave_even_after_the_end(city: City, scripted: Scripted) -> None:
    words = scripted.expect("une plaque qui claque", ("voirie-tampon-bruyant", 0.9))
    incident = (await city.opened(words))["reference"]
    await city.act(incident, "resolve", by="Ana", reason="recalée")
    await city.settle(minutes=25 * 60)
    after = await city.incident(incident)
    assert [row["service"] for row in after["dispatches"] if row["state"] == "sent"] == ["voirie", "eau-assainissement"]


async def test_a_step_is_skipped_with_its_reason_when_somebody_has_it(city: City, hole: str) -> None:
    incident = (await city.opened(hole))["reference"]
    await city.act(incident, "acknowledge", by="Ana")
    await city.settle(minutes=61)
    after = await city.incident(incident)
    assert {row["service"]: row["state"] for row in after["dispatches"]} == {"voirie": "sent", "circulation": "skipped"}
    assert any("l'incident est déjà pris" in entry["text"] for entry in after["timeline"])


async def test_a_commune_without_police_is_served_by_the_room(city: City, scripted: Scripted) -> None:
    words = scripted.expect("on tape quelqu'un", ("securite-agression", 0.9), commune="Flavignerot")
    incident = await city.opened(words)
    sent = {row["service"] for row in incident["dispatches"] if row["state"] == "sent"}
    assert "securite" in sent
    assert "police-municipale" not in {row["service"] for row in incident["dispatches"]}
    assert await city.rings()
