"""The second ear: how much a message sounds like a danger, where no fixed rule heard one. Pure, without numpy.

A linear score over the words as the rules hear them: beginnings of words, pairs of them, runs of letters (for the
misspelt) and the kinds of things named (``assets/danger/lexicon.yaml``). Its weights are hashed into one table of small
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
from zlib import crc32

from nlp_models.concepts import Concepts
from nlp_models.yaml_files import read_yaml

FOLDER = Path(__file__).parent / "assets" / "danger"
WEIGHTS, ABOUT = FOLDER / "ear.bin", FOLDER / "ear.json"
SLOTS = 1 << 17
BLOCKS = {"begin": 0.7, "pair": 0.7, "runs": 1.0, "kind": 0.7}
NORM = math.sqrt(sum(weight**2 for weight in BLOCKS.values()))
_BEGINNING = 6  # letters
_RUNS = (3, 4, 5)
_LONGEST_WORD = 30
_WINDOW, _STEP = 60, 30  # words; a danger told late in a long story is not drowned by the rest
_TOLD = 3  # words shown to a person
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

    begin: int
    runs: tuple[int, ...]
    kind: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Heard:
    """Sums of weights of one word: its beginning, its runs of letters, its kinds, and how many of the last two."""

    begin: float
    runs: float
    kind: float
    many: int
    kinds: int


def listen(heard: str) -> Opinion:
    """Return what the second ear makes of a text that ``listened`` has prepared."""
    words = words_of(heard)
    return max((_opinion(part) for part in _parts(words)), key=lambda one: one.score)


def words_of(heard: str) -> list[str]:
    """The words of a prepared text, without marks of sentence ends, fillers and politeness."""
    return [word[:_LONGEST_WORD] for word in _PLEASE.sub("", heard).split() if word not in _EMPTY]


@lru_cache(maxsize=50_000)
def features(word: str) -> Word:
    """Where the features of one word stand in the table."""
    framed = f"<{word}>"
    runs = (framed[at : at + length] for length in _RUNS for at in range(len(framed) - length + 1))
    kinds = _lexicon().of(word)
    return Word(
        slot("w", word[:_BEGINNING]), tuple(slot("c", run) for run in runs), tuple(slot("k", kind) for kind in kinds)
    )


def pair_slot(left: str, right: str) -> int:
    """Where two neighbouring words stand together."""
    return slot("b", f"{left[:_BEGINNING]} {right[:_BEGINNING]}")


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
    pairs = _pairs(words)
    parts = (
        _block("begin", sum(one.begin for one in each), len(each)),
        _block("pair", sum(pairs), len(pairs)),
        _block("runs", sum(one.runs for one in each), sum(one.many for one in each)),
        _block("kind", sum(one.kind for one in each), sum(one.kinds for one in each)),
    )
    return Opinion(table.bias + table.scale * sum(parts), tuple(words))


def _block(name: str, total: float, count: int) -> float:
    return BLOCKS[name] / NORM * total / math.sqrt(count) if count else 0.0


def _pairs(words: Sequence[str]) -> list[int]:
    return [_heard_pair(left[:_BEGINNING], right[:_BEGINNING]) for left, right in pairwise(words)]


@lru_cache(maxsize=20_000)
def _heard_pair(left: str, right: str) -> int:
    return _table().weights[pair_slot(left, right)]


def _heaviest(words: Sequence[str]) -> tuple[str, ...]:
    each = [_heard(word) for word in words]
    weights = [one.begin + one.runs / max(1, one.many) ** 0.5 + one.kind for one in each]
    for at, weight in enumerate(_pairs(words)):
        weights[at] += weight / 2
        weights[at + 1] += weight / 2
    best = sorted(range(len(words)), key=lambda at: -weights[at])[:_TOLD]
    return tuple(words[at] for at in sorted(best) if weights[at] > 0)


@lru_cache(maxsize=50_000)
def _heard(word: str) -> Heard:
    weights, own = _table().weights, features(word)
    return Heard(
        weights[own.begin],
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
    about = json.loads(ABOUT.read_text(encoding="utf-8"))
    weights = array("b")
    weights.frombytes(WEIGHTS.read_bytes())
    return _Table(weights, about["scale"], about["bias"])


@cache
def _lexicon() -> Concepts:
    return Concepts(read_yaml(FOLDER / "lexicon.yaml"))
