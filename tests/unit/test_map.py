"""What the citizen's map is drawn from: every place inside its own commune, outlines that stay where they are."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.channels.web_map import drawing, said
from routing.catalogue import loader
from routing.catalogue.places import sights
from routing.domain.area import Area, simplified
from routing.domain.procedure import Catalogue

METRE = 1 / 111_195  # degrees of latitude


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("place de la République", "square", "de la place de la République"),
        ("gare Porte-Neuve", "station", "de la gare Porte-Neuve"),
        ("CHU François-Mitterrand", "hospital", "du CHU François-Mitterrand"),
        ("hôpital de la Chartreuse", "hospital", "de l’hôpital de la Chartreuse"),
        ("station République", "stop", "de l’arrêt République"),
        ("Zénith", "venue", "du Zénith"),
        ("La Vapeur", "venue", "de la Vapeur"),
        ("Le Cèdre", "venue", "du Cèdre"),
    ],
)
def test_a_place_stands_in_a_sentence(name: str, kind: str, words: str) -> None:
    assert said(name, kind, "fr") == words


@given(st.integers(4, 200), st.floats(0.5, 60))
def test_an_outline_with_fewer_corners_is_never_further_off_than_allowed(corners: int, metres: float) -> None:
    turn = 2 * math.pi / corners
    ring = [(5.04 + 0.02 * math.cos(turn * at), 47.32 + 0.01 * math.sin(turn * at)) for at in range(corners)]
    drawn = simplified(ring, metres)
    assert set(drawn) <= set(ring)
    assert len(drawn) >= 3
    inside = Area({"Dijon": [drawn]})
    assert all(inside.commune_at(lat, lon) for lon, lat in ring), "all within the width of an edge"


def test_a_straight_side_needs_no_corner() -> None:
    ring = [(5.0, 47.3), (5.0, 47.3 + 500 * METRE), (5.0, 47.4), (5.1, 47.4), (5.1, 47.3)]
    assert simplified(ring, 10) == [ring[0], *ring[2:]]


def test_what_the_city_knows_is_near_the_commune_it_is_said_to_be_in(catalogue: Catalogue) -> None:
    seen = sights(loader.FOLDER)
    assert len(seen.places) > 40
    for place in seen.places:
        commune = catalogue.communes[place.commune or "Dijon"]
        assert math.hypot((place.lat - commune.lat) / METRE, (place.lon - commune.lon) / METRE * 0.68) < 5500, (
            place.name
        )


def test_the_drawing_says_nothing_but_what_is_public(catalogue: Catalogue) -> None:
    square = [(5.0, 47.3), (5.1, 47.3), (5.1, 47.4), (5.0, 47.4)]
    made = drawing(Area({"Dijon": [square]}, "IGN"), catalogue.communes, sights(loader.FOLDER), "fr")
    assert made["source"] == "IGN"
    assert {commune["name"]: len(commune["rings"]) for commune in made["communes"]} == {
        name: int(name == "Dijon") for name in catalogue.communes
    }
    assert {line["name"] for line in made["lines"]} == {"T1", "T2"}
