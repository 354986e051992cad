"""Whose matter it is: the owners named in the catalogue, a place outside, what is told and what is not."""

from __future__ import annotations

from datetime import date

import pytest

from routing.catalogue.loader import FOLDER
from routing.domain.area import Area
from routing.domain.competence import SOMEWHERE, Competence, Said, competence
from routing.domain.interlocutor import Interlocutor, interlocutor_for
from tests.city import read_catalogue

CATALOGUE = read_catalogue(FOLDER)


def named(text: str, lead: str | None = None, commune: str | None = None) -> str | None:
    """The id of who is competent."""
    found = interlocutor_for(text, lead, commune, CATALOGUE.interlocutors)
    return found.id if found else None


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("le talus de l'A31 n'est pas fauché", "aprr"),
        ("au péage il y a une file énorme", "aprr"),
        ("accident sur l'autoroute A 39", "aprr"),
        ("bouchon a38 direction plombières", "a38"),
        ("la rocade est glissante", "rocade"),
        ("un carton sur la N274", "rocade"),
        ("nid de poule sur la départementale 905", "departement"),
        ("le passage à niveau reste fermé", "sncf"),
        ("ça sent le gaz dans la cave", "grdf"),
        ("plus de courant dans tout l'immeuble", "enedis"),
        ("la fibre est arrachée du poteau", "telecom"),
        ("une péniche prend l'eau sur le canal de Bourgogne", "vnf"),
        ("mon bailleur ne répare rien", "bailleur"),
    ],
)
def test_owners_are_recognised_by_their_words(text: str, who: str) -> None:
    assert named(text) == who


@pytest.mark.parametrize(
    "text",
    [
        "le lampadaire de ma rue n'a plus de courant",
        "les feux sont éteints, panne de courant au carrefour",
        "rue du chemin de fer il y a un trou",
        "je suis en train de vous écrire",
        "au port du canal une péniche fait du bruit",
        "un trou rue Monge",
    ],
)
def test_what_is_ours_stays_ours(text: str) -> None:
    assert named(text) is None


def test_water_is_looked_after_by_commune() -> None:
    assert named("une fuite", "eau-assainissement", "Dijon") == "odivea"
    assert named("une fuite", "eau-assainissement", "Ahuy") == "eau"
    assert named("une fuite", "eau-assainissement", None) == "eau"
    assert named("le tram est en panne", "keolis", "Dijon") == "keolis"
    assert named("un trou", "voirie", "Dijon") is None


def test_citizens_are_only_sent_where_somebody_is_sure() -> None:
    told = {who.id for who in CATALOGUE.interlocutors if who.told}
    assert told == {"aprr", "sncf", "grdf", "enedis", "telecom", "vnf"}
    assert not any("Téléphone" in (who.told or "") for who in CATALOGUE.interlocutors)


def test_a_telephone_number_is_told_once_it_was_verified() -> None:
    gas = Interlocutor("gaz", "GRDF", "Gaz : GRDF.", tell="Le gaz est à GRDF.", phone="0 800 47 33 33")
    assert gas.told == "Le gaz est à GRDF."
    rung = Interlocutor("gaz", "GRDF", "x", tell=gas.tell, phone=gas.phone, verified_on=date(2026, 11, 1))
    assert rung.told == "Le gaz est à GRDF. Téléphone : 0 800 47 33 33."


def test_outside_comes_before_who_is_competent_inside() -> None:
    found = competence(Said("un trou sur l'A31 à Beaune", None, None, (), "Beaune"), CATALOGUE)
    assert found.notes == ("Hors de la métropole : Beaune.",)
    assert found.told is not None
    assert "mairie de Beaune" in found.told


def test_a_position_outside_without_a_name() -> None:
    found = competence(Said("un trou", None, None, (), SOMEWHERE), CATALOGUE)
    assert found.notes == ("Hors de la métropole, d'après la position.",)


def test_nothing_to_say() -> None:
    assert competence(Said("un trou rue Monge", "voirie", "Dijon"), CATALOGUE) == Competence()


def test_a_doubt_is_said_beside_the_owner() -> None:
    found = competence(Said("fuite rue Pasteur", "eau-assainissement", None, ("Dijon", "Chenôve")), CATALOGUE)
    assert found.notes[0] == "Commune à préciser : Dijon ou Chenôve."
    assert found.notes[1].startswith("Exploitant de l'eau à vérifier")


def test_points_outside_belong_to_nobody_and_a_step_outside_to_the_nearest() -> None:
    square = Area({"Carré": [[(5.0, 47.0), (5.01, 47.0), (5.01, 47.01), (5.0, 47.01)]]})
    assert square.commune_at(47.005, 5.005) == "Carré"
    assert square.commune_at(47.0109, 5.005) == "Carré"  # 100 m north
    assert square.commune_at(47.0127, 5.005) is None  # 300 m north
    assert square.commune_at(0.0, 0.0) is None
    assert Area({}).commune_at(47.0, 5.0) is None
