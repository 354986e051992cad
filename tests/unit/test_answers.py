"""Short answers, as people give them."""

from __future__ import annotations

import pytest

from intake.answers import after_no, number, says_no, says_yes, wants_a_person
from intake.small_talk import beside_the_wish, says_nothing, wants_it_again


@pytest.mark.parametrize(
    "words",
    [
        "un humain", "Un humain !", "0", "agent", "un agent svp", "une vraie personne", "someone", "a human please",
        "je veux parler à quelqu'un", "passez-moi un conseiller", "I want to speak to someone", "un être humain",
        "je voudrais parler à un agent de la mairie s'il vous plaît", "j'ai besoin d'une personne", "operator",
    ],
)  # fmt: skip
def test_a_person_is_asked_for(words: str) -> None:
    assert wants_a_person(words)


@pytest.mark.parametrize(
    "words",
    [
        "", "00", "10", "il y a une personne allongée sur le trottoir rue Monge", "personne ne ramasse les poubelles",
        "quelqu'un a volé mon vélo", "un trou rue Monge", "la rue de la Liberté est bloquée", "agent de police blessé",
        "someone has fallen in the street near the station",
    ],
)  # fmt: skip
def test_somebody_in_a_report_is_not_a_wish(words: str) -> None:
    assert not wants_a_person(words)


@pytest.mark.parametrize(
    "words", ["oui", "Oui, c'est ça", "ben ouais", "exactement", "yes", "tout à fait", "c'est bien ça", "je confirme"]
)
def test_yes(words: str) -> None:
    assert says_yes(words)
    assert not says_no(words)


@pytest.mark.parametrize(
    "words",
    ["non", "NON !", "mais non", "pas du tout", "no", "pas encore", "c'est pas ça", "ce n'est pas cela", "pas ça"],
)
def test_no(words: str) -> None:
    assert says_no(words)
    assert not says_yes(words)


@pytest.mark.parametrize(
    "words", ["", "allô", "Bonjour madame !", "allô allô vous m'entendez", "c'est pour signaler un problème", "hello"]
)
def test_a_greeting_has_no_matter(words: str) -> None:
    assert says_nothing(words)


@pytest.mark.parametrize(
    "words",
    ["un trou", "la voirie", "je suis tombé", "bonjour il fait noir", "gutten tag", "هناك حفرة", "bonjour 路上有个坑"],
)
def test_one_word_of_a_matter_is_enough(words: str) -> None:
    assert not says_nothing(words)


@pytest.mark.parametrize("words", ["pardon ?", "répétez", "vous pouvez répéter s'il vous plaît", "j'ai pas compris"])
def test_what_was_not_caught_is_wanted_again(words: str) -> None:
    assert wants_it_again(words)
    assert not wants_it_again(f"{words} il y a un trou rue Monge")


def test_what_stands_beside_a_wish_for_a_person_is_a_matter() -> None:
    assert beside_the_wish("un trou rue Monge, passez-moi quelqu'un") == "un trou rue monge"
    assert beside_the_wish("je voudrais parler à un conseiller s'il vous plaît") == ""


def test_what_follows_a_no_is_worth_hearing_when_it_is_a_sentence() -> None:
    assert after_no("non, c'est le lampadaire qui est tombé") == "c est le lampadaire qui est tombe"
    assert after_no("non merci") == ""
    assert after_no("c'est pas ça c'est un tag") == "c est un tag"


@pytest.mark.parametrize(
    ("words", "options", "which"),
    [
        ("le deuxième", 3, 2), ("un", 3, 1), ("numéro deux", 3, 2), ("three", 3, 3), ("aucune", 3, 3), ("non", 4, 4),
        ("trois", 2, None), ("je ne sais pas", 3, None), ("", 3, None),
    ],
)  # fmt: skip
def test_a_number(words: str, options: int, which: int | None) -> None:
    assert number(words, options) == which
