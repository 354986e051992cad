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
from itertools import pairwise
from pathlib import Path
from typing import Any
from zlib import crc32

from nlp_models.concepts import Concepts
from nlp_models.yaml_files import read_yaml

FOLDER = Path(__file__).parent / "assets" / "danger"
WEIGHTS, ABOUT = FOLDER / "ear.bin", FOLDER / "ear.json"
SLOTS = 1 << 18
BLOCKS = {"begin": 0.8, "pair": 0.9, "apart": 0.5, "runs": 1.0, "kind": 0.7, "beside": 0.5}
NORM = math.sqrt(sum(weight**2 for weight in BLOCKS.values()))
_BEGINNINGS = (6, 4)  # letters
_BEGINNING_APART = 5
_APART = (2, 3)  # words further
_RUNS = (3, 4, 5)
_LONGEST_WORD = 30
_WINDOW, _STEP = 60, 30  # words; a danger told late in a long story is not drowned by the rest
_TOLD = 3  # words shown to a person
_WORDS, _PAIRS = 20_000, 8_000  # remembered: more would fill the memory of every process that listens
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


@dataclass(frozen=True, slots=True)
class Word:
    """The slots of a word's own features, by block."""

    begin: tuple[int, ...]
    runs: tuple[int, ...]
    kind: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Heard:
    """Sums of weights of one word: its beginnings, its runs of letters, its kinds, and how many of the last two."""

    begin: int
    runs: int
    kind: int
    many: int
    kinds: int


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
    framed = f"<{word}>"
    runs = (framed[at : at + length] for length in _RUNS for at in range(len(framed) - length + 1))
    kinds = _lexicon().of(word)
    return Word(
        tuple(slot("w", word[:letters]) for letters in _BEGINNINGS),
        tuple(slot("c", run) for run in runs),
        tuple(slot("k", kind) for kind in kinds),
    )


def pair_slots(left: str, right: str) -> tuple[int, ...]:
    """Where two neighbouring words stand together."""
    return tuple(slot("b", f"{left[:letters]} {right[:letters]}") for letters in _BEGINNINGS)


def beside_slots(left: str, right: str) -> tuple[int, ...]:
    """Where a word stands with the kinds of its neighbour."""
    kind, begun = _lexicon().of, _BEGINNINGS[0]
    return (
        *(slot("l", f"{left[:begun]} {name}") for name in kind(right)),
        *(slot("r", f"{name} {right[:begun]}") for name in kind(left)),
    )


def apart_slots(words: Sequence[str]) -> list[int]:
    """Where words stand that are a little apart."""
    begun = [word[:_BEGINNING_APART] for word in words]
    return [_apart_slot(left, right) for far in _APART for left, right in zip(begun, begun[far:], strict=False)]


@lru_cache(maxsize=_PAIRS)
def _apart_slot(left: str, right: str) -> int:
    return slot("a", f"{left} {right}")


def slot(block: str, key: str) -> int:
    """The place of a feature in the table."""
    return crc32(f"{block}{key}".encode()) % SLOTS


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
    each = [_heard(word) for word in words]
    pairs = [_heard_pair(left, right) for left, right in pairwise(words)]
    apart = apart_slots(words)
    parts = (
        _block("begin", sum(one.begin for one in each), len(each) * len(_BEGINNINGS)),
        _block("pair", sum(one.pair for one in pairs), len(pairs) * len(_BEGINNINGS)),
        _block("apart", sum(table.weights[at] for at in apart), len(apart)),
        _block("runs", sum(one.runs for one in each), sum(one.many for one in each)),
        _block("kind", sum(one.kind for one in each), sum(one.kinds for one in each)),
        _block("beside", sum(one.beside for one in pairs), sum(one.many for one in pairs)),
    )
    return Opinion(table.bias + table.scale * sum(parts), tuple(words))


def _block(name: str, total: float, count: int) -> float:
    return BLOCKS[name] / NORM * total / math.sqrt(count) if count else 0.0


@dataclass(frozen=True, slots=True)
class HeardPair:
    """Sums of weights of two neighbours: together, and each beside the kinds of the other, and how many of these."""

    pair: int
    beside: int
    many: int


@lru_cache(maxsize=_PAIRS)
def _heard_pair(left: str, right: str) -> HeardPair:
    weights, beside = _table().weights, beside_slots(left, right)
    return HeardPair(sum(weights[at] for at in pair_slots(left, right)), sum(weights[at] for at in beside), len(beside))


def _heaviest(words: Sequence[str]) -> tuple[str, ...]:
    each = [_heard(word) for word in words]
    weights = [one.begin + one.runs / max(1, one.many) ** 0.5 + one.kind for one in each]
    for at, (left, right) in enumerate(pairwise(words)):
        weight = _heard_pair(left, right).pair / 2
        weights[at] += weight
        weights[at + 1] += weight
    best = sorted(range(len(words)), key=lambda at: -weights[at])[:_TOLD]
    return tuple(words[at] for at in sorted(best) if weights[at] > 0)


@lru_cache(maxsize=_WORDS)
def _heard(word: str) -> Heard:
    weights, own = _table().weights, features(word)
    return Heard(
        sum(weights[at] for at in own.begin),
        sum(weights[at] for at in own.runs),
        sum(weights[at] for at in own.kind),
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
