"""What the classifier looks at in a message: stems, which ones stand together, runs of letters, and concepts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations, pairwise
from zlib import crc32

import numpy as np
import snowballstemmer
from numpy.typing import NDArray

from nlp_models.concepts import concepts_for

# Blocks and their weights: stems, stem pairs and letter runs measured best on few-shot French, English and banking
# sets; concepts (alone and two by two) bring 4 to 5 points of top-1 and top-3 on our own examples.
# Stems that stand near each other, in any order, bring 0.5 to 2 points on odd messages and on the public sets.
BLOCKS = (("s", 0.7), ("p", 0.7), ("c", 1.0), ("k", 0.7), ("t", 1.0))
_STEM, _PAIR, LETTERS, _CONCEPT, TOGETHER = range(5)
_OF_CONCEPTS = 3  # a word's units from there on are concepts
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
_NONE: Numbers = np.zeros(0, dtype=np.uint32)


@dataclass(frozen=True, slots=True)
class Reading:
    """The ``words`` of a normalised text and its ``units``: (block number, key) → how often.

    A unit brings the same terms wherever it stands (a word: all its letter runs), so that what it is worth is worked
    out once for all the messages that hold it. ``together`` numbers the pairs of words near each other, which are too
    many to be units.
    """

    words: tuple[str, ...]
    units: Counter[Unit] = field(default_factory=Counter)
    together: Numbers = field(default_factory=lambda: _NONE, compare=False)

    @property
    def sureness(self) -> float:
        """What scores are multiplied by, 0..1: every text has length one, so one odd word rules a short one."""
        return sureness(len(self.words))

    def before(self, other: Reading) -> Reading:
        """This reading and then another, as one message."""
        return Reading(
            self.words + other.words, self.units + other.units, np.concatenate((self.together, other.together))
        )


class TermReader:
    """Cut normalised texts into units, for one language (unknown languages are simply not stemmed)."""

    def __init__(self, language: str) -> None:
        self._words = _WORDS.get(language, _WORD)
        self._stem = _stemmer(language)
        self._concepts = concepts_for(language)
        self._mark_of = lru_cache(maxsize=_MOST_WORDS)(_mark)
        # The units that one word alone brings: pairs belong to two words and are left out.
        self.units_of_word = lru_cache(maxsize=_MOST_WORDS)(self._units_of_word)

    def read(self, text: str) -> Reading:
        """Return the words and units of a text that has already been normalised."""
        words, further, together = self.split(text)
        units = Counter([*(unit for word in words for unit in self.units_of_word(word)), *further])
        return Reading(words, units, together)

    def split(self, text: str) -> tuple[tuple[str, ...], list[Unit], Numbers]:
        """Return the words of such a text, the units that belong to two of them, and the numbers of near pairs."""
        words = tuple([word[:_LONGEST_WORD] for word in self._words.findall(text)])
        each = [self.units_of_word(word) for word in words]
        units = [(_PAIR, f"{left[0][1]} {right[0][1]}") for left, right in pairwise(each)]
        named = dict.fromkeys([concept for own in each for _, concept in own[_OF_CONCEPTS:]])
        units += [(_CONCEPT, f"{left}+{right}") for left, right in combinations(sorted([*named][:_MOST_CONCEPTS]), 2)]
        return words, units, _together([self._mark_of(one[0][1]) for one in each])

    def _units_of_word(self, word: str) -> tuple[Unit, ...]:
        stem = self._stem(word)
        concepts = [(_CONCEPT, concept) for concept in self._concepts.of(word)]
        return ((_STEM, stem), (_PAIR, stem), (LETTERS, word), *concepts)


def _mark(stem: str) -> int:
    """A number of a stem whose sums with others' are as good as drawn at random."""
    mixed = crc32(stem.encode(), _BEGUN[TOGETHER]) * _SPREAD
    return (mixed ^ (mixed >> 15)) * _SPREAD & 0xFFFFFFFF


def _together(marks: list[int]) -> Numbers:
    """The numbers of the pairs of words at most ``_NEAR`` apart, whatever their order."""
    row = np.array(marks, dtype=np.uint32)
    return np.concatenate([_NONE, *[row[apart:] + row[:-apart] for apart in range(1, min(_NEAR + 1, len(marks)))]])


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
        return [crc32(run, begun) for run in _runs_of_letters(key)]
    return [crc32(key.encode(), begun)]


@lru_cache(maxsize=50_000)
def terms_of(unit: Unit) -> NDArray[np.uint32]:
    """Return the same as an array."""
    return np.array(term_numbers(unit), dtype=np.uint32)


def _runs_of_letters(word: str) -> list[bytes]:
    """The runs of 2 to 5 letters of a word framed by spaces, so that beginnings and endings are told apart."""
    framed = f" {word} "
    places = [(start, start + length) for length in _RUNS for start in range(len(framed) - length + 1)]
    if framed.isascii():  # nearly always: a letter is a byte
        letters = framed.encode()
        return [letters[start:end] for start, end in places]
    return [framed[start:end].encode() for start, end in places]


def _stemmer(language: str) -> Callable[[str], str]:
    if language not in _STEMMERS:
        return str
    stem: Callable[[str], str] = snowballstemmer.stemmer(_STEMMERS[language]).stemWord
    return stem
