"""What the classifier looks at in a message: stems, which ones stand together, runs of letters, and concepts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, combinations, repeat
from typing import NamedTuple
from zlib import crc32

import numpy as np
import snowballstemmer
from numpy.typing import NDArray

from nlp_models.concepts import concepts_for
from nlp_models.letter_runs import letter_runs

# Blocks and their weights: stems, stem pairs and letter runs measured best on few-shot French, English and banking
# sets; concepts (alone and two by two) bring 4 to 5 points of top-1 and top-3 on our own examples.
# Stems that stand near each other, in any order, bring 0.5 to 2 points on odd messages and on the public sets.
BLOCKS = (("s", 0.7), ("p", 0.7), ("c", 1.0), ("k", 0.7), ("t", 1.0))
_STEM, _PAIR, LETTERS, _CONCEPT, TOGETHER = range(5)
_MOST_WORDS = 50_000  # remembered
_WORD = re.compile(r"\w+")
_WORDS = {"fr": re.compile(r"\w\w+")}  # of one letter are mostly what elision leaves: "l'", "d'"
_LONGEST_WORD = 40
_BRIEF = 4.0  # words; of 0 to 8 this told right from wrong best on messages of authors outside the training
_RUNS = range(2, 6)
_BEGUN = tuple(crc32(name.encode()) for name, _ in BLOCKS)  # a checksum goes on where another one ended
_NEAR = 4  # words
_SPREAD = 0x9E3779B1
_MOST_CONCEPTS = 25  # of one message, so that a long one does not bring thousands of pairs

_STEMMERS = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "eu": "basque", "fi": "finnish", "fr": "french", "hu": "hungarian", "id": "indonesian", "it": "italian",
    "lt": "lithuanian", "nb": "norwegian", "nl": "dutch", "pt": "portuguese", "ro": "romanian", "ru": "russian",
    "sv": "swedish", "tr": "turkish",
}  # fmt: skip

Unit = tuple[int, str]
Numbers = NDArray[np.uint32]
Shared = NDArray[np.int64]  # terms of two words: a number and, in the lowest bits, its block
BLOCK_BITS, BLOCK = 3, 7
_OF_TWO = np.array((_PAIR, _CONCEPT, TOGETHER), dtype=np.int64)
_NONE: Shared = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Reading:
    """The ``words`` of a normalised text, its ``units`` (block number, key) → how often, and its ``shared`` terms.

    A unit is what a word brings wherever it stands (all its letter runs), so that what it is worth is worked out once
    for all the messages that hold it. Terms that belong to two words are too many to be units.
    """

    words: tuple[str, ...]
    units: Counter[Unit] = field(default_factory=Counter)
    shared: Shared = field(default_factory=lambda: _NONE, compare=False)

    @property
    def sureness(self) -> float:
        """What scores are multiplied by, 0..1: every text has length one, so one odd word rules a short one."""
        return sureness(len(self.words))

    def before(self, other: Reading) -> Reading:
        """This reading and then another, as one message."""
        return Reading(self.words + other.words, self.units + other.units, np.concatenate((self.shared, other.shared)))


class _Half(NamedTuple):
    """Half of a term of two words: what it ``adds`` as the second, the checksum it has ``begun`` as the first."""

    name: str
    adds: bytes
    begun: int


class _Marks(NamedTuple):
    """What a word brings to the terms that it shares with others: its stem, a number of it, and its concepts."""

    stem: _Half
    number: int
    concepts: tuple[_Half, ...]


class TermReader:
    """Cut normalised texts into terms, for one language (unknown languages are simply not stemmed)."""

    def __init__(self, language: str) -> None:
        self._words = _WORDS.get(language, _WORD)
        self._stem = _stemmer(language)
        self._concepts = concepts_for(language)
        self._marks = lru_cache(maxsize=_MOST_WORDS)(self._marks_of)

    def read(self, text: str) -> Reading:
        """Return the words, units and shared terms of a text that has already been normalised."""
        words, shared = self.split(text)
        return Reading(words, Counter([unit for word in words for unit in self.units_of_word(word)]), shared)

    def split(self, text: str) -> tuple[tuple[str, ...], Shared]:
        """Return the words of such a text, and the terms that belong to two of them."""
        words = tuple([word[:_LONGEST_WORD] for word in self._words.findall(text)])
        if not words:
            return words, _NONE
        stems, marks, concepts = zip(*map(self._marks, words), strict=True)
        _, adds, begun = zip(*stems, strict=True)
        pairs = [*map(crc32, adds[1:], begun)]
        named = sorted([*dict.fromkeys(chain.from_iterable(concepts))][:_MOST_CONCEPTS])
        kinds = [crc32(right.adds, left.begun) for left, right in combinations(named, 2)]
        near = _together(marks)
        numbers: Shared = np.concatenate((np.array(pairs + kinds, dtype=np.int64), near))
        blocks = np.repeat(_OF_TWO, (len(pairs), len(kinds), len(near)))
        return words, (numbers << BLOCK_BITS) | blocks

    def units_of_word(self, word: str) -> tuple[Unit, ...]:
        """Return the units that a word brings wherever it stands."""
        stem, _, concepts = self._marks(word)
        named = [(_CONCEPT, concept.name) for concept in concepts]
        return ((_STEM, stem.name), (_PAIR, stem.name), (LETTERS, word), *named)

    def _marks_of(self, word: str) -> _Marks:
        stem = self._stem(word)
        concepts = tuple([_half(_CONCEPT, concept, "+") for concept in self._concepts.of(word)])
        return _Marks(_half(_PAIR, stem, " "), _mark(stem), concepts)


def _half(block: int, name: str, sign: str) -> _Half:
    return _Half(name, name.encode(), crc32(f"{name}{sign}".encode(), _BEGUN[block]))


def _mark(stem: str) -> int:
    """A number of a stem whose sums with others' are as good as drawn at random."""
    mixed = crc32(stem.encode(), _BEGUN[TOGETHER]) * _SPREAD
    return (mixed ^ (mixed >> 15)) * _SPREAD & 0xFFFFFFFF


def _together(marks: Sequence[int]) -> Numbers:
    """The numbers of the pairs of words at most ``_NEAR`` apart, whatever their order."""
    row = np.array(marks, dtype=np.uint32)
    return np.concatenate([row[:0], *[row[apart:] + row[:-apart] for apart in range(1, min(_NEAR + 1, len(marks)))]])


def sureness(words: int) -> float:
    """What scores are multiplied by, 0..1: every text has length one, so one odd word rules a short one."""
    return words / (words + _BRIEF)


def term_numbers(unit: Unit) -> list[int]:
    """Return the numbers of a unit's terms, repeated as often as they occur: one, or a word's runs of letters.

    Numbers are 32-bit checksums: among 200 000 terms about five collide, and nothing but them is stored.
    """
    block, key = unit
    begun = _BEGUN[block]
    if block == LETTERS:
        # Framed by spaces, so that beginnings and endings are told apart.
        return [*map(crc32, letter_runs(f" {key} ", _RUNS), repeat(begun))]
    return [crc32(key.encode(), begun)]


@lru_cache(maxsize=50_000)
def terms_of(unit: Unit) -> NDArray[np.uint32]:
    """Return the same as an array."""
    return np.array(term_numbers(unit), dtype=np.uint32)


def _stemmer(language: str) -> Callable[[str], str]:
    if language not in _STEMMERS:
        return str
    stem: Callable[[str], str] = snowballstemmer.stemmer(_STEMMERS[language]).stemWord
    return stem
