"""Measure a model on texts it never saw, and write predictions in the form the command line promises."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp_models.calibration import calibration_error, macro_f1, threshold_at_precision
from nlp_models.errors import CorpusError
from nlp_models.labelled import LabelledText
from nlp_models.pipeline import Reader
from routing.domain.understanding import Decision, Understanding

_WORST = 15
_PRECISION = 0.95
_DECIMALS = 6
_SHARES = ("top1", "top3", "macro_f1", "ece", "coverage", "routed", "routed_right", "set_aside")
_BINS = 10


@dataclass(frozen=True, slots=True)
class Confusion:
    """How many texts of ``expected`` were taken for ``guessed``."""

    expected: str
    guessed: str
    count: int


@dataclass(frozen=True, slots=True)
class Bin:
    """Texts whose confidence lies between two tenths: how many, how sure on average, how often right."""

    texts: int
    sure: float
    right: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Shares are 0..1. ``coverage`` is the share of texts above the confidence where 95 % are right.

    ``routed`` and ``routed_right`` are what the model's own bands did: share routed alone, share of those right.
    ``unlabelled`` counts texts that no procedure foresees, which the shares above leave out; ``set_aside`` is the
    share of them that the bands called unforeseen or out of scope.

    ``scope`` holds the AUROC of telling apart what no procedure foresees, by kind (near, far); ``places`` the shares of
    communes and places named that were heard; ``channels`` the main figures of each channel; ``weakest`` the labels of
    lowest recall; ``reliability`` says how often each level of confidence was right.
    """

    texts: int
    top1: float
    top3: float
    macro_f1: float
    ece: float
    coverage: float
    routed: float
    routed_right: float
    unlabelled: int
    set_aside: float
    confusions: tuple[Confusion, ...]
    scope: dict[str, float]
    places: dict[str, float]
    channels: dict[str, dict[str, float]]
    weakest: tuple[tuple[str, float], ...]
    reliability: tuple[Bin, ...]

    def as_dict(self) -> dict[str, Any]:
        """The same as plain JSON values."""
        shares = {name: round(getattr(self, name), 4) for name in self.__slots__ if name in _SHARES}
        return {
            "texts": self.texts,
            "unlabelled": self.unlabelled,
            **shares,
            "scope": self.scope,
            "places": self.places,
            "channels": self.channels,
            "weakest": dict(self.weakest),
            "confusions": [asdict(one) for one in self.confusions],
            "reliability": [asdict(one) for one in self.reliability],
        }


def evaluate(examples: Iterable[LabelledText], reader: Reader) -> Evaluation:
    """Read every text and compare. Raises CorpusError when there is none or a label is unknown to the model."""
    rows = list(examples)
    if not rows:
        raise CorpusError("Nothing to evaluate: no labelled text was given.")
    if unknown := sorted({row.label for row in rows if row.label is not None} - set(reader.labels)):
        raise CorpusError(f"The model knows no label {unknown[0]!r} ({len(unknown)} unknown in all).")
    read = list(reader.understand_many((row.text, row.channel) for row in rows))
    outside = [one for row, one in zip(rows, read, strict=True) if row.label is None]
    labelled = [(row, one) for row, one in zip(rows, read, strict=True) if row.label is not None]
    if not labelled:
        raise CorpusError("Nothing to evaluate: no text has a label.")
    judged = _Judged([row for row, _ in labelled], [one for _, one in labelled])
    return Evaluation(
        texts=len(labelled),
        **judged.figures(),
        macro_f1=judged.macro_f1(reader.labels),
        unlabelled=len(outside),
        set_aside=sum(one.procedure is None for one in outside) / max(len(outside), 1),
        confusions=_worst([row.label or "" for row in judged.rows], judged.firsts),
        scope=_scope(rows, reader),
        places=_places(rows, read),
        channels={
            channel: {name: round(value, 4) for name, value in judged.only(channel).figures().items()}
            for channel in sorted({row.channel for row in judged.rows})
        },
        weakest=judged.weakest(),
        reliability=judged.reliability(),
    )


class _Judged:
    """Labelled texts and what was made of them."""

    def __init__(self, rows: Sequence[LabelledText], read: Sequence[Understanding]) -> None:
        self.rows, self.read = rows, read
        self.firsts = [one.ranking[0].procedure if one.ranking else "" for one in read]
        self.confidence = np.array([one.confidence for one in read], dtype=np.float32)
        self.correct = np.array([first == row.label for first, row in zip(self.firsts, rows, strict=True)])
        self.routed = np.array([one.decision is Decision.ROUTE for one in read])

    def only(self, channel: str) -> _Judged:
        """The texts of one channel."""
        kept = [number for number, row in enumerate(self.rows) if row.channel == channel]
        return _Judged([self.rows[number] for number in kept], [self.read[number] for number in kept])

    def figures(self) -> dict[str, float]:
        """The shares that make sense for any part of the texts."""
        hits = [
            any(c.procedure == row.label for c in one.ranking[:3])
            for row, one in zip(self.rows, self.read, strict=True)
        ]
        threshold = threshold_at_precision(self.confidence, self.correct, _PRECISION)
        return {
            "top1": float(self.correct.mean()),
            "top3": sum(hits) / len(hits),
            "ece": calibration_error(self.confidence, self.correct),
            "coverage": float((self.confidence >= threshold).mean()),
            "routed": float(self.routed.mean()),
            "routed_right": float(self.correct[self.routed].mean()) if self.routed.any() else 1.0,
        }

    def macro_f1(self, labels: Sequence[str]) -> float:
        """Mean F1 over the labels."""
        numbers = {name: number for number, name in enumerate(labels)}
        expected = np.array([numbers[row.label or ""] for row in self.rows])
        return macro_f1(expected, np.array([numbers.get(first, -1) for first in self.firsts]))

    def weakest(self) -> tuple[tuple[str, float], ...]:
        """The labels that are missed most, with their recall."""
        hits: dict[str, list[bool]] = {}
        for row, right in zip(self.rows, self.correct, strict=True):
            hits.setdefault(row.label or "", []).append(bool(right))
        recalls = sorted((round(sum(found) / len(found), 4), label) for label, found in hits.items())
        return tuple((label, recall) for recall, label in recalls[:_WORST] if recall < 1)

    def reliability(self) -> tuple[Bin, ...]:
        """How often each tenth of confidence was right; empty tenths are left out."""
        tenth = np.minimum((self.confidence * _BINS).astype(int), _BINS - 1)
        return tuple(
            Bin(
                int((tenth == number).sum()),
                round(float(self.confidence[tenth == number].mean()), 4),
                round(float(self.correct[tenth == number].mean()), 4),
            )
            for number in np.unique(tenth)
        )


def _scope(rows: Sequence[LabelledText], reader: Reader) -> dict[str, float]:
    """AUROC of each kind of text that no procedure foresees against those that one does."""
    scores = np.array([reader.strangeness(row.text, row.channel) for row in rows])
    inside = scores[[row.label is not None for row in rows]]
    kinds = sorted({row.kind for row in rows if row.label is None and row.kind})
    return {
        kind: round(_auroc(inside[:, column], scores[[row.kind == kind for row in rows]][:, column]), 4)
        for kind in kinds
        for column in (int(kind == "far"),)
    }


def _auroc(inside: NDArray[np.floating], outside: NDArray[np.floating]) -> float:
    """The chance that a text from outside looks stranger than one from inside."""
    higher = outside[:, None] > inside[None, :]
    return float((higher + 0.5 * (outside[:, None] == inside[None, :])).mean())


def _places(rows: Sequence[LabelledText], read: Sequence[Understanding]) -> dict[str, float]:
    communes = [one.commune == row.commune for row, one in zip(rows, read, strict=True) if row.commune]
    places = [one.place is not None for row, one in zip(rows, read, strict=True) if row.place]
    found = {"commune": communes, "place": places}
    return {name: round(sum(hits) / len(hits), 4) for name, hits in found.items() if hits}


def _worst(labels: Sequence[str], firsts: Sequence[str]) -> tuple[Confusion, ...]:
    mistaken = Counter(pair for pair in zip(labels, firsts, strict=True) if pair[0] != pair[1])
    ordered = sorted(mistaken.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Confusion(expected, guessed, count) for (expected, guessed), count in ordered[:_WORST])


def prediction_row(understanding: Understanding) -> dict[str, Any]:
    """Return the keys that one line of ``vigie nlp predict`` promises."""
    danger = understanding.danger
    return {
        "procedure": understanding.procedure,
        "decision": understanding.decision.value,
        "confidence": round(understanding.confidence, _DECIMALS),
        "ranking": [
            {"procedure": c.procedure, "probability": round(c.probability, _DECIMALS)} for c in understanding.ranking
        ],
        "danger": danger is not None,
        "danger_reason": danger.reason if danger else None,
        "language": understanding.language,
        "commune": understanding.commune,
        "place": understanding.place,
    }
