"""A list of expressions finds what the one regular expression of them all would find."""

from __future__ import annotations

import re

import pytest

from nlp_models.pattern_beginnings import OTHER_SCRIPT, beginnings
from nlp_models.word_pattern import AnyOf, Heard, WordPattern

LIST = (
    r"(?:le|la) (?:\S+ )?chat(?:s|te)?|chat|(?:un )?(?:gros )?feu(?! rouge)|\S*fum\w*|[sz]os|\d\d ans|a(?: tres)? froid"
    r"|\S*着火\S*|\S+ (?:лет|роки) назад"
)
TEXTS = [
    " le petit chat a tres froid ",
    " la chatte le chat ",
    " un gros feu rouge un gros feu vert ",
    " ca enfume et fume partout ",
    " zos sos 33 ans 3 ans ",
    " | | ",
    " ",
    "chat sans espace devant",
    " 火 chat ",
    " la maison着火了 ",
    " cinq лет назад ",
]


@pytest.mark.parametrize("text", TEXTS)
def test_matches_are_those_of_the_whole_expression(text: str) -> None:
    whole = re.compile(rf"(?<= )(?:{LIST})(?= )")
    pattern = WordPattern(LIST)
    expected = [(one.span(), one.group()) for one in whole.finditer(text)]
    assert [(one.span(), one.group()) for one in pattern.finditer(Heard(text))] == expected
    assert pattern.said_in(Heard(text)) is bool(expected)
    assert pattern.sub("~", Heard(text)).text == whole.sub("~", text)


@pytest.mark.parametrize("text", TEXTS)
def test_whether_a_text_can_hold_a_match_of_several_is_never_denied_wrongly(text: str) -> None:
    patterns = [WordPattern("zos|feu vert"), WordPattern(r"\S*火\S*"), WordPattern("la chatte")]
    heard = Heard(text)
    may_be = AnyOf(patterns).may_be_in(heard)
    assert may_be or not any(pattern.said_in(heard) for pattern in patterns)
    assert not may_be or text.strip() not in ("", "| |")


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("eau", {"eau "}),
        ("(?:l )?eau(?:x)?", {"l ea", "eau ", "eaux"}),
        (r"ga[sz]\w*", {"gas", "gas ", "gaz", "gaz "}),
        ("(?:ne |n )?va", {"ne v", "n va", "va "}),
        (r"\d{2} ans", {str(digit) for digit in range(10)}),
        (r"\S+ vite|feu", {"", "feu "}),
        ("(?!x)(?<=y)feu", {"feu "}),
        (r"\S*(?:火|着火)\S*", {OTHER_SCRIPT}),
        (r"\S+ (?:лет|роки) назад", {OTHER_SCRIPT}),
        (r"\S*(?:火|feu)\S*", {"", "火", "火 ", "feu", "feu "}),
    ],
)
def test_a_match_begins_in_one_of_these_ways(pattern: str, expected: set[str]) -> None:
    assert beginnings(pattern) == expected


def test_a_list_that_closes_what_it_did_not_open_is_refused() -> None:
    with pytest.raises(ValueError, match="unbalanced"):
        beginnings("feu)|eau")


def test_what_was_warmed_finds_the_same() -> None:
    warmed, cold = WordPattern(LIST), WordPattern(LIST)
    steps = warmed.warm()
    next(steps)  # left in the middle, and gone on with
    assert sum(1 for _ in steps) == 8
    for text in TEXTS:
        found, expected = ([one.span() for one in each.finditer(Heard(text))] for each in (warmed, cold))
        assert found == expected
