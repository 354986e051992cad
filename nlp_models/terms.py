"""What the classifier looks at in a message: stems, runs of letters in each word, and concepts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations, pairwise, repeat

import snowballstemmer

from nlp_models.concepts import concepts_for

# Blocks and their weights: s, p and c measured best on few-shot French, English and banking sets; k (concepts alone and
# two by two) brings 4 to 5 points of top-1 and top-3 on our own examples.
BLOCKS = (("s", 0.7), ("p", 0.5), ("c", 1.0), ("k", 0.7))
_WORD = re.compile(r"\w\w+")
_LONGEST_WORD = 40
_RUNS = range(2, 6)
_MOST_CONCEPTS = 25  # of one message, so that a long one does not bring thousands of pairs

_STEMMERS = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "eu": "basque", "fi": "finnish", "fr": "french", "hu": "hungarian", "id": "indonesian", "it": "italian",
    "lt": "lithuanian", "nb": "norwegian", "nl": "dutch", "pt": "portuguese", "ro": "romanian", "ru": "russian",
    "sv": "swedish", "tr": "turkish",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """The ``words`` of a normalised text and its ``terms``: (block, term) → how often."""

    words: tuple[str, ...]
    terms: Counter[tuple[str, str]] = field(default_factory=Counter)


class TermReader:
    """Cut normalised texts into terms, for one language (unknown languages are simply not stemmed)."""

    def __init__(self, language: str) -> None:
        self._stem = lru_cache(maxsize=50_000)(_stemmer(language))
        self._concepts = concepts_for(language)

    def read(self, text: str) -> Reading:
        """Return the words and terms of a text that has already been normalised."""
        words = tuple(word[:_LONGEST_WORD] for word in _WORD.findall(text))
        stems = [self._stem(word) for word in words]
        terms = Counter(("s", stem) for stem in stems)
        terms.update(("p", stem) for stem in stems)
        terms.update(("p", f"{left} {right}") for left, right in pairwise(stems))
        for word in words:
            terms.update(letter_runs(word))
        terms.update(self._concept_terms(words))
        return Reading(words, terms)

    def _concept_terms(self, words: Iterable[str]) -> Iterator[tuple[str, str]]:
        counts = Counter(concept for word in words for concept in self._concepts.of(word))
        for concept, count in counts.items():
            yield from repeat(("k", concept), count)
        for left, right in combinations(sorted(list(counts)[:_MOST_CONCEPTS]), 2):
            yield "k", f"{left}+{right}"

    def terms_of_word(self, word: str) -> tuple[tuple[str, str], ...]:
        """Return the terms that this word alone brings (pairs belong to two words and are left out)."""
        stem = self._stem(word)
        return (("s", stem), ("p", stem), *letter_runs(word), *(("k", concept) for concept in self._concepts.of(word)))


@lru_cache(maxsize=50_000)
def letter_runs(word: str) -> tuple[tuple[str, str], ...]:
    """Return the runs of 2 to 5 letters of a word framed by spaces, so that beginnings and endings are told apart."""
    framed = f" {word} "
    return tuple(
        ("c", framed[start : start + length])
        for length in _RUNS
        if length <= len(framed)
        for start in range(len(framed) - length + 1)
    )


def _stemmer(language: str) -> Callable[[str], str]:
    if language not in _STEMMERS:
        return str
    stem: Callable[[str], str] = snowballstemmer.stemmer(_STEMMERS[language]).stemWord
    return stem
