"""A citizen's words at the door: kept if there is anything to read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.errors import IntakeError, NothingSaid, TooLong
from intake.models import LONGEST, Message, words
from routing.domain.understanding import Channel


@pytest.mark.parametrize("text", ["", "  \n\t ", "\x00\x00", "\u200b\ufeff"])
def test_a_message_without_a_word_is_refused_with_advice(text: str) -> None:
    with pytest.raises(NothingSaid, match="Dites en quelques mots ce qui se passe et où"):
        words(text)


def test_a_single_sign_is_a_message() -> None:
    assert words(" 2 ") == "2"
    assert words("🔥") == "🔥"


def test_the_longest_message_is_kept_whole() -> None:
    assert words("é" * LONGEST) == "é" * LONGEST


def test_a_longer_message_is_refused_with_both_lengths() -> None:
    with pytest.raises(TooLong, match=f"{LONGEST} caractères au plus, le vôtre en a {LONGEST + 1}"):
        words("é" * (LONGEST + 1))


def test_what_nobody_sees_does_not_count() -> None:
    assert words("é" * LONGEST + "\u200b" * 100 + " " * 100) == "é" * LONGEST


@given(st.text("ab é\n\x00\u200b", max_size=30))
def test_a_message_is_refused_only_when_nobody_could_read_it(text: str) -> None:
    if set(text) & set("abé"):
        assert words(text) == words(text).strip() != ""
    else:
        with pytest.raises(IntakeError):
            words(text)


def test_the_raw_message_is_not_shown_when_a_message_is_logged() -> None:
    message = Message(Channel.SMS, "un trou", "twilio", "SM1", raw=b"Body=un+secret")
    assert "secret" not in repr(message)
