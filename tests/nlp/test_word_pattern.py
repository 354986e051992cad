"""A list of expressions finds what the one regular expression of them all would find."""

from __future__ import annotations

import re

import pytest

from nlp_models.pattern_beginnings import beginnings
from nlp_models.word_pattern import Heard, WordPattern

LIST = (
    r"(?:le|la) (?:\S+ )?chat(?:s|te)?|chat|(?:un )?(?:gros )?feu(?! rouge)|\S*fum\w*|[sz]os|\d\d ans|a(?: tres)? froid"
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
]


@pytest.mark.parametrize("text", TEXTS)
def test_matches_are_those_of_the_whole_expression(text: str) -> None:
    whole = re.compile(rf"(?<= )(?:{LIST})(?= )")
    pattern = WordPattern(LIST)
    expected = [(one.span(), one.group()) for one in whole.finditer(text)]
    assert [(one.span(), one.group()) for one in pattern.finditer(Heard(text))] == expected
    assert pattern.said_in(Heard(text)) is bool(expected)
    assert pattern.sub("~", text) == whole.sub("~", text)


def test_a_weaker_alternative_hides_no_other_and_is_told_after_it() -> None:
    pattern = WordPattern("feu vert", r"\S+ feu", "vert")
    found = [(one.group(), weaker) for one, weaker in pattern.graded(Heard(" un feu vert "))]
    assert found == [("feu vert", False), ("un feu", True), ("vert", True)]
    assert [one.group() for one in pattern.finditer(Heard(" un feu vert "))] == ["un feu", "vert"]


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
    assert sum(1 for _ in steps) == 6
    for text in TEXTS:
        found, expected = ([one.span() for one in each.finditer(Heard(text))] for each in (warmed, cold))
        assert found == expected
