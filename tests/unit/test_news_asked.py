"""Where does my report stand: how people ask it, and what only looks like it."""

from __future__ import annotations

import pytest

from intake.news_asked import asked_for_news, matter_beside


@pytest.mark.parametrize(
    "words",
    [
        "où en est mon signalement ?", "des nouvelles ?", "vous en êtes où pour VG-4K7Q", "Vous en êtes où ?",
        "des nouvelles pour vg-4k7q svp",
        "Bonjour, j'aimerais avoir des nouvelles de mon signalement VG-4K7Q. Merci", "VG-4K7Q", "suivi",
        "du nouveau ?", "ça en est où mon signalement", "toujours pas de nouvelles",
        "cela fait 3 semaines que j'ai signalé, toujours rien", "mon signalement a-t-il été pris en compte ?",
        "je voulais savoir si ma demande avait été traitée", "c'est pour quand ?", "est-ce que ça avance ?",
        "on en est où du nid de poule ?", "suite à mon signalement VG-4K7Q, des nouvelles ?", "any news?",
        "Hello, is there any news about my report please?", "what's the status of my report VG-4K7Q?",
        "has it been fixed yet?", "I'm still waiting for an answer",
        "https://vigie.test/suivi/abcdefghijklmnopqrstuvwx ?",
    ],
)  # fmt: skip
def test_news_is_asked_for(words: str) -> None:
    assert asked_for_news(words)


@pytest.mark.parametrize(
    "words",
    [
        "", "merci", "un trou rue Monge", "où en est mon signalement ? il y a aussi un arbre tombé rue Monge",
        "un arbre est tombé, des nouvelles ?", "c'est réglé", "oui c'est réglé",
        "mon problème est résolu", "quand passez-vous ramasser les poubelles ?",
        "pas de nouvelles de mon oncle depuis trois jours", "où est la mairie ?",
        "quand la rue sera réparée, il y a un trou", "le lampadaire n'est toujours pas réparé", "il est où le bus 5",
        "où en est mon signalement, et la lumière est aussi en panne", "VG-4K7Q le trou est toujours là",
    ],
)  # fmt: skip
def test_a_matter_or_an_answer_is_not(words: str) -> None:
    assert asked_for_news(words) is None


def test_what_is_described_must_be_theirs() -> None:
    asked = asked_for_news("où en est le trou de la rue Monge ?")
    assert asked
    assert asked.may_mean(["il y a un gros trou rue Monge"], "rue Monge")
    assert not asked.may_mean(["un lampadaire éteint rue Monge"], "rue Monge")


def test_what_was_reported_may_be_said_again() -> None:
    asked = asked_for_news("J'ai signalé un trou devant chez moi il y a trois semaines, où ça en est ?")
    assert asked
    assert asked.may_mean(["il y a un gros trou rue Monge"], "rue Monge")
    assert not asked.may_mean(["un tag rue Monge"], "rue Monge")


def test_numbers_and_links_are_found_as_people_write_them() -> None:
    asked = asked_for_news("vous en êtes où pour vg 4k7q et https://vigie.test/suivi/abcdefghijklmnopqrstuvwx ?")
    assert asked
    assert (asked.references, asked.tokens) == (("VG-4K7Q",), ("abcdefghijklmnopqrstuvwx",))


@pytest.mark.parametrize("word", ["ai", "n", "j ai ", "a propos d ", "mon signalement ", "depuis a b c "])
def test_a_message_made_to_be_slow_is_not(word: str) -> None:
    """Words that could be read in many ways would be read in all of them."""
    assert asked_for_news(f"des nouvelles ? {word * 60}x") is None


@pytest.mark.parametrize(
    ("words", "matter"),
    [
        ("où en est mon signalement ? il y a aussi un tag rue Berbisey", "il y a aussi un tag rue Berbisey"),
        ("Un arbre penche, rue Monge. Et où en est VG-4K7Q ?", "Un arbre penche, rue Monge."),
        ("any update on my report? there is a hole in rue Monge", "there is a hole in rue Monge"),
    ],
)
def test_what_is_told_beside_the_question_is_the_matter(words: str, matter: str) -> None:
    both = matter_beside(words)
    assert both
    assert both[0] == matter


@pytest.mark.parametrize(
    "words",
    [
        "un trou rue Monge", "des nouvelles ?", "je n'ai pas de nouvelles, mon voisin ne répond plus",
        "où en est le trou rue Monge ? il est dangereux", "au sujet de VG-4K7Q, un tag", "dossier 2417, où en est-on",
        "Bonjour, où en est mon signalement ? Merci",
    ],
)  # fmt: skip
def test_who_does_not_do_both_is_read_as_it_is(words: str) -> None:
    assert matter_beside(words) is None
