"""Measure a model on texts it never saw, and write predictions in the form the command line promises."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nlp_models.calibration import calibration_error, macro_f1, threshold_at_precision
from nlp_models.errors import CorpusError
from nlp_models.labelled import LabelledText
from nlp_models.pipeline import Reader
from routing.domain.understanding import Understanding

_WORST = 10
_PRECISION = 0.95
_DECIMALS = 6
_COUNTS = ("texts", "unlabelled", "confusions")


@dataclass(frozen=True, slots=True)
class Confusion:
    """How many texts of ``expected`` were taken for ``guessed``."""

    expected: str
    guessed: str
    count: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Shares are 0..1. ``coverage`` is the share of texts above the confidence where 95 % are right.

    ``routed`` and ``routed_right`` are what the model's own bands did: share routed alone, share of those right.
    ``unlabelled`` counts texts that no procedure foresees, which the shares above leave out; ``set_aside`` is the
    share of them that the bands called unforeseen or out of scope.
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

    def as_dict(self) -> dict[str, Any]:
        """The same as plain JSON values."""
        shares = {name: round(getattr(self, name), 4) for name in self.__slots__ if name not in _COUNTS}
        worst = [{"expected": c.expected, "guessed": c.guessed, "count": c.count} for c in self.confusions]
        return {"texts": self.texts, "unlabelled": self.unlabelled, **shares, "confusions": worst}


def evaluate(examples: Iterable[LabelledText], reader: Reader) -> Evaluation:
    """Read every text and compare. Raises CorpusError when there is none or a label is unknown to the model."""
    rows = list(examples)
    if not rows:
        raise CorpusError("Nothing to evaluate: no labelled text was given.")
    if unknown := sorted({row.label for row in rows if row.label is not None} - set(reader.labels)):
        raise CorpusError(f"The model knows no label {unknown[0]!r} ({len(unknown)} unknown in all).")
    read = list(zip(rows, reader.understand_many((row.text, row.channel) for row in rows), strict=True))
    outside = [one for row, one in read if row.label is None]
    labelled = [(row.label, one) for row, one in read if row.label is not None]
    if not labelled:
        raise CorpusError("Nothing to evaluate: no text has a label.")
    return _compare([label for label, _ in labelled], [one for _, one in labelled], reader.labels, outside)


def _compare(
    labels: Sequence[str], read: Sequence[Understanding], names: Sequence[str], outside: Sequence[Understanding]
) -> Evaluation:
    numbers = {name: number for number, name in enumerate(names)}
    firsts = [one.ranking[0].procedure if one.ranking else names[0] for one in read]
    confidence = np.array([one.confidence for one in read], dtype=np.float32)
    correct = np.array([first == label for first, label in zip(firsts, labels, strict=True)])
    routed = np.array([one.decision == "route" for one in read])
    expected, guessed = (np.array([numbers[name] for name in side]) for side in (labels, firsts))
    hits = (any(c.procedure == label for c in one.ranking[:3]) for one, label in zip(read, labels, strict=True))
    return Evaluation(
        texts=len(read),
        top1=float(correct.mean()),
        top3=sum(hits) / len(read),
        macro_f1=macro_f1(expected, guessed),
        ece=calibration_error(confidence, correct),
        coverage=float((confidence >= threshold_at_precision(confidence, correct, _PRECISION)).mean()),
        routed=float(routed.mean()),
        routed_right=float(correct[routed].mean()) if routed.any() else 1.0,
        unlabelled=len(outside),
        set_aside=sum(one.procedure is None for one in outside) / max(len(outside), 1),
        confusions=_worst(labels, firsts),
    )


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
