"""Exchanging duty and taking it over from any chat."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from bot.staff import Agent, Asked, answer, parse
from routing.errors import Conflict
from routing.service.hand_over import prepare_hand_overs
from tests.acceptance.test_calendar import on_duty, use
from tests.city import City
from tests.understood import Scripted
from tests.unit.duty import paris

ANA, BRUNO, CHLOE = Agent("Ana Martin", "ana"), Agent("Bruno Petit", "bruno"), Agent("Chloé Roy", "chloe")
_keys = count()


@pytest.fixture(autouse=True)
async def _roster(city: City, tmp_path: Path) -> None:
    await use(city, tmp_path)


async def say(city: City, agent: Agent, words: str, *, key: str | None = None) -> str:
    """What Vigie answers."""
    verb, rest = parse(words)
    asked = Asked(verb, rest, "slack", key or str(next(_keys)), "/vigie ")
    async with city.session() as session:
        return await answer(session, city.house.desk, agent, asked)


async def test_a_garde_is_exchanged_in_four_messages(city: City) -> None:
    listed = await say(city, ANA, "échange")
    assert "Personne ne cherche à échanger une garde." in listed
    assert "1. routes, du lun. 16/03 08:00 au lun. 23/03 08:00" in listed
    assert "C'est demandé : échange 1" in await say(city, ANA, "echange demander 1", key="same")
    assert await say(city, ANA, "echange demander 1", key="same") == "C'est déjà fait."
    assert "1 · Ana Martin donne routes" in await say(city, BRUNO, "echange")
    assert "doit l'approuver" in await say(city, BRUNO, "Échange prendre 1")
    assert "Bruno Petit la prend, à approuver" in await say(city, CHLOE, "echange")
    with pytest.raises(Conflict, match="Une autre personne"):
        await say(city, BRUNO, "echange approuver 1")
    assert await say(city, CHLOE, "echange approuver 1") == "L'échange 1 est approuvé."
    assert await on_duty(city, "2026-03-17 12:00") == "bruno"


async def test_a_garde_is_taken_against_one_of_ones_own(city: City) -> None:
    await say(city, ANA, "echange demander 1")
    assert "Dites un numéro" in await say(city, BRUNO, "echange prendre 1 contre 99")
    assert "Dites un numéro" in await say(city, BRUNO, "echange approuver 1 contre 1")
    taken = "Vous prenez l'échange 1 contre routes, du lun. 23/03 08:00 au lun. 30/03 08:00."
    assert taken in await say(city, BRUNO, "echange prendre 1 contre 1")
    assert "Bruno Petit la prend contre routes, du lun. 23/03 08:00" in await say(city, CHLOE, "echange")
    await say(city, CHLOE, "echange approuver 1")
    assert [await on_duty(city, f"2026-03-{day} 12:00") for day in (17, 24)] == ["bruno", "ana"]


async def test_an_exchange_ends_otherwise_and_a_number_is_needed(city: City) -> None:
    for verb, answer_, by in (("refuser", "refusé", CHLOE), ("retirer", "retiré", ANA)):
        asked = await say(city, ANA, "echange demander 1")
        number = asked.split("échange ")[1].split(",")[0]
        if verb == "retirer":
            assert "C'est la demande de Ana Martin" in await say(city, CHLOE, f"echange retirer {number}")
        assert await say(city, by, f"echange {verb} {number}") == f"L'échange {number} est {answer_}."
    assert await say(city, ANA, "echange prendre") == "Dites un numéro de la liste, par exemple : echange prendre 1"
    assert "Dites un numéro" in await say(city, ANA, "echange demander 99")
    assert "demandez à ce que votre compte" in await say(city, Agent("Passant"), "echange")
    assert "demandez à ce que votre compte" in await say(city, Agent("Passant"), "releve")


async def test_the_incoming_person_reads_and_accepts_the_hand_over(city: City, scripted: Scripted) -> None:
    words = scripted.expect("ça deale sous le porche", ("police-municipale-deal", 0.95), place="rue Monge")
    assert await say(city, ANA, "releve") == "Aucune relève ne vous attend."
    city.clock.at = paris("2026-03-16 07:40")
    incident = (await city.opened(words))["reference"]
    await city.act(incident, "acknowledge", by="Bruno Petit")
    async with city.session() as session:
        await prepare_hand_overs(session, city.house.desk)
    await city.settle(minutes=21)
    told = await say(city, ANA, "relève")
    assert "Relève routes, lun. 16/03 08:00 : 1 incident(s) en cours" in told
    assert incident in told
    assert "Vous avez l'astreinte routes." in await say(city, ANA, "releve accepter")
    assert await on_duty(city, "2026-03-16 08:02") == "ana"
