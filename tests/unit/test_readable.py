"""Words as they can be kept and shown: nothing that hides, reorders, or breaks what comes after."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from routing.domain.redaction import readable
from tests.unit.any_text import ANYTHING


def test_new_lines_and_accents_stay() -> None:
    text = "Été : l’œuf\n\tà côté du 3ᵉ — 12 °C 🌳"
    assert readable(f"  {text}\n ") == text


@pytest.mark.parametrize("sign", ["\x00", "\x07", "\x1b", "\r", "\x7f", "\x85", "\u200b", "\u200f", "\ufeff", "\u2066"])
def test_signs_that_nobody_sees_are_dropped(sign: str) -> None:
    assert readable(f"un {sign}trou") == "un trou"


def test_a_text_cannot_reverse_the_line_it_is_shown_on() -> None:
    assert readable("bon\u202egnip") == "bongnip"


def test_an_accent_typed_apart_is_one_letter() -> None:
    assert readable("e\u0301te\u0301") == "été"


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\x00", "\u200b\u200b", " \ufeff "])
def test_nothing_readable_is_nothing(text: str) -> None:
    assert readable(text) == ""


@pytest.mark.parametrize("sign", ["\u061c", "\u00ad", "\u180e", "\U000e0041"])
def test_rarer_signs_that_nobody_sees_are_dropped_too(sign: str) -> None:
    assert readable(f"un {sign}trou") == "un trou"


def test_half_a_character_does_not_lose_the_message() -> None:
    assert b"trou" in readable("un trou \ud83d").encode()


@given(ANYTHING)
@example("e\u200b\u0301")
def test_what_is_readable_stays_as_it_is(text: str) -> None:
    once = readable(text)
    assert readable(once) == once


@given(st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Mn", "Mc", "Me"])))
def test_ordinary_words_are_only_trimmed_and_composed(text: str) -> None:
    assert readable(text) == unicodedata.normalize("NFC", text).strip()
    assert readable(readable(text)) == readable(text)


@given(ANYTHING)
def test_what_is_readable_can_be_kept(text: str) -> None:
    kept = readable(text)
    assert "\x00" not in kept
    assert kept == kept.strip()
    assert len(kept) <= 3 * len(text)
