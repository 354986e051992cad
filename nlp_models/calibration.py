"""From scores to honest probabilities, and from probabilities to what they allow.

Everything here is fitted on out-of-fold scores: scores of examples by a model that never saw them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp_models.softmax import softmax
from nlp_models.vocabulary import Floats

_BINS = 15
_FLATTER = 3.0
_TEMPERATURES = np.round(np.geomspace(0.05, 4.0, 45), 4)
_DOUBTS = np.round(np.arange(0.0, 0.65, 0.05), 2)


@dataclass(frozen=True, slots=True)
class Figures:
    """How good calibrated probabilities are: shares are 0..1; ``ece`` is the expected calibration error."""

    examples: int
    top1: float
    top3: float
    macro_f1: float
    ece: float
    coverage: float
    route_at: float

    @property
    def as_dict(self) -> dict[str, float]:
        """The figures under their own names, rounded to four decimals."""
        return {name: round(float(getattr(self, name)), 4) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Calibration:
    """Scores become softmax(scores / temperature), mixed with a share ``doubt`` of a three times flatter one.

    One temperature alone stays too sure of its mistakes when a few words of another label decide; the doubt does not.
    """

    temperature: float = 1.0
    doubt: float = 0.0

    def probabilities(self, scores: Floats) -> Floats:
        """Return calibrated probabilities, rows × labels, in the same order as the scores."""
        sharp = softmax(scores / np.float32(self.temperature))
        if not self.doubt:
            return sharp
        flat = softmax(scores / np.float32(self.temperature * _FLATTER))
        result: Floats = np.float32(1 - self.doubt) * sharp + np.float32(self.doubt) * flat
        return result


def fit_calibration(scores: Floats, classes: NDArray[np.int64]) -> Calibration:
    """Return the calibration under which "the first label is right" is the least surprising, over a fixed grid."""
    correct = scores.argmax(axis=1) == classes
    best, least = Calibration(), np.inf
    for temperature in _TEMPERATURES:
        sharp, flat = (softmax(scores / np.float32(temperature * by)).max(axis=1) for by in (1.0, _FLATTER))
        for doubt in _DOUBTS:
            surprise = _surprise((1 - doubt) * sharp + doubt * flat, correct)
            if surprise < least:
                best, least = Calibration(float(temperature), float(doubt)), surprise
    return best


def _surprise(confidence: Floats, correct: NDArray[np.bool_]) -> float:
    chances = np.clip(np.where(correct, confidence, 1 - confidence), 1e-6, 1)
    return float(-np.log(chances).mean(dtype=np.float64))


def threshold_at_precision(confidence: Floats, correct: NDArray[np.bool_], precision: float) -> float:
    """Return the lowest confidence above which at least this share is correct; above 1 when there is none.

    It never asks for more than ``precision`` itself: a message that is surer than that is sure enough.
    """
    order = np.argsort(-confidence, kind="stable")
    share = np.cumsum(correct[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(share >= precision)
    return min(float(confidence[order[good[-1]]]), precision) if len(good) else 1.01


def calibration_error(confidence: Floats, correct: NDArray[np.bool_]) -> float:
    """Return the expected calibration error over 15 equal bins."""
    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    gaps = (abs(confidence[bins == b].mean() - correct[bins == b].mean()) * (bins == b).sum() for b in np.unique(bins))
    return float(sum(gaps) / max(len(confidence), 1))


def macro_f1(expected: NDArray[np.int64], guessed: NDArray[np.int64]) -> float:
    """Return the mean F1 over the classes that are expected at least once."""
    scores = []
    for name in np.unique(expected):
        hits = int(((expected == name) & (guessed == name)).sum())
        scores.append(2 * hits / int((expected == name).sum() + (guessed == name).sum()))
    return float(np.mean(scores))


def figures(probabilities: Floats, classes: NDArray[np.int64], precision: float) -> Figures:
    """Measure calibrated probabilities (rows × labels) against the true class numbers."""
    ranking = np.argsort(-probabilities, axis=1, kind="stable")[:, :3]
    confidence = probabilities.max(axis=1)
    correct = ranking[:, 0] == classes
    route_at = threshold_at_precision(confidence, correct, precision)
    return Figures(
        examples=len(classes),
        top1=float(correct.mean()),
        top3=float((ranking == classes[:, None]).any(axis=1).mean()),
        macro_f1=macro_f1(classes, ranking[:, 0]),
        ece=calibration_error(confidence, correct),
        coverage=float((confidence >= route_at).mean()),
        route_at=route_at,
    )
