"""Hints tell which rules may apply, as looking for each of them in the message would."""

from __future__ import annotations

import pytest

from nlp_models.danger_rules import rule_book
from nlp_models.hints import Hints
from nlp_models.listening import listened

RULES = [["gaz", "de froid"], ["bu", " bu "], ["火"], ["on etouffe", "3t"], [" l5"]]


@pytest.mark.parametrize(
    "text",
    [
        " ca sent le gazoil ",
        " mort de froid | | ",
        " il a bu ",
        " le bus ",
        " 着火了 ",
        " son etouffement ",
        " un camion de 33tonnes ",
        " arret l56 ",
        " ",
    ],
)
def test_a_rule_may_apply_when_one_of_its_hints_is_there(text: str) -> None:
    expected = sum(1 << number for number, hints in enumerate(RULES) if any(hint in text for hint in hints))
    assert Hints(RULES).rules_in(text) == expected


def test_the_rules_own_hints_are_found_in_their_examples() -> None:
    book = rule_book()
    for number, rule in enumerate(book.rules):
        for example in rule.positive:
            heard = listened(example)
            assert bool(book.hints.rules_in(heard) >> number & 1) is any(hint in heard for hint in rule.hints)
