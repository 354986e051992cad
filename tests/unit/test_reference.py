"""References people say on the telephone."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.domain.reference import ALPHABET, new_reference, new_token, normalise
from tests.unit.any_text import ANYTHING


@pytest.mark.parametrize("pair", ["0O", "1I", "1L", "5S", "8B", "2Z", "UV"])
def test_no_two_signs_can_be_taken_for_each_other(pair: str) -> None:
    assert not set(pair) <= set(ALPHABET)


def test_signs_that_look_like_a_figure_are_left_out() -> None:
    assert not set("01258OILSBZU") & set(ALPHABET)
    assert len(set(ALPHABET)) == len(ALPHABET) == 24
    assert ALPHABET.upper() == ALPHABET


def test_a_reference_is_its_prefix_and_four_signs() -> None:
    for _ in range(200):
        assert re.fullmatch(f"VG-[{ALPHABET}]{{4}}", new_reference("VG"))
    assert re.fullmatch(f"IN-[{ALPHABET}]{{8}}", new_reference("IN", 8))


def test_references_are_not_guessed_one_from_the_next() -> None:
    assert len({new_reference("VG", 8) for _ in range(500)}) == 500


@pytest.mark.parametrize(
    "typed", ["VG-4K7Q", "vg-4k7q", "vg 4k7q", "vg4k7q", " VG_4K7Q. ", "Vg‑4K 7Q", "« VG-4K7Q »", "vg–4k7q\n"]
)
def test_a_reference_is_found_however_it_is_typed(typed: str) -> None:
    assert normalise(typed) == "VG-4K7Q"


@given(st.sampled_from(["VG", "IN"]), st.integers(4, 8))
def test_a_new_reference_is_already_in_the_form_it_is_stored(prefix: str, length: int) -> None:
    reference = new_reference(prefix, length)
    assert normalise(reference) == reference == normalise(reference.lower().replace("-", " "))


@given(ANYTHING)
def test_anything_typed_has_a_form_and_keeps_it(typed: str) -> None:
    stored = normalise(typed)
    assert re.fullmatch(r"[A-Z0-9]{0,2}-[A-Z0-9]*", stored)
    assert normalise(stored) == stored


def test_a_tracking_page_has_an_address_nobody_guesses() -> None:
    tokens = {new_token() for _ in range(500)}
    assert len(tokens) == 500
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{32}", token) for token in tokens)
