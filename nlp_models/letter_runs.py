"""The runs of letters of a word, by which misspelt and inflected words are known. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

_MOST_REMEMBERED = 256  # lengths of words


def letter_runs(word: str, lengths: Sequence[int]) -> list[bytes]:
    """Return every run of as many letters as ``lengths`` say, in UTF-8: the shorter ones first, from left to right."""
    places = _places(len(word), lengths)
    if word.isascii():  # nearly always: a letter is a byte
        return list(map(word.encode().__getitem__, places))
    return list(map(str.encode, map(word.__getitem__, places)))


@lru_cache(maxsize=_MOST_REMEMBERED)
def _places(letters: int, lengths: Sequence[int]) -> tuple[slice, ...]:
    return tuple(slice(start, start + length) for length in lengths for start in range(letters - length + 1))
