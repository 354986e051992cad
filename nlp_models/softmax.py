"""Multinomial logistic regression by L-BFGS, seen from the examples' side.

With a quadratic penalty the best weights are a combination of the training rows, W = XᵀA, so the search runs over A
(examples × classes), which is many times smaller than W (terms × classes). The steps are those of ordinary L-BFGS on W,
because all inner products are taken through the rows' mutual products G = XXᵀ, which the caller applies.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp_models.vocabulary import Floats

Products = Callable[[Floats], Floats]  # G applied: (examples × classes) → the same shape

_MEMORY = 6
_STEPS = 40
_TOLERANCE = 1e-3
_SHRINK = 0.5
_SUFFICIENT = 1e-4


@dataclass(frozen=True, slots=True)
class Fit:
    """``coefficients`` A (examples × classes) and ``bias`` (classes): scores are x·XᵀA + bias."""

    coefficients: Floats
    bias: Floats
    steps: int


@dataclass(frozen=True, slots=True)
class _Vector:
    """A point or direction: coefficients, their image under G, and the bias part."""

    own: Floats
    image: Floats
    bias: Floats

    def dot(self, other: _Vector) -> float:
        return _inner(self.own, other.image) + _inner(self.bias, other.bias)

    def plus(self, scale: float, other: _Vector) -> _Vector:
        step = np.float32(scale)
        return _Vector(self.own + step * other.own, self.image + step * other.image, self.bias + step * other.bias)

    def times(self, scale: float) -> _Vector:
        step = np.float32(scale)
        return _Vector(self.own * step, self.image * step, self.bias * step)


def softmax(scores: Floats) -> Floats:
    """Return probabilities row by row, stable for large scores."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    result: Floats = raised / raised.sum(axis=1, keepdims=True)
    return result


def fit_softmax(
    products: Products,
    targets: Floats,
    strength: float,
    weights: Floats | None = None,
    progress: Callable[[float], None] = lambda share: None,
) -> Fit:
    """Fit on the rows behind ``products`` and ``targets`` (n × k, rows summing to 1).

    ``strength`` is C: the loss is the weighted sum of the rows' losses plus ‖W‖²/(2C). ``weights`` is one per row.
    ``progress`` hears the share of the allowed steps done (0..1); most fits need nearly all of them.
    """
    even = np.ones(len(targets), dtype=np.float32)
    return _Task(products, targets, strength, even if weights is None else weights).solve(progress)


class _Task:
    def __init__(self, products: Products, targets: Floats, strength: float, weights: Floats) -> None:
        self._products = products
        self._targets = targets
        self._penalty = 1.0 / strength
        self._weights = weights[:, None]

    def solve(self, progress: Callable[[float], None]) -> Fit:
        point = _zero(self._targets)
        value, slope = self._value(point), self._slope(point)
        goal = _TOLERANCE * np.sqrt(max(slope.dot(slope), 1e-30))
        history: list[tuple[_Vector, _Vector]] = []
        steps = 0
        while steps < _STEPS and np.sqrt(max(slope.dot(slope), 0.0)) > goal:
            direction = _direction(slope, history)
            length, next_value = self._search(point, value, slope, direction)
            if length == 0.0:
                break
            moved, previous = direction.times(length), slope
            point, value = point.plus(1.0, moved), next_value
            slope = self._slope(point)
            history = [*history[-_MEMORY + 1 :], (moved, slope.plus(-1.0, previous))]
            steps += 1
            progress(steps / _STEPS)
        return Fit(point.own, point.bias, steps)

    def _value(self, point: _Vector) -> float:
        scores = point.image + point.bias
        top = scores.max(axis=1, keepdims=True)
        spread = np.log(np.exp(scores - top).sum(axis=1, keepdims=True)) + top
        loss = self._weights * (spread - (scores * self._targets).sum(axis=1, keepdims=True))
        return float(loss.sum(dtype=np.float64)) + 0.5 * self._penalty * _inner(point.own, point.image)

    def _slope(self, point: _Vector) -> _Vector:
        residual = self._weights * (softmax(point.image + point.bias) - self._targets)
        image = self._products(residual)
        shrink = np.float32(self._penalty)
        return _Vector(residual + shrink * point.own, image + shrink * point.image, residual.sum(axis=0))

    def _search(self, point: _Vector, value: float, slope: _Vector, direction: _Vector) -> tuple[float, float]:
        """Return (step length, value there); length 0 when float32 can go no lower."""
        descent = slope.dot(direction)
        length = 1.0
        for _ in range(12):
            tried = self._value(point.plus(length, direction))
            if tried <= value + _SUFFICIENT * length * descent:
                return length, tried
            length *= _SHRINK
        return 0.0, value


def _inner(left: Floats, right: Floats) -> float:
    """Summed in one thread, so that the same data give the same bits whatever the machine's load."""
    return float((left * right).sum(dtype=np.float64))


def _zero(targets: Floats) -> _Vector:
    return _Vector(np.zeros_like(targets), np.zeros_like(targets), np.zeros(targets.shape[1], dtype=np.float32))


def _direction(slope: _Vector, history: list[tuple[_Vector, _Vector]]) -> _Vector:
    """The two-loop recursion: minus the inverse curvature applied to the slope."""
    if not history:
        return slope.times(-1.0 / np.sqrt(max(slope.dot(slope), 1e-30)))
    rest, shares = slope, []
    for moved, bent in reversed(history):
        share = moved.dot(rest) / moved.dot(bent)
        rest = rest.plus(-share, bent)
        shares.append(share)
    moved, bent = history[-1]
    rest = rest.times(moved.dot(bent) / bent.dot(bent))
    for (moved, bent), share in zip(history, reversed(shares), strict=True):
        rest = rest.plus(share - bent.dot(rest) / moved.dot(bent), moved)
    return rest.times(-1.0)


def one_hot(classes: NDArray[np.int64], width: int) -> Floats:
    """Return a row of zeros with a single one for each class number."""
    return np.eye(width, dtype=np.float32)[classes]
