"""Silence asked for in a chat or on the on-call page, and handed over with the duty."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from bot.staff import Agent
from routing.domain.oncall import HandOverState
from routing.errors import Conflict
from routing.service.hand_over import accept_hand_over, prepare_hand_overs
from routing.store.models import HandOver
from tests.acceptance.test_calendar import on_duty, use
from tests.acceptance.test_duty_page import page
from tests.acceptance.test_swap_words import ANA, BRUNO, say
from tests.city import City
from tests.understood import Scripted
from tests.unit.duty import paris

ROADWORKS = "Voirie et ouvrages d'art jusqu'à 12:00, par Bruno Petit : travaux de nuit rue Monge"


@pytest.fixture(autouse=True)
async def _roster(city: City, tmp_path: Path) -> None:
    await use(city, tmp_path)


async def test_a_service_is_silenced_listed_and_heard_again_by_words(city: City) -> None:
    assert (await say(city, BRUNO, "sourdine")).startswith("Rien n'est en sourdine.")
    asked = "sourdine voirie 2h travaux de nuit rue Monge"
    assert "En sourdine jusqu'à 12:00 : Voirie et ouvrages d'art." in await say(city, BRUNO, asked, key="same")
    assert await say(city, BRUNO, asked, key="same") == "C'est déjà fait."
    assert f"1 · {ROADWORKS}" in await say(city, ANA, "sourdine")
    for question in ("qui", "qui voirie"):
        assert f"En sourdine : {ROADWORKS}" in await say(city, ANA, question)
    assert "En sourdine" not in await say(city, ANA, "qui proprete")
    assert "est levée" in await say(city, ANA, "sourdine lever 1")
    with pytest.raises(Conflict, match="déjà finie"):
        await say(city, ANA, "sourdine lever 1")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("sourdine voirie 06:00 travaux", "jusqu'au 11/03 à 06:00"),
        ("sourdine voirie 13:30 travaux", "jusqu'à 13:30"),
        ("sourdine voirie 1h30 travaux", "jusqu'à 11:30"),
        ("sourdine voirie 45 min travaux", "jusqu'à 10:45"),
        ("sourdine voirie travaux", "sourdine SERVICE 06:00 MOTIF"),
        ("sourdine licornes 2h travaux", "Je ne connais ni incident ni service « licornes »"),
        ("sourdine e 2h travaux", "Plusieurs services possibles"),
        ("sourdine lever tout", "Dites un numéro"),
    ],
)
async def test_times_are_said_as_people_say_them(city: City, words: str, said: str) -> None:
    assert said in await say(city, ANA, words)


async def test_only_people_of_the_roster_may_and_with_a_reason(city: City) -> None:
    assert "Je ne vous trouve pas" in await say(city, Agent("Passant"), "sourdine voirie 2h pour rire")
    with pytest.raises(Conflict, match="Dites pourquoi"):
        await say(city, ANA, "sourdine voirie 2h")


async def test_the_page_silences_a_service_and_the_room_sees_it(city: City) -> None:
    assert "Rien n’est en sourdine" in await page(city)
    fields = {"service": "voirie", "duree": "120", "motif": "travaux de nuit rue Monge"}
    city.web.cookies.set("vigie_nom", "Bruno%20Petit")
    answer = await city.web.post("/astreinte/sourdines", data=fields)
    assert answer.status_code == 303
    shown = await page(city)
    assert "travaux de nuit rue Monge" in shown
    assert "travaux de nuit rue Monge" in (await city.web.get("/salle")).text
    assert (await city.web.post("/astreinte/sourdines/1/lever")).status_code == 303
    assert "Rien n’est en sourdine" in await page(city)
    refused = await city.web.post("/astreinte/sourdines", data={**fields, "motif": " "})
    assert "Dites+pourquoi" in refused.headers["location"]


async def test_what_is_silent_is_handed_over_even_when_nothing_else_is(city: City) -> None:
    city.clock.at = paris("2026-03-16 07:40")
    await say(city, BRUNO, "sourdine voirie 12:00 travaux de nuit rue Monge")
    await say(city, BRUNO, "sourdine proprete 12:00 camion en panne")
    async with city.session() as session:
        await prepare_hand_overs(session, city.house.desk)
    await city.settle(minutes=21)
    async with city.session() as session:
        row = (await session.scalars(select(HandOver).where(HandOver.rotation == "routes"))).one()
    assert (row.state, row.pack, row.mutes) == (HandOverState.WAITING, [], [ROADWORKS])
    assert await on_duty(city, "2026-03-16 08:01") == "bruno", "until Ana knows that she will hear nothing of it"
    assert ROADWORKS.replace("'", "&#39;") in await page(city)
    assert f"En sourdine : {ROADWORKS}" in await say(city, ANA, "releve")
    async with city.session() as session:
        await accept_hand_over(session, city.house.desk, row.id, by="Ana Martin")
    assert await on_duty(city, "2026-03-16 08:02") == "ana"


async def test_a_silenced_incident_is_in_the_pack_with_its_silence(city: City, scripted: Scripted) -> None:
    city.clock.at = paris("2026-03-16 07:35")
    words = scripted.expect("un gros trou", ("voirie-affaissement", 0.95), place="rue Monge")
    reference = str((await city.opened(words))["reference"])
    await city.rings()
    await city.act(reference, "acknowledge", by="Bruno Petit")
    said = await say(city, BRUNO, f"sourdine {reference} 1h équipe sur place")
    assert said == f"{reference} est en sourdine jusqu'à 08:35."
    async with city.session() as session:
        await prepare_hand_overs(session, city.house.desk)
    await city.settle(minutes=26)
    async with city.session() as session:
        row = (await session.scalars(select(HandOver).where(HandOver.rotation == "routes"))).one()
    assert [item["reference"] for item in row.pack] == [reference]
    assert row.mutes == [
        f"{reference} (Affaissement ou effondrement de chaussée, rue Monge)"
        " jusqu'à 08:35, par Bruno Petit : équipe sur place"
    ]
