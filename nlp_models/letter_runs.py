"""The runs of letters of a word, by which misspelt and inflected words are known. Pure."""

from __future__ import annotations

from collections.abc import Iterable


def letter_runs(word: str, lengths: Iterable[int]) -> list[bytes]:
    """Return every run of as many letters as ``lengths`` say, in UTF-8: the shorter ones first, from left to right."""
    places = [(start, start + length) for length in lengths for start in range(len(word) - length + 1)]
    if word.isascii():  # nearly always: a letter is a byte
        letters = word.encode()
        return [letters[start:end] for start, end in places]
    return [word[start:end].encode() for start, end in places]
