"""A message that names no matter yet: "y a un problème dans ma rue". Pure; by plain words, in the languages listed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from nlp_models.folding import fold
from nlp_models.yaml_files import read_yaml

ASSETS = Path(__file__).parent / "assets" / "no_matter"
_WORD = re.compile(r"[^\W\d_]+")
_MOST_NAMES = 8  # words of places; a message with more others is not worth comparing


def names_no_matter(text: str, language: str, named: Iterable[str] = ()) -> bool:
    """Whether every word is one that tells no matter, numbers and the names of the places ``named`` apart.

    Never of a message without words, nor of a language without a list.
    """
    words = set(_WORD.findall(fold(text)))
    listed = words_of_no_matter(language)
    if not words or not listed or len(words - listed) > _MOST_NAMES:
        return False
    return words <= listed | _words_of(named)


def telling(weighed: tuple[str, ...], language: str, named: Iterable[str] = ()) -> tuple[str, ...]:
    """Of the words that weighed, those a person learns something from: no small words, no names of places.

    The heaviest alone when none is left.
    """
    silent, names = words_of_no_matter(language), _words_of(named)
    return tuple([word for word in weighed if word not in silent and word not in names]) or weighed[:1]


def _words_of(names: Iterable[str]) -> set[str]:
    return {word for name in names for word in _WORD.findall(fold(name))}


@cache
def words_of_no_matter(language: str) -> frozenset[str]:
    """The listed words of a language, folded; none for one without a list."""
    path = ASSETS / f"{language}.yaml"
    groups = read_yaml(path) if path.is_file() else {}
    return frozenset(word for words in groups.values() for word in words.split())
