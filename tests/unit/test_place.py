"""Two reports of one spot join; better two cards than a lost report."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.domain.place import SAME_SPOT_M, Place, distance_m, key, same_spot

DARCY = Place("place Darcy", "Dijon", 47.3236, 5.0330)
METRE = 1 / 111_195  # degrees of latitude

latitudes, longitudes = st.floats(47.2, 47.4), st.floats(4.9, 5.2)
labels = st.sampled_from([None, "rue Monge", "12 rue Monge", "Rue MONGE", "place Darcy", "arrêt République"])
communes = st.sampled_from([None, "Dijon", "Talant"])
places = st.builds(Place, labels, communes, st.none() | latitudes, st.none() | longitudes)


def moved(metres: float) -> Place:
    """Place Darcy, some metres further north, without a name."""
    assert DARCY.lat is not None
    return Place(lat=DARCY.lat + metres * METRE, lon=DARCY.lon)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("12 rue d'Auxonne", "rue d’Auxonne"),
        ("12 bis, Rue d'AUXONNE", "rue d'auxonne"),
        ("7b rue Monge", "3 rue Monge"),
        ("place de la République", "Place de la Republique"),
        ("Gare Dijon-Ville", "gare dijon ville"),
        ("4  boulevard Carnot.", "boulevard   Carnot"),
        ("12 rue de Chenôve", "14ter rue de Chenôve"),
    ],
)
def test_one_street_however_it_is_typed(one: str, other: str) -> None:
    assert key(one) == key(other)
    assert same_spot(Place(one, "Dijon"), Place(other, "Dijon"))


@pytest.mark.parametrize(
    ("one", "other"), [("rue Monge", "rue Musette"), ("8 mai", "11 novembre"), ("rue de Dijon", "route de Dijon")]
)
def test_two_streets_are_two_spots(one: str, other: str) -> None:
    assert not same_spot(Place(one, "Dijon"), Place(other, "Dijon"))


def test_the_same_street_of_another_commune_is_another_spot() -> None:
    assert not same_spot(Place("rue de la Mairie", "Chenôve"), Place("rue de la Mairie", "Daix"))


def test_a_commune_that_is_not_known_does_not_tell_apart() -> None:
    assert same_spot(Place("arrêt République", "Dijon"), Place("arrêt République"))


@pytest.mark.parametrize(("metres", "same"), [(0, True), (99, True), (101, False), (5000, False)])
def test_positions_within_a_hundred_metres_are_one_spot(metres: float, same: bool) -> None:
    assert same_spot(DARCY, moved(metres)) is same


def test_positions_tell_apart_what_names_do_not() -> None:
    assert not same_spot(Place("rue d'Auxonne", "Dijon", 47.31, 5.05), Place("rue d'Auxonne", "Dijon", 47.30, 5.06))


def test_distance_is_in_metres() -> None:
    assert distance_m(DARCY, moved(250)) == pytest.approx(250, rel=0.001)
    quetigny = Place(lat=47.3194, lon=5.1151)
    assert distance_m(DARCY, quetigny) == pytest.approx(6206, rel=0.01)


def test_half_a_position_is_no_position() -> None:
    assert distance_m(DARCY, Place(lat=47.3)) is None
    assert distance_m(Place(lon=5.0), DARCY) is None


def test_two_places_without_anything_are_never_the_same() -> None:
    assert not same_spot(Place(), Place())
    assert not same_spot(Place(commune="Dijon"), Place(commune="Dijon"))
    assert not same_spot(Place("", "Dijon"), Place("", "Dijon"))


@pytest.mark.parametrize(("one", "other"), [("?", "…"), ("12", "14 bis"), ("شارع دارسي", "شارع الحرية")])
def test_labels_that_say_nothing_comparable_are_never_the_same_spot(one: str, other: str) -> None:
    assert not same_spot(Place(one, "Dijon"), Place(other, "Dijon"))


def test_a_ligature_is_two_letters() -> None:
    assert same_spot(Place("église du Sacré-Cœur", "Dijon"), Place("Eglise du Sacre Coeur", "Dijon"))


@pytest.mark.parametrize("label", ["12-14 rue Monge", "12/14 rue Monge", "n° 12 rue Monge"])
def test_a_house_number_is_taken_off_however_it_is_written(label: str) -> None:
    assert key(label) == "rue monge"


@given(places, places)
def test_being_the_same_spot_does_not_depend_on_who_called_first(one: Place, other: Place) -> None:
    assert same_spot(one, other) is same_spot(other, one)
    assert distance_m(one, other) == distance_m(other, one)


@given(places)
def test_a_place_with_a_name_or_a_position_is_its_own_spot(place: Place) -> None:
    located = place.lat is not None and place.lon is not None
    assert same_spot(place, place) is (located or place.label is not None)


@given(latitudes, longitudes, latitudes, longitudes)
def test_the_flat_distance_is_that_of_the_globe_over_a_metropolis(a: float, b: float, c: float, d: float) -> None:
    flat = distance_m(Place(lat=a, lon=b), Place(lat=c, lon=d))
    phi, psi, away = math.radians(a), math.radians(c), math.radians(d - b)
    half = math.sin((psi - phi) / 2) ** 2 + math.cos(phi) * math.cos(psi) * math.sin(away / 2) ** 2
    assert flat == pytest.approx(2 * 6_371_000 * math.asin(math.sqrt(half)), abs=SAME_SPOT_M / 100)
