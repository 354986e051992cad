"""Places of a city that speaks another language, where the type word comes after the name."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.places import own_places
from nlp_models.gazetteer import Gazetteer, gazetteer_from, own
from nlp_models.place_finder import find_where
from nlp_models.place_words import place_words
from tests.city import settings_in

TOWN = Path(__file__).parent.parent / "small_town"


@pytest.fixture
def town(tmp_path: Path) -> Gazetteer:
    return own_places(settings_in(tmp_path, catalogue_dir=TOWN, locale="en"))


@pytest.mark.parametrize(
    ("text", "commune", "place"),
    [
        ("there's a big hole on mill lane", "Millbridge", "Mill Lane"),
        ("hello um its 12 mill lane", "Millbridge", "12 Mill Lane"),
        ("a lamp is out on staton road", "Millbridge", "Station Road"),
        ("Church St in Orchard End is flooded", "Orchard End", "Church Street"),
        ("corner of mill lane and church street in millbridge", "Millbridge", "Mill Lane / Church Street"),
        ("at the town hall", "Millbridge", "Town Hall"),
        ("outside 4 willow close in orchard end", "Orchard End", "4 Willow Close"),
        ("the street light is out in orchard end", "Orchard End", None),
        ("a hole in the road", None, None),
        ("my street is dark", None, None),
        ("the main road is icy", None, None),
        ("i am at the end of my road", None, None),
        ("rue de la Liberté à Dijon", None, None),
    ],
)
def test_english_places(town: Gazetteer, text: str, commune: str | None, place: str | None) -> None:
    where = find_where(text, town)
    assert (where.commune, where.place) == (commune, place)


def test_a_street_of_both_villages_is_in_doubt(town: Gazetteer) -> None:
    where = find_where("rubbish on church street", town)
    assert where.commune is None
    assert set(where.communes) == {"Millbridge", "Orchard End"}


def test_the_projects_own_places_are_not_another_citys() -> None:
    assert find_where("rue Monge à Dijon", own("en")).commune is None


def test_a_language_without_a_word_list_still_knows_its_communes() -> None:
    words = place_words("de")
    assert words.split("Straße in Köln") == ["strasse", "in", "koln"]
    assert not words.types


SPANISH = {
    "centre": "Villaseca",
    "streets": {
        "Villaseca": ["Calle Mayor", "Calle del Pozo", "Avenida de Castilla"],
        "San Martín": ["Calle Mayor", "Plaza de la Iglesia"],
    },
    "landmarks": [{"name": "Ermita de San Roque", "kind": "venue", "commune": "San Martín"}],
}


@pytest.mark.parametrize(
    ("text", "commune", "place"),
    [
        ("hay un bache en la calle del pozo", "Villaseca", "Calle del Pozo"),
        ("en la calle mayor de villaseca", "Villaseca", "Calle Mayor"),
        ("farola apagada en la plaza de la iglesia", "San Martín", "Plaza de la Iglesia"),
        ("avda de castilla número 4", "Villaseca", "4 Avenida de Castilla"),
        (
            "esquina de la calle mayor con avenida de castilla en villaseca",
            "Villaseca",
            "Calle Mayor / Avenida de Castilla",
        ),
        ("en calle cervantes hay basura", None, "calle Cervantes"),
        ("junto a la ermita de san roque", "San Martín", "Ermita de San Roque"),
        ("un agujero en mi calle", None, None),
        ("no hay luz en toda la calle", None, None),
        ("llevo tres horas en la calle", None, None),
        ("en la plaza hay basura", None, None),
        ("la calle está oscura", None, None),
    ],
)
def test_spanish_places(text: str, commune: str | None, place: str | None) -> None:
    where = find_where(text, gazetteer_from(SPANISH, place_words("es"), ["Villaseca", "San Martín"]))
    assert (where.commune, where.place) == (commune, place)
