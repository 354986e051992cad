"""What the citizen is told: danger first, one question, one digit for an answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.replies import advice, choices, chosen, emergency, question, receipt
from routing.domain.procedure import Catalogue
from tests.unit.small_city import BIRTH, CITY, FIRE, GAS, HOLE

LINK = "https://vigie.example/suivi/abc"
ASKED = (HOLE.id, BIRTH.id, FIRE.id)
ids = st.lists(st.sampled_from(sorted(CITY.procedures)), min_size=1, max_size=3, unique=True)


def test_danger_is_answered_by_112_in_the_first_words() -> None:
    said = advice(GAS)
    assert said
    assert said.startswith("Appelez le 112")
    assert advice(None) is None


def test_nobody_is_made_to_believe_that_the_rescue_services_were_called() -> None:
    assert "ne prévient pas les secours" in emergency()
    assert "114" in emergency()


def test_a_receipt_gives_the_number_and_the_page() -> None:
    said = receipt("VG-4K7Q", LINK, None)
    assert "VG-4K7Q" in said
    assert LINK in said


def test_safety_words_come_before_the_receipt() -> None:
    said = receipt("VG-4K7Q", LINK, advice(GAS))
    assert said.startswith("Appelez le 112")
    assert said.index("VG-4K7Q") > said.index("secours")


def test_braces_in_a_reply_are_only_braces() -> None:
    assert "{reference}" in receipt("VG-4K7Q", LINK, "Ne touchez pas à {reference}.")


def test_the_question_numbers_each_possibility_and_a_way_out() -> None:
    said = question(ASKED, CITY)
    assert f"1. {HOLE.label} ; 2. {BIRTH.label} ; 3. {FIRE.label} ; 4. aucune ne convient." in said


@pytest.mark.parametrize("answer", ["2", " 2 ", "2.", "2 !", "2.\n", "٢"])
def test_a_digit_is_an_answer(answer: str) -> None:
    assert chosen(answer, ASKED) == BIRTH.id


def test_the_last_digit_says_that_nothing_fits() -> None:
    assert chosen("4", ASKED) == ""
    assert chosen("2", (HOLE.id,)) == ""


@pytest.mark.parametrize("answer", ["0", "5", "9", "12", "", " ", ".", "oui", "²", "deux", "-1", "1 2", "le 2e"])
def test_anything_else_is_a_message_of_its_own(answer: str) -> None:
    assert chosen(answer, ASKED) is None


@given(ids, st.integers(0, 12))
def test_every_digit_of_the_question_has_its_answer(candidates: list[str], number: int) -> None:
    said, answer = question(candidates, CITY), chosen(str(number), candidates)
    if 1 <= number <= len(candidates):
        assert answer == candidates[number - 1]
        assert f"{number}. {CITY.procedures[answer].label}" in said
    else:
        assert answer == ("" if number == len(candidates) + 1 else None)


def test_a_question_of_the_real_catalogue_fits_in_three_text_messages(catalogue: Catalogue) -> None:
    """Three labels of the longest kind; 153 signs a part, 67 once a sign is outside the telephone's alphabet."""
    longest = sorted(catalogue.procedures, key=lambda id_: -len(catalogue.procedures[id_].label))[:3]
    assert len(question(longest, catalogue)) <= 3 * 153


def test_communes_are_chosen_by_buttons_too(catalogue: Catalogue) -> None:
    buttons = choices(["Dijon", "Chenôve"], catalogue)
    assert [(one.words, one.says) for one in buttons] == [("Dijon", "1"), ("Chenôve", "2"), ("Une autre commune", "3")]
    assert "1. Dijon ; 2. Chenôve ; 3. une autre commune" in question(["Dijon", "Chenôve"], catalogue)
