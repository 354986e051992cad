"""The full model: a floor under its figures, and messages that must come out right."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlp_models.pipeline import Reader, load
from routing.catalogue import loader
from routing.domain.understanding import Decision


@pytest.fixture(scope="session")
def reader(trained_model: Path) -> Reader:
    return load(trained_model)


def test_it_knows_every_procedure(reader: Reader) -> None:
    assert set(reader.labels) == loader.procedure_ids()


def test_figures_of_other_authors_stay_above_the_floor(reader: Reader) -> None:
    assert reader.figures["top1"] > 0.90
    assert reader.figures["top3"] > 0.96
    assert reader.figures["ece"] < 0.05


@pytest.mark.parametrize(
    ("text", "procedure"),
    [
        ("bonjour il y a un énorme nid de poule devant le 12 rue Monge à Dijon", "voirie-nid-de-poule"),
        ("le lampadaire devant chez moi est éteint depuis trois jours", "eclairage-lampadaire-eteint"),
        ("ma poubelle n'a pas été ramassée ce matin", "dechets-bac-non-collecte"),
        ("ça sent le gaz dans la cage d'escalier", "reseaux-energie-odeur-gaz"),
        ("un arbre est tombé en travers de la route", "espaces-verts-arbre-tombe"),
        ("je voudrais prendre rendez-vous pour un passeport", "administratif-titres-identite"),
    ],
)
def test_plain_messages_find_their_procedure(reader: Reader, text: str, procedure: str) -> None:
    assert procedure in [candidate.procedure for candidate in reader.understand(text).ranking[:3]]


def test_chatter_is_out_of_scope_and_danger_is_not(reader: Reader) -> None:
    assert reader.understand("raconte-moi une blague").decision in (Decision.OUT_OF_SCOPE, Decision.UNFORESEEN)
    assert reader.understand("au secours raconte-moi une blague").decision is not Decision.OUT_OF_SCOPE


def test_two_places_are_two_matters(reader: Reader) -> None:
    read = reader.understand("un trou rue monge et le lampadaire rue berbisey", "sms")
    assert read.also is not None
    assert (read.place, read.also.meaning.place) == ("rue Monge", "rue Berbisey")
    assert (read.decision, read.also.meaning.decision) == (Decision.ROUTE, Decision.ROUTE)


@pytest.mark.parametrize("text", ["rats", "nid de poule", "bruit la nuit", "neige pas déblayée", "chat mort"])
def test_whoever_names_a_matter_in_a_word_or_two_is_not_turned_away(reader: Reader, text: str) -> None:
    assert reader.understand(text, "sms").decision in (Decision.ROUTE, Decision.ASK)


def lines(name: str) -> list[str]:
    text = (Path(__file__).parent / "data" / name).read_text("utf-8")
    return [line for line in text.splitlines() if not line.startswith("#")]


@pytest.mark.parametrize("text", lines("two_streets.txt"))
def test_another_thing_in_another_street_is_another_matter(reader: Reader, text: str) -> None:
    assert reader.understand(text, "sms").also is not None


@pytest.mark.parametrize("text", lines("one_street.txt"))
def test_two_names_of_places_or_things_are_not_yet_two_matters(reader: Reader, text: str) -> None:
    assert reader.understand(text, "sms").also is None
