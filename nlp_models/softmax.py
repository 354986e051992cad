"""Multinomial logistic regression by L-BFGS, seen from the examples' side.

With a quadratic penalty the best weights are a combination of the training rows, W = XᵀA, so the search runs over A
(examples × classes), which is many times smaller than W (terms × classes). The steps are those of ordinary L-BFGS on W,
because all inner products are taken through the rows' mutual products G = XXᵀ, which the caller applies.

Applying G is nearly all the work, so much of the way is gone with a part of the rows; and along a direction scores
change in proportion, so a step's length may be looked for without applying it again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from nlp_models.vocabulary import Floats, Integers

Products = Callable[[Floats], Floats]  # G applied: (examples × classes) → the same shape

_MEMORY = 6
_TOLERANCE = 1e-3
_SUFFICIENT = 1e-4
_CLEARLY = 0.02  # of what the slope promises: worth a step twice as long
_FIRST_GROWTH, _GROWTH = 4.0, 2.0
_LONGEST = 4.0  # of the step that past ones suggest
# Every how many rows are taken, and for how many steps: the coarser ones cost their share of a step.
_STAGES = ((4, 20), (2, 16), (1, 26))
_MUCH = 2_000_000  # rows × classes
_STEPS = 100  # where there is less


class Rows(Protocol):
    """Examples as rows of a matrix that is only known by its products."""

    @property
    def count(self) -> int:
        """How many."""

    def mutual(self) -> Products:
        """What applies G = XXᵀ."""

    def take(self, chosen: Integers) -> Rows:
        """Some of them."""


@dataclass(frozen=True, slots=True)
class Fit:
    """``coefficients`` A (examples × classes) and ``bias`` (classes): scores are x·XᵀA + bias."""

    coefficients: Floats
    bias: Floats
    steps: int


class _Vector(NamedTuple):
    """A point or direction: coefficients, their image under G, and the bias part."""

    own: Floats
    image: Floats
    bias: Floats

    def dot(self, other: _Vector) -> float:
        return _inner(self.own, other.image) + _inner(self.bias[None], other.bias[None])

    def copy(self) -> _Vector:
        return _Vector(*(part.copy() for part in self))

    def add(self, scale: float, other: _Vector) -> None:
        """In place: these are the largest arrays there are."""
        for part, more in zip(self, other, strict=True):
            part += np.float32(scale) * more

    def scale(self, by: float) -> None:
        for part in self:
            part *= np.float32(by)


class _Bend(NamedTuple):
    """How the slope changed (``bent``) over one step (``moved``)."""

    moved: _Vector
    bent: _Vector
    both: float  # moved · bent


class _State(NamedTuple):
    """The loss somewhere and the probabilities there."""

    value: float
    chances: Floats


def softmax(scores: Floats) -> Floats:
    """Return probabilities row by row, stable for large scores."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    result: Floats = raised / raised.sum(axis=1, keepdims=True)
    return result


def fit_softmax(
    rows: Rows,
    targets: Floats,
    strength: float,
    weights: Floats | None = None,
    progress: Callable[[float], None] = lambda share: None,
) -> Fit:
    """Fit on ``rows`` and ``targets`` (n × k, each summing to 1).

    ``strength`` is C: the loss is the weighted sum of the rows' losses plus ‖W‖²/(2C). ``weights`` is one per row.
    ``progress`` hears the share of the allowed steps done (0..1); most fits need nearly all of them.
    """
    even = np.ones(rows.count, dtype=np.float32) if weights is None else weights
    stages = _STAGES if targets.size >= _MUCH else ((1, _STEPS),)
    whole = sum(steps / every for every, steps in stages)
    found, done, taken = Fit(np.zeros_like(targets), np.zeros(targets.shape[1], dtype=np.float32), 0), 0.0, 0
    for every, steps in stages:
        chosen = np.arange(0, rows.count, every)
        task = _Task(
            (rows.take(chosen) if every > 1 else rows).mutual(), targets[chosen], strength, even[chosen], steps
        )
        told = _share_of(progress, done / whole, steps / every / whole)
        part = task.solve(found.coefficients[chosen], found.bias, told)
        coefficients = found.coefficients
        coefficients[chosen] = part.coefficients
        done, taken = done + steps / every, taken + part.steps
        found = Fit(coefficients, part.bias, taken)
    return found


def _share_of(progress: Callable[[float], None], start: float, width: float) -> Callable[[float], None]:
    return lambda share: progress(start + width * share)


class _Task:
    def __init__(self, products: Products, targets: Floats, strength: float, weights: Floats, steps: int) -> None:
        self._products = products
        self._targets = targets
        self._penalty = 1.0 / strength
        self._weights = weights[:, None]
        self._steps = steps

    def solve(self, coefficients: Floats, bias: Floats, progress: Callable[[float], None]) -> Fit:
        """Go down from there; ``coefficients`` are used up."""
        image = self._products(coefficients) if coefficients.any() else np.zeros_like(coefficients)
        point = _Vector(coefficients, image, bias.copy())
        state = self._state(point.image + point.bias, _inner(point.own, point.image))
        slope = self._slope(point, state)
        goal = _TOLERANCE * _length(slope)
        history: list[_Bend] = []
        steps = 0
        while steps < self._steps and _length(slope) > goal:
            moved = _direction(slope, history)
            length, state = self._search(point, state, slope, moved, first=not history)
            if length == 0.0:
                break
            moved.scale(length)
            point.add(1.0, moved)
            bent, slope = slope, self._slope(point, state)
            bent.scale(-1.0)
            bent.add(1.0, slope)
            history = [*history[-_MEMORY + 1 :], _Bend(moved, bent, moved.dot(bent))]
            steps += 1
            progress(steps / self._steps)
        return Fit(point.own, point.bias, steps)

    def _state(self, scores: Floats, square: float) -> _State:
        """``scores`` are used up; ``square`` is ‖W‖²."""
        right = _inner(self._weights * scores, self._targets)
        top = scores.max(axis=1, keepdims=True)
        scores -= top
        np.exp(scores, out=scores)
        whole = scores.sum(axis=1, keepdims=True)
        loss = float((self._weights * (np.log(whole) + top)).sum(dtype=np.float64)) - right
        scores /= whole
        return _State(loss + 0.5 * self._penalty * square, scores)

    def _slope(self, point: _Vector, state: _State) -> _Vector:
        residual = self._weights * (state.chances - self._targets)
        image, drift = self._products(residual), residual.sum(axis=0)
        residual += np.float32(self._penalty) * point.own
        image += np.float32(self._penalty) * point.image
        return _Vector(residual, image, drift)

    def _search(
        self, point: _Vector, here: _State, slope: _Vector, along: _Vector, *, first: bool
    ) -> tuple[float, _State]:
        """Return (step length, what is there); length 0 when float32 can go no lower."""
        descent = slope.dot(along)
        squares = _inner(point.own, point.image), _inner(point.own, along.image), _inner(along.own, along.image)
        start, change = point.image + point.bias, along.image + along.bias

        def at(length: float) -> _State:
            square = squares[0] + 2 * length * squares[1] + length * length * squares[2]
            return self._state(start + np.float32(length) * change, square)

        length, tried = 1.0, at(1.0)
        growth, most = (_FIRST_GROWTH, np.inf) if first else (_GROWTH, _LONGEST)
        if tried.value <= here.value + _SUFFICIENT * descent:
            while length < most:
                further = at(growth * length)
                if further.value >= tried.value + (0.0 if first else _CLEARLY * length * descent):
                    break
                length, tried = growth * length, further
            return length, tried
        for _ in range(11):
            length /= 2
            tried = at(length)
            if tried.value <= here.value + _SUFFICIENT * length * descent:
                return length, tried
        return 0.0, here


def _inner(left: Floats, right: Floats) -> float:
    """Summed in one thread, so that the same data give the same bits whatever the machine's load."""
    return float(np.einsum("ij,ij->i", left, right).sum(dtype=np.float64))


def _length(vector: _Vector) -> float:
    return float(np.sqrt(max(vector.dot(vector), 1e-30)))


def _direction(slope: _Vector, history: list[_Bend]) -> _Vector:
    """The two-loop recursion: minus the inverse curvature applied to the slope."""
    rest = slope.copy()
    if not history:
        rest.scale(-1.0 / _length(slope))
        return rest
    shares = []
    for moved, bent, both in reversed(history):
        share = moved.dot(rest) / both
        rest.add(-share, bent)
        shares.append(share)
    last = history[-1]
    rest.scale(last.both / last.bent.dot(last.bent))
    for (moved, bent, both), share in zip(history, reversed(shares), strict=True):
        rest.add(share - bent.dot(rest) / both, moved)
    rest.scale(-1.0)
    return rest


def one_hot(classes: NDArray[np.int64], width: int) -> Floats:
    """Return a row of zeros with a single one for each class number."""
    return np.eye(width, dtype=np.float32)[classes]
