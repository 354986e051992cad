"""Every procedure is found by what it is called."""

from __future__ import annotations

import pytest

from bot.staff import find_procedures
from nlp_models.folding import fold
from routing.domain.procedure import Catalogue


def test_all_two_hundred_are_found_by_their_titles(catalogue: Catalogue) -> None:
    assert len(catalogue.procedures) >= 200
    lost = [one.id for one in catalogue.procedures.values() if one not in find_procedures(catalogue, one.title)]
    assert lost == []


def test_accents_and_order_of_the_words_do_not_matter(catalogue: Catalogue) -> None:
    assert find_procedures(catalogue, "poule nid")[0].id == "voirie-nid-de-poule"
    assert find_procedures(catalogue, "ECLAIRAGE") == find_procedures(catalogue, "éclairage")
    assert find_procedures(catalogue, "xyzzy") == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("trou", "voirie-nid-de-poule"),
        ("lampadaire", "eclairage-lampadaire-eteint"),
        ("fuite", "eau-assainissement-fuite"),
        ("nid-de-poule", "voirie-nid-de-poule"),
    ],
)
def test_the_words_the_screen_proposes_find_what_they_mean_first(catalogue: Catalogue, typed: str, meant: str) -> None:
    assert meant in [one.id for one in find_procedures(catalogue, typed, 2)]


def test_a_whole_word_comes_before_the_beginning_of_another(catalogue: Catalogue) -> None:
    found = [one.title for one in find_procedures(catalogue, "eau", 200)]
    assert all("eau" in fold(title).replace("'", " ").split() for title in found[:7])
    assert found.index("Panneau tombé, tourné ou masqué") > found.index("Rupture de canalisation d'eau")
