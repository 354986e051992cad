"""The name of a street alone says nothing of what happens there."""

from __future__ import annotations

import pytest

from intake.missing_place import only_a_place


@pytest.mark.parametrize(
    ("text", "place", "commune"),
    [
        ("rue monge", "rue Monge", None),
        ("c'est au 12 rue Monge à Dijon", "12 rue Monge", "Dijon"),
        ("avenue victor hugo dijon", "avenue Victor-Hugo", "Dijon"),
        ("arrêt Godrans", "Godrans", "Dijon"),
        ("euh devant la poste", "la Poste", "Dijon"),
    ],
)
def test_a_place_alone(text: str, place: str, commune: str | None) -> None:
    assert only_a_place(text, place, commune)


@pytest.mark.parametrize(
    "text", ["un trou rue Monge", "rue Monge inondée", "la rue Monge est bloquée", "au feu rue Monge"]
)
def test_one_word_more_is_a_matter(text: str) -> None:
    assert not only_a_place(text, "rue Monge", "Dijon")


def test_without_a_place_nothing_is_a_place() -> None:
    assert not only_a_place("ici", None, None)
