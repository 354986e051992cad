"""The second ear: how much a message sounds like a danger, where no fixed rule heard one. Pure, without numpy.

A linear score over the words as the rules hear them: beginnings of words, pairs of neighbours and of words a little
apart, runs of letters (for the misspelt), the kinds of things named (``assets/danger/lexicon.yaml``) and kinds beside
words. Its weights are hashed into one table of small
numbers that ``vigie nlp danger --train`` writes; nothing is learnt while the program runs.
"""

from __future__ import annotations

import json
import math
import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain, repeat
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

from nlp_models.concepts import Concepts
from nlp_models.letter_runs import letter_runs
from nlp_models.yaml_files import read_yaml

FOLDER = Path(__file__).parent / "assets" / "danger"
WEIGHTS, ABOUT = FOLDER / "ear.bin", FOLDER / "ear.json"
SLOTS = 1 << 18
BLOCKS = {"begin": 0.8, "pair": 0.9, "apart": 0.5, "runs": 1.0, "kind": 0.7, "beside": 0.5}
NORM = math.sqrt(sum(weight**2 for weight in BLOCKS.values()))
_LONG, _MIDDLE, _SHORT = 6, 5, 4  # letters of a beginning
_BEGINNINGS = 2  # of each word are features by themselves
_APART = (2, 3)  # words further
_RUNS = (3, 4, 5)
_LONGEST_WORD = 30
_WINDOW, _STEP = 60, 30  # words; a danger told late in a long story is not drowned by the rest
_TOLD = 3  # words shown to a person
_WORDS = 20_000  # remembered: more would fill the memory of every process that listens
_PLEASE = re.compile(r" (?:s il (?:vous|te) plait|d accord)(?= )")
_EMPTY = frozenset({
    "|", "~", "allo", "bonjour", "bonsoir", "salut", "slt", "bjr", "bsr", "euh", "heu", "hein", "ben", "bah", "bon",
    "alors", "oui", "ouais", "voila", "donc", "merci", "svp", "stp", "cordialement",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Opinion:
    """``score`` is the log-odds of danger of the ``said`` words."""

    score: float
    said: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """Those that weighed most, in the order they were said."""
        return _heaviest(self.said) if self.said else ()


class Word(NamedTuple):
    """The slots of a word's own features by block, and what it brings to features that it shares with another word.

    ``kinds`` are the names of what it may be, ``long``, ``middle`` and ``short`` its beginnings; those in ``_then`` are
    checksums of a feature's name up to where the other word goes on.
    """

    begin: tuple[int, ...]
    runs: tuple[int, ...]
    kind: tuple[int, ...]
    long: bytes
    middle: bytes
    short: bytes
    kinds: tuple[bytes, ...]
    long_then: int
    middle_then: int
    short_then: int
    beside_then: int
    kinds_then: tuple[int, ...]


class Heard(NamedTuple):
    """Sums of weights of one word: its beginnings, its runs of letters, its kinds, and how many of the last two."""

    word: Word
    begin: int
    runs: int
    kind: int
    many: int
    few: int


def listen(heard: str) -> Opinion:
    """Return what the second ear makes of a text that ``listened`` has prepared."""
    words = words_of(heard)
    return max((_opinion(part) for part in _parts(words)), key=lambda one: one.score)


def words_of(heard: str) -> list[str]:
    """The words of a prepared text, without marks of sentence ends, fillers and politeness."""
    return [word[:_LONGEST_WORD] for word in _PLEASE.sub("", heard).split() if word not in _EMPTY]


@lru_cache(maxsize=_WORDS)
def features(word: str) -> Word:
    """Where the features of one word stand in the table."""
    kinds = _lexicon().of(word)
    long, middle, short = (word[:letters] for letters in (_LONG, _MIDDLE, _SHORT))
    return Word(
        begin=(_slot("w", long), _slot("w", short)),
        runs=run_slots("c", f"<{word}>", _RUNS),
        kind=tuple(_slot("k", kind) for kind in kinds),
        long=long.encode(),
        middle=middle.encode(),
        short=short.encode(),
        kinds=tuple(kind.encode() for kind in kinds),
        long_then=_checksum("b", f"{long} "),
        middle_then=_checksum("a", f"{middle} "),
        short_then=_checksum("b", f"{short} "),
        beside_then=_checksum("l", f"{long} "),
        kinds_then=tuple(_checksum("r", f"{kind} ") for kind in kinds),
    )


class Shared(NamedTuple):
    """The slots of two neighbouring words, of two a little apart, and of a word beside the kinds of its neighbour."""

    pair: list[int]
    apart: list[int]
    beside: list[int]


def shared_slots(words: Sequence[Word]) -> Shared:
    """Where the features stand that belong to two words of a text."""
    if len(words) < 2:
        return Shared([], [], [])
    _, _, _, long, middle, short, kinds, long_then, middle_then, short_then, beside_then, kinds_then = zip(
        *words, strict=True
    )
    beside = [crc32(kind, then) for then, named in zip(beside_then, kinds[1:], strict=False) for kind in named]
    beside += [crc32(right, then) for thens, right in zip(kinds_then, long[1:], strict=False) for then in thens]
    pair = chain(map(crc32, long[1:], long_then), map(crc32, short[1:], short_then))
    apart = chain.from_iterable([map(crc32, middle[far:], middle_then) for far in _APART])
    return Shared(*([checksum % SLOTS for checksum in found] for found in (pair, apart, beside)))


def run_slots(block: str, word: str, lengths: Sequence[int], slots: int = SLOTS) -> tuple[int, ...]:
    """Where a word's runs of letters stand in a table of so many ``slots``."""
    begun = _checksum(block, "")  # a checksum goes on where another one ended
    return tuple([checksum % slots for checksum in map(crc32, letter_runs(word, lengths), repeat(begun))])


def _slot(block: str, key: str) -> int:
    """The place of a feature in the table."""
    return _checksum(block, key) % SLOTS


def _checksum(block: str, key: str) -> int:
    return crc32(f"{block}{key}".encode())


def _parts(words: list[str]) -> Iterator[list[str]]:
    if len(words) <= _WINDOW:
        yield words
        return
    for start in range(0, len(words) - _STEP, _STEP):
        yield words[start : start + _WINDOW]


def _opinion(words: Sequence[str]) -> Opinion:
    if not words:
        return Opinion(-math.inf)
    table = _table()
    own, begin, runs, kind, many, few = zip(*map(_heard, words), strict=True)
    shared = shared_slots(own)
    pair, apart, beside = (sum(map(table.weights.__getitem__, slots)) for slots in shared)
    parts = (
        _block("begin", sum(begin), len(words) * _BEGINNINGS),
        _block("pair", pair, len(shared.pair)),
        _block("apart", apart, len(shared.apart)),
        _block("runs", sum(runs), sum(many)),
        _block("kind", sum(kind), sum(few)),
        _block("beside", beside, len(shared.beside)),
    )
    return Opinion(table.bias + table.scale * sum(parts), tuple(words))


def _block(name: str, total: float, count: int) -> float:
    return BLOCKS[name] / NORM * total / math.sqrt(count) if count else 0.0


def _heaviest(words: Sequence[str]) -> tuple[str, ...]:
    each = [_heard(word) for word in words]
    weights = [one.begin + one.runs / max(1, one.many) ** 0.5 + one.kind for one in each]
    for at in range(len(words) - 1):
        pair = shared_slots([each[at].word, each[at + 1].word]).pair
        weight = sum(map(_table().weights.__getitem__, pair)) / 2
        weights[at] += weight
        weights[at + 1] += weight
    best = sorted(range(len(words)), key=lambda at: -weights[at])[:_TOLD]
    return tuple(words[at] for at in sorted(best) if weights[at] > 0)


@lru_cache(maxsize=_WORDS)
def _heard(word: str) -> Heard:
    weights, own = _table().weights, features(word)
    return Heard(
        own,
        sum(map(weights.__getitem__, own.begin)),
        sum(map(weights.__getitem__, own.runs)),
        sum(map(weights.__getitem__, own.kind)),
        len(own.runs),
        len(own.kind),
    )


@dataclass(frozen=True, slots=True)
class _Table:
    weights: array[int]
    scale: float
    bias: float


@cache
def _table() -> _Table:
    weights, about = read_weights(WEIGHTS, ABOUT)
    return _Table(weights, about["scale"], about["bias"])


def read_weights(weights: Path, about: Path) -> tuple[array[int], dict[str, Any]]:
    """The 8-bit weights that training wrote, and what it says of them."""
    held = array("b")
    held.frombytes(weights.read_bytes())
    return held, json.loads(about.read_text(encoding="utf-8"))


@cache
def _lexicon() -> Concepts:
    return Concepts(read_yaml(FOLDER / "lexicon.yaml"))
