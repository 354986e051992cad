"""What people on duty write in a hurry is told from what they have to report."""

from __future__ import annotations

import pytest

from routing.service.answer_text import like_an_answer

CODES = {"ttwk", "4k7q"}


@pytest.mark.parametrize(
    "words", ["ok merci", "oui je prends ttwk", "oui je prends 4k7q", "je ne peux pas", "non pas 9xy3"]
)
def test_it_seems_to_be_an_answer(words: str) -> None:
    assert like_an_answer(words, CODES)


@pytest.mark.parametrize("words", ["oui je prends feu", "je tombe", "ok il y a un trou rue monge", "non wxyz"])
def test_it_is_a_message_like_everybodys(words: str) -> None:
    assert not like_an_answer(words, CODES)
