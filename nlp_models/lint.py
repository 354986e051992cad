"""What spoils examples: lines that say the same twice, series of one sentence, tests that leaked into training."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from rapidfuzz import fuzz

from nlp_models.corpus import Corpus, read_examples, read_lines
from nlp_models.folding import fold
from nlp_models.labelled import read_labelled
from nlp_models.training import EXAMPLES, OUTLIERS, ROOM

_ALIKE = 92.0  # rapidfuzz ratio of two folded lines
_SHORT = 5  # words; shorter lines are alike only when they are the same
_COMMON = 30  # lines that may share a run of words before it says nothing
_SHARED = 0.5  # share of a line's runs of words that another must hold to be looked at
_SERIES = 5  # lines of one label that may begin with the same words
_OPENING = 4  # words


@dataclass(frozen=True, slots=True)
class Line:
    """One text, folded, and where it stands."""

    text: str
    where: str
    split: str

    @property
    def words(self) -> list[str]:
        """Its words."""
        return re.findall(r"\w+", self.text)


def lint(language: str = "fr", examples: Path = EXAMPLES, fewest: int = 80) -> list[str]:
    """Return every problem as ``where: problem``, of our own examples, outliers and judged messages."""
    corpus = read_examples(examples)
    lines = [*_examples(corpus), *_others(language)]
    return [
        *_too_few(corpus, fewest),
        *_repeated(lines),
        *_series(corpus),
    ]


def _examples(corpus: Corpus) -> Iterator[Line]:
    for text, label in zip(corpus.texts, corpus.labels, strict=True):
        yield Line(fold(text), label, "training")


def _others(language: str) -> Iterator[Line]:
    for text in read_lines((OUTLIERS / language).glob("*.txt")):
        yield Line(fold(text), "outliers", "training")
    for split in ("calibration", "development"):
        for path in sorted((ROOM / "assets" / split).glob("*.jsonl")):
            for row in read_labelled(path):
                yield Line(fold(row.text), f"{split}: {row.label}", split)


def _too_few(corpus: Corpus, fewest: int) -> list[str]:
    counts = Counter(corpus.labels)
    return [f"{label}: {count} examples; at least {fewest}" for label, count in counts.items() if count < fewest]


def _repeated(lines: Sequence[Line]) -> list[str]:
    """Two lines that say the same, wherever they stand; across splits it is a leak."""
    found = []
    for first, second in _suspects(lines):
        left, right = lines[first], lines[second]
        if left.text == right.text or fuzz.ratio(left.text, right.text) >= _ALIKE:
            what = "says the same as" if left.split == right.split else "leaks into"
            found.append(f"{left.where}: {left.text[:60]!r} {what} {right.where}: {right.text[:60]!r}")
    return sorted(found)


def _suspects(lines: Sequence[Line]) -> Iterable[tuple[int, int]]:
    """Pairs that share enough runs of three words to be worth comparing; short lines only when they are equal."""
    holders: dict[tuple[str, ...], list[int]] = defaultdict(list)
    runs: list[set[tuple[str, ...]]] = []
    for number, line in enumerate(lines):
        words = line.words
        held: set[tuple[str, ...]] = (
            {tuple(words)} if len(words) < _SHORT else set(zip(words, words[1:], words[2:], strict=False))
        )
        runs.append(held)
        for run in held:
            holders[run].append(number)
    shared: Counter[tuple[int, int]] = Counter()
    for numbers in holders.values():
        if len(numbers) <= _COMMON:
            shared.update(combinations(numbers, 2))
    return [pair for pair, count in shared.items() if count >= _SHARED * min(len(runs[number]) for number in pair)]


def _series(corpus: Corpus) -> list[str]:
    """Labels where too many lines begin alike: a template, not voices."""
    openings = Counter(
        (label, " ".join(re.findall(r"\w+", fold(text))[:_OPENING]))
        for text, label in zip(corpus.texts, corpus.labels, strict=True)
    )
    return [
        f"{label}: {count} lines begin with {opening!r}"
        for (label, opening), count in sorted(openings.items())
        if count > _SERIES and len(opening.split()) == _OPENING
    ]
