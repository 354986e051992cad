"""Where it is: a street of two communes is asked about, a position names its commune, others are named when they are
competent."""

from __future__ import annotations

import pytest

from routing.domain.understanding import Decision
from tests.city import City
from tests.understood import Scripted

PHONE = "+33639980001"
HOLE = "voirie-nid-de-poule"
GRAND_DIJON = (47.3229, 5.0375)
CHENOVE = (47.2926, 5.0049)
PARIS = (48.8566, 2.3522)


@pytest.fixture
def somewhere(scripted: Scripted) -> str:
    """A hole in a street that is in two communes."""
    words = "un gros trou rue pasteur"
    return scripted.expect(words, (HOLE, 0.95), commune=None, place="rue Pasteur", communes=("Chenôve", "Dijon"))


async def test_which_commune_is_asked_by_text_message(city: City, somewhere: str) -> None:
    reference = await city.text(somewhere)
    await city.settle()
    asked = await city.follow(reference)
    assert asked["state"] == "asked"
    assert [choice["label"] for choice in asked["question"]] == ["Dijon", "Chenôve"]
    [question] = [text for text in await city.texts_to(PHONE) if "Dans laquelle" in text]
    assert "1. Dijon ; 2. Chenôve ; 3. une autre commune" in question
    assert await city.text("2") == reference
    await city.settle()
    incident = await city.incident((await city.follow(reference))["incident"])
    assert (incident["procedure"], incident["commune"], incident["place"]) == (HOLE, "Chenôve", "rue Pasteur")
    assert incident["notes"] == []
    await city.texts_to(PHONE)


async def test_another_commune_leaves_the_doubt_on_the_card(city: City, somewhere: str) -> None:
    reference = await city.text(somewhere)
    await city.settle()
    await city.text("3")
    await city.settle()
    incident = await city.incident((await city.follow(reference))["incident"])
    assert (incident["procedure"], incident["commune"]) == (HOLE, None)
    [card] = await city.cards("voirie")
    assert card["notes"] == ["Commune à préciser : Chenôve ou Dijon."]
    await city.texts_to(PHONE)


async def test_a_commune_told_late_reaches_the_card(city: City, somewhere: str) -> None:
    reference = await city.text(somewhere)
    await city.settle(minutes=4)
    incident = await city.incident((await city.follow(reference))["incident"])
    assert incident["commune"] is None
    await city.text("1")
    await city.settle()
    told = await city.incident(incident["reference"])
    assert told["commune"] == "Dijon"
    [card] = await city.cards("voirie")
    assert (card["commune"], card["notes"]) == ("Dijon", [])
    assert any("répond à la question : Dijon" in line for line in await city.thread("voirie", incident["reference"]))
    await city.texts_to(PHONE)


async def test_the_tracking_page_asks_and_takes_the_commune(city: City, somewhere: str) -> None:
    reference = await city.report(somewhere)
    await city.settle()
    address = (await city.follow(reference))["tracking_url"].removeprefix("http://127.0.0.1:8000")
    page = (await city.web.get(address)).text
    assert "Dans quelle commune" in page
    assert "Une autre commune" in page
    posted = await city.web.post(f"{address}/reponse", data={"procedure": "Dijon"})
    assert posted.status_code == 303
    await city.settle()
    assert (await city.follow(reference))["commune"] == "Dijon"
    again = await city.web.post(f"{address}/reponse", data={"procedure": "Chenôve"})
    assert again.status_code == 409


async def test_two_streets_that_may_differ_are_two_incidents(city: City, scripted: Scripted, somewhere: str) -> None:
    sure = scripted.expect("trou rue pasteur à dijon", (HOLE, 0.95), commune="Dijon", place="rue Pasteur")
    first = await city.opened(somewhere, channel="voice")
    second = await city.opened(sure)
    assert first["reference"] != second["reference"]
    assert second["reports"] == 1


async def test_danger_is_not_asked_where(city: City, scripted: Scripted) -> None:
    words = scripted.expect(
        "au secours il y a le feu rue pasteur",
        ("securite-incendie-batiment", 0.9),
        commune=None,
        place="rue Pasteur",
        communes=("Dijon", "Chenôve"),
    )
    incident = await city.opened(words)
    assert incident["severity"] == "critique"
    assert incident["notes"] == ["Commune à préciser : Dijon ou Chenôve."]
    assert await city.rings()


@pytest.mark.parametrize(("position", "commune"), [(GRAND_DIJON, "Dijon"), (CHENOVE, "Chenôve")])
async def test_a_position_says_which_commune(
    city: City, somewhere: str, position: tuple[float, float], commune: str
) -> None:
    incident = await city.opened(somewhere, lat=position[0], lon=position[1])
    assert (incident["commune"], incident["notes"]) == (commune, [])


async def test_a_position_outside_is_said_to_be_outside(city: City, scripted: Scripted) -> None:
    words = scripted.expect("un trou ici", (HOLE, 0.95), commune=None)
    reference = await city.report(words, lat=PARIS[0], lon=PARIS[1])
    await city.settle()
    report = await city.follow(reference)
    assert report["competent"].startswith("Cet endroit n'est pas dans la métropole")
    [card] = await city.cards("voirie")
    assert card["notes"] == ["Hors de la métropole, d'après la position."]


async def test_a_commune_outside_is_named_to_the_citizen_and_to_the_room(city: City, scripted: Scripted) -> None:
    words = scripted.expect("un trou à genlis", (HOLE, 0.95), commune=None, elsewhere="Genlis")
    await city.text(words)
    await city.settle()
    [receipt] = await city.texts_to(PHONE)
    assert "Genlis n'est pas dans la métropole : adressez-vous à la mairie de Genlis." in receipt
    assert "Un agent lit votre message malgré tout." in receipt
    [card] = await city.cards("voirie")
    assert card["notes"] == ["Hors de la métropole : Genlis."]


async def test_the_motorways_owner_is_named(city: City, scripted: Scripted) -> None:
    words = scripted.expect("l'herbe du talus de l'A31 est trop haute", (HOLE, 0.95), commune=None, place="A31")
    reference = await city.text(words)
    await city.settle()
    [receipt] = await city.texts_to(PHONE)
    assert "L'autoroute est exploitée par APRR, pas par la métropole." in receipt
    assert (await city.follow(reference))["competent"].startswith("L'autoroute")
    [card] = await city.cards("voirie")
    assert card["notes"] == ["Autoroutes A31, A39, A311 et A6 : APRR."]
    address = (await city.follow(reference))["tracking_url"].removeprefix("http://127.0.0.1:8000")
    assert "exploitée par APRR" in (await city.web.get(address)).text


async def test_nobody_is_sent_away_on_a_guess(city: City, scripted: Scripted) -> None:
    words = scripted.expect("un trou sur la rocade", (HOLE, 0.95), commune=None, place="rocade")
    await city.text(words)
    await city.settle()
    [receipt] = await city.texts_to(PHONE)
    assert "métropole" not in receipt
    [card] = await city.cards("voirie")
    assert card["notes"][0].startswith("Rocade et LINO (M274) : métropole depuis le 1er janvier 2024")


async def test_danger_comes_before_whose_matter_it_is(city: City, scripted: Scripted) -> None:
    words = scripted.expect(
        "il y a un accident avec des blessés sur l'A31", decision=Decision.UNFORESEEN, commune=None, place="A31"
    )
    await city.text(words)
    await city.settle()
    [receipt, *_] = await city.texts_to(PHONE)
    assert receipt.startswith("Appelez le 112")
    assert "APRR" not in receipt
    [card] = await city.cards("astreinte")
    assert card["notes"] == ["Autoroutes A31, A39, A311 et A6 : APRR."]
    assert await city.rings()


async def test_the_very_door_is_on_the_map(city: City, scripted: Scripted) -> None:
    words = scripted.expect("trou au 12 rue Monge", (HOLE, 0.95), place="12 rue Monge", point=(47.3197, 5.0353))
    await city.opened(words)
    [card] = await city.cards("voirie")
    assert "mlat=47.31970&mlon=5.03530" in card["map_url"]
