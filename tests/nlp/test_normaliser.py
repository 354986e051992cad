"""The classifier's spelling: less noise, never less meaning."""

from __future__ import annotations

import pytest

from nlp_models.folding import fold, readable
from nlp_models.languages import detect_language
from nlp_models.normaliser import normaliser_for


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Euh bonjour, alors voilà, la lampe est cassée", "la lampe est cassee"),
        ("slt ya 1 trou dvt chez moi", "il y a 1 trou devant chez moi"),
        ("c pas normal", "c est pas normal"),
        ("g vu un rat", "j ai vu un rat"),
        ("le le lampadaire est est éteint", "le lampadaire est eteint"),
        ("il y il y a du bruit", "il y a du bruit"),
        ("au secourssss", "au secourss"),
        ("pas pas de lumière", "pas pas de lumiere"),
        ("bonjour", "bonjour"),
        ("", ""),
    ],
)
def test_french_noise_is_removed(text: str, expected: str) -> None:
    assert normaliser_for("fr")(text) == expected


@pytest.mark.parametrize("word", sorted(normaliser_for("fr").keep))
def test_negation_and_urgency_survive(word: str) -> None:
    assert word in normaliser_for("fr")(f"bonjour euh {word} alors voilà merci").split()


def test_an_unknown_language_is_only_folded() -> None:
    assert normaliser_for("xx")("Héllo  the the WORLD") == "hello the world"


def test_folding_and_reading() -> None:
    assert fold("L’Œuvre Été\tÀ ") == "l'oeuvre ete a"
    assert readable("a\0b <b>gras</b>\u202e" + "x" * 9000, 20) == "a b gras xxxxxxxxxxx"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("il y a un trou", "fr"),
        ("ok", "fr"),
        ("", "fr"),
        ("the street light is broken in my street please help", "en"),
        ("hay una farola rota en la calle y no se ve", "es"),
        ("die Laterne ist kaputt und es ist dunkel", "de"),
        ("il lampione della strada non funziona e c'è buio", "it"),
        ("há um buraco na rua e não consigo passar com o meu carro", "pt"),
        ("انقطعت الكهرباء في الشارع", "ar"),
        ("на улице нет света", "ru"),
        ("路灯坏了", "zh"),
    ],
)
def test_language_is_detected(text: str, language: str) -> None:
    assert detect_language(text) == language


def test_thin_evidence_keeps_the_expected_language() -> None:
    assert detect_language("wifi", expected="en") == "en"
