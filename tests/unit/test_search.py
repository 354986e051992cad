"""Every procedure is found by what it is called."""

from __future__ import annotations

from bot.staff import find_procedures
from routing.catalogue import loader
from routing.catalogue.loader import FOLDER


def test_all_two_hundred_are_found_by_their_titles() -> None:
    catalogue = loader.load(FOLDER)
    assert len(catalogue.procedures) == 200
    lost = [one.id for one in catalogue.procedures.values() if one not in find_procedures(catalogue, one.title)]
    assert lost == []


def test_accents_and_order_of_the_words_do_not_matter() -> None:
    catalogue = loader.load(FOLDER)
    assert find_procedures(catalogue, "poule nid")[0].id == "voirie-nid-de-poule"
    assert find_procedures(catalogue, "ECLAIRAGE") == find_procedures(catalogue, "éclairage")
    assert find_procedures(catalogue, "xyzzy") == []
