"""The main job with the real understanding: what people write, and where it goes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from nlp_models.pipeline import load
from tests.city import City, founded


@pytest.fixture
async def dijon(database_url: str, tmp_path: Path, trained_model: Path) -> AsyncIterator[City]:
    """A city that understands with the trained pipeline."""
    async with founded(database_url, tmp_path, load(trained_model)) as city:
        yield city
        await city.check_nothing_unexpected()


async def test_the_hole_of_rue_dauxonne(dijon: City) -> None:
    reference = await dijon.report("il y a un énorme trou rue d'Auxonne à Dijon, ma voiture a tapé dedans")
    await dijon.settle()
    report = await dijon.follow(reference)
    assert (report["procedure"], report["decision"]) == ("voirie-nid-de-poule", "route")
    assert (report["place"], report["commune"]) == ("rue d'Auxonne", "Dijon")
    [card] = await dijon.cards("voirie")
    assert card["certainty"].startswith("sûr à ")
    assert "trou" in card["weighed"]


async def test_a_fire_is_told_112_and_rings(dijon: City) -> None:
    answer = await dijon.post(
        "/api/v1/reports", {"text": "vite il y a le feu dans l'immeuble, de la fumée sort du 3e étage"}
    )
    assert answer.json()["advice"].startswith("Appelez le 112")
    await dijon.settle()
    incident = await dijon.incident((await dijon.follow(answer.json()["reference"]))["incident"])
    assert (incident["procedure"], incident["severity"]) == ("securite-incendie-batiment", "critique")
    assert await dijon.rings()


SAID = {
    "slt le lampadaire clignote devant chez moi rue monge": "eclairage-lampadaire-eteint",
    "ya un canapé et des sacs jetés au bord du chemin à Chenôve": "proprete-depot-sauvage",
    "euh bonjour ben voilà mon bus est jamais passé ça fait quarante minutes que j'attends": "transports-bus-retard",
    "quel jour passe le camion des poubelles jaunes à talant": "dechets-jour-collecte",
}


@pytest.mark.parametrize(("words", "procedure"), SAID.items(), ids=SAID.values())
async def test_ordinary_messages_find_their_procedure(dijon: City, words: str, procedure: str) -> None:
    incident = await dijon.opened(words)
    assert incident["procedure"] == procedure


async def test_what_nobody_foresaw_is_not_forced_into_a_procedure(dijon: City) -> None:
    incident = await dijon.opened(
        "une montgolfière vient de se poser sur le rond-point, les gens font des photos", channel="voice"
    )
    assert incident["procedure"] is None
    await dijon.rings()


async def test_a_hole_and_a_lamp_in_two_streets_are_two_incidents_and_one_receipt(dijon: City) -> None:
    reference = await dijon.text("un trou rue monge et le lampadaire rue berbisey")
    await dijon.settle()
    found: Any = await dijon.get("/api/v1/incidents")
    hole, lamp = sorted(found, key=lambda one: str(one["place"]), reverse=True)
    assert (hole["procedure"], hole["place"]) == ("voirie-nid-de-poule", "rue Monge")
    assert (lamp["procedure"], lamp["place"]) == ("eclairage-lampadaire-eteint", "rue Berbisey")
    [receipt] = await dijon.texts_to("+33639980001")
    assert reference in receipt
    assert "Votre message parle aussi d'autre chose" in receipt


async def test_a_vague_message_and_its_answer_are_understood_together(dijon: City) -> None:
    reference = await dijon.text("y a un problème dans ma rue")
    await dijon.settle()
    assert (await dijon.follow(reference))["state"] == "asked"
    await dijon.text("le banc est cassé, rue Berbisey")
    await dijon.settle()
    incident = await dijon.incident((await dijon.follow(reference))["incident"])
    assert (incident["procedure"], incident["place"]) == ("mobilier-batiments-banc", "rue Berbisey")
    await dijon.texts_to("+33639980001")
