"""The machine of the exchange: what is asked next, whatever the door."""

from __future__ import annotations

from itertools import product

import pytest

from intake.exchange import Known, next_step
from routing.domain.call import Step

QUESTIONS = (Step.CHOOSE, Step.WHERE, Step.CONFIRM)
FLAGS = list(product((False, True), repeat=5))


@pytest.mark.parametrize(
    ("known", "step"),
    [
        (Known(named=True), Step.DONE),
        (Known(named=True, spoken=True), Step.CONFIRM),
        (Known(named=True, placeless=True), Step.WHERE),
        (Known(named=True, placeless=True, asked=("where",)), Step.DONE),
        (Known(named=False, doubtful=True), Step.CHOOSE),
        (Known(named=False, obscure=True, placeless=True), Step.WHAT),
        (Known(named=False, obscure=True, placeless=True, asked=("what",)), Step.WHERE),
        (Known(named=False, obscure=True, doubtful=True), Step.CHOOSE),
        (Known(named=False, obscure=True, asked=("what", "where")), Step.DONE),
        (Known(named=False, doubtful=True, asked=("choose",)), Step.DONE),
        (Known(named=True, chosen=True, spoken=True), Step.DONE),
        (Known(named=False), Step.DONE),
        (Known(named=True, placeless=True, danger=True), Step.DONE),
        (Known(named=False, doubtful=True, person=True), Step.PERSON),
    ],
)
def test_what_comes_next(known: Known, step: Step) -> None:
    assert next_step(known) is step


@pytest.mark.parametrize(("named", "chosen", "doubtful", "placeless", "spoken"), FLAGS)
def test_whatever_is_known_it_ends_after_each_question_was_put_at_most_once(
    named: bool, chosen: bool, doubtful: bool, placeless: bool, spoken: bool
) -> None:
    asked: list[Step] = []
    for _ in range(5):
        step = next_step(Known(named, chosen, doubtful, placeless, spoken=spoken, asked=asked))
        if step is Step.DONE:
            break
        assert step in QUESTIONS
        assert step not in asked
        asked.append(step)
    else:
        raise AssertionError("the exchange never ends")
    assert len(asked) <= (3 if spoken else 2)


@pytest.mark.parametrize(("named", "chosen", "doubtful", "placeless", "spoken"), FLAGS)
def test_danger_asks_nothing_and_a_person_comes_at_once(
    named: bool, chosen: bool, doubtful: bool, placeless: bool, spoken: bool
) -> None:
    assert next_step(Known(named, chosen, doubtful, placeless, danger=True, person=True, spoken=spoken)) is Step.DONE
    assert next_step(Known(named, chosen, doubtful, placeless, person=True, spoken=spoken)) is Step.PERSON
