"""An operator looks for a card among many, in a hurry, on any keyboard."""

from __future__ import annotations

import re

import pytest

from tests.city import City
from tests.understood import Scripted

HOLE = "énorme cratère, ma voiture a tapé dedans"
LAMP = "la lampe ne marche plus"


@pytest.fixture
async def busy(city: City, scripted: Scripted) -> City:
    scripted.expect(HOLE, ("voirie-nid-de-poule", 0.93), place="rue d'Auxonne", commune="Chenôve")
    scripted.expect(LAMP, ("eclairage-lampadaire-eteint", 0.95), place="rue Monge", commune="Dijon")
    await city.opened(HOLE)
    await city.opened(LAMP)
    return city


async def found(city: City, query: str, **choice: str) -> list[str]:
    page = await city.web.get("/salle", params={"q": query, **choice})
    return re.findall(r'<article[^>]* data-words="[^,]*, ([^,"]*)', page.text)


async def the_hole(city: City) -> dict[str, str]:
    rows: list[dict[str, str]] = (await city.web.get("/api/v1/incidents")).json()
    return next(row for row in rows if row["commune"] == "Chenôve")


@pytest.mark.parametrize(
    "query",
    [
        "chenove",
        "CHENÔVE",
        "auxonne chenôve",
        "rue d’Auxonne",
        "nid de poule",
        "chaussee",
        "Cratere ENORME",
        "voiture auxonne",
    ],
)
async def test_words_are_found_whatever_their_accents_order_and_apostrophes(busy: City, query: str) -> None:
    assert await found(busy, query) == ["Nid-de-poule ou chaussée dégradée"]


async def test_references_are_found_as_people_say_them_and_cards_by_who_has_them(busy: City) -> None:
    hole = await the_hole(busy)
    told = (await busy.web.post("/api/v1/reports", json={"text": HOLE})).json()["reference"]
    await busy.settle()
    for typed in (hole["reference"].lower(), hole["reference"][3:], told, told.replace("-", " ").lower(), told[3:]):
        assert await found(busy, typed) == [hole["title"]], typed
    await busy.act(hole["reference"], "acknowledge", by="Zoé Ünal")
    assert await found(busy, "zoe unal") == [hole["title"]]
    assert await found(busy, "licorne") == []
    assert len(await found(busy, " ' ")) == 2, "no word is no search"


async def test_what_the_search_finds_elsewhere_is_said(busy: City) -> None:
    hole = await the_hole(busy)
    other = await busy.web.get("/salle", params={"q": "auxonne", "canal": "eclairage"})
    assert "1 en cours, tous canaux" in other.text
    await busy.act(hole["reference"], "resolve", by="Ana")
    assert await found(busy, "auxonne") == []
    assert "1 résolue</a>" in (await busy.web.get("/salle", params={"q": "auxonne"})).text
    assert await found(busy, "auxonne", etat="resolved") == [hole["title"]]
