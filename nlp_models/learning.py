"""From readings to weights: fit on everything, and fit five times on four fifths to know how far to trust it."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nlp_models.calibration import Calibration, Figures, figures, fit_calibration
from nlp_models.corpus import FOLDS
from nlp_models.scope import outside_score, unforeseen_score
from nlp_models.softmax import Fit, fit_softmax, one_hot
from nlp_models.sparse import Floats, Integers, SparseRows
from nlp_models.terms import Reading
from nlp_models.vocabulary import Vocabulary, held_columns, learn_vocabulary
from nlp_models.weights import SCOPES, Bands, Weights

Progress = Callable[[str, float], None]
_WORKERS = 2  # each fit copies its part of the rows' mutual products: 300 MB for 8 000 examples


@dataclass(frozen=True, slots=True)
class LearningSettings:
    """``class_strength`` and ``scope_strength`` are C of the two heads; shares are of in-scope examples."""

    class_strength: float = 50.0
    scope_strength: float = 10.0
    route_precision: float = 0.95
    unforeseen_share: float = 0.05
    outside_share: float = 0.01


@dataclass(frozen=True, slots=True)
class Lesson:
    """All there is to learn from: rows of examples first, then outliers.

    ``classes`` numbers the examples' labels; ``scopes`` numbers every row's scope (0 foreseen, 1 near, 2 far).
    """

    rows: SparseRows
    gram: Floats
    classes: NDArray[np.int64]
    scopes: NDArray[np.int64]
    folds: NDArray[np.int64]
    labels: tuple[str, ...]

    @property
    def examples(self) -> int:
        """How many rows are examples."""
        return len(self.classes)


@dataclass(frozen=True, slots=True)
class Judge:
    """A message of an author outside the training, to calibrate on; ``label`` is None when no procedure foresees it."""

    reading: Reading
    label: str | None


@dataclass(frozen=True, slots=True)
class Scores:
    """Raw scores of every row: rows × labels, and rows × scopes."""

    classes: Floats
    scope: Floats


def lesson_from(
    readings: Sequence[Reading],
    labels: Sequence[str],
    folds: Sequence[int],
    outliers: Sequence[tuple[Reading, int]],
) -> tuple[Lesson, Vocabulary]:
    """Number everything. ``outliers`` are (reading, scope number); their own terms come after the examples' terms."""
    vocabulary = learn_vocabulary(readings).extended([reading for reading, _ in outliers])
    rows = vocabulary.rows([*readings, *(reading for reading, _ in outliers)])
    names = tuple(sorted(set(labels)))
    numbers = {name: number for number, name in enumerate(names)}
    lesson = Lesson(
        rows=rows,
        gram=rows.gram(),
        classes=np.array([numbers[label] for label in labels]),
        scopes=np.array([0] * len(readings) + [scope for _, scope in outliers]),
        folds=np.array([*folds, *(n % FOLDS for n in range(len(outliers)))]),
        labels=names,
    )
    return lesson, vocabulary


def learn(
    lesson: Lesson,
    vocabulary: Vocabulary,
    settings: LearningSettings,
    progress: Progress,
    judges: Sequence[Judge] = (),
) -> Weights:
    """Return calibrated weights. ``progress`` hears (what was done, share done 0..1) after each fit.

    With judges there is one fit, calibrated on them; without, five more give every example a score it had no part in.
    """
    everything = np.arange(lesson.rows.rows)
    jobs = [everything] if judges else [everything, *(np.flatnonzero(lesson.folds != fold) for fold in range(FOLDS))]
    with ThreadPoolExecutor(max_workers=min(len(jobs), os.cpu_count() or 1, _WORKERS)) as pool:
        tasks = [pool.submit(_fit_heads, lesson, chosen, settings) for chosen in jobs]
        parts = []
        for number, task in enumerate(tasks, 1):
            parts.append(task.result())
            progress("fit" if number == 1 else f"fold {number - 1}", number / (len(jobs) + 1))
    weights = _weights(lesson, vocabulary, parts[0])
    if judges:
        return _calibrated(weights, *_judged(weights, judges), settings)
    return _calibrated(weights, _out_of_fold(lesson, vocabulary, parts[1:]), lesson.classes, lesson.scopes, settings)


def _judged(weights: Weights, judges: Sequence[Judge]) -> tuple[Scores, Integers, NDArray[np.int64]]:
    """Scores of the judges as any message is scored, the labelled ones first; their classes; everybody's scope."""
    numbers = {label: number for number, label in enumerate(weights.labels)}
    ordered = sorted((judge for judge in judges if judge.label is None or judge.label in numbers), key=_is_outside)
    rows = weights.vocabulary.rows([judge.reading for judge in ordered])
    scores = Scores(
        weights.vocabulary.examples_part(rows).times(weights.classes) + weights.bias,
        rows.times(weights.scope) + weights.scope_bias,
    )
    classes = np.array([numbers[judge.label] for judge in ordered if judge.label is not None])
    return scores, classes, np.array([int(_is_outside(judge)) for judge in ordered])


def _is_outside(judge: Judge) -> bool:
    return judge.label is None


@dataclass(frozen=True, slots=True)
class _Heads:
    """Both heads fitted on the ``chosen`` rows, as weights (terms × classes, terms × scopes) and biases."""

    chosen: Integers
    classes: Floats
    bias: Floats
    scope: Floats
    scope_bias: Floats


def _fit_heads(lesson: Lesson, chosen: Integers, settings: LearningSettings) -> _Heads:
    examples = chosen[chosen < lesson.examples]
    classes = _class_fit(lesson, examples, settings)
    scope = _scope_fit(lesson, chosen, settings)
    return _Heads(
        chosen,
        lesson.rows.take(examples).transposed_times(classes.coefficients),
        classes.bias,
        lesson.rows.take(chosen).transposed_times(scope.coefficients),
        scope.bias,
    )


def _class_fit(lesson: Lesson, examples: Integers, settings: LearningSettings) -> Fit:
    targets = one_hot(lesson.classes[examples], len(lesson.labels))
    return fit_softmax(lesson.gram[np.ix_(examples, examples)], targets, settings.class_strength)


def _scope_fit(lesson: Lesson, chosen: Integers, settings: LearningSettings) -> Fit:
    scopes = lesson.scopes[chosen]
    counts = np.bincount(scopes, minlength=len(SCOPES))
    weights = (len(scopes) / (len(SCOPES) * np.maximum(counts, 1)))[scopes].astype(np.float32)
    gram = lesson.gram[np.ix_(chosen, chosen)]
    return fit_softmax(gram, one_hot(scopes, len(SCOPES)), settings.scope_strength, weights)


def _out_of_fold(lesson: Lesson, vocabulary: Vocabulary, folds: Sequence[_Heads]) -> Scores:
    """Score each row by the heads that never saw it, as they would read it: terms new to them do not count."""
    classes = np.zeros((lesson.rows.rows, len(lesson.labels)), dtype=np.float32)
    scope = np.zeros((lesson.rows.rows, len(SCOPES)), dtype=np.float32)
    for heads in folds:
        unseen = np.setdiff1d(np.arange(lesson.rows.rows), heads.chosen)
        rows = lesson.rows.take(unseen)
        examples = heads.chosen[heads.chosen < lesson.examples]
        known = vocabulary.unit_length(rows, held_columns(lesson.rows, examples))
        wider = vocabulary.unit_length(rows, held_columns(lesson.rows, heads.chosen))
        classes[unseen] = known.times(heads.classes) + heads.bias
        scope[unseen] = wider.times(heads.scope) + heads.scope_bias
    return Scores(classes, scope)


def _weights(lesson: Lesson, vocabulary: Vocabulary, heads: _Heads) -> Weights:
    return Weights(
        labels=lesson.labels,
        vocabulary=vocabulary,
        classes=heads.classes[: vocabulary.known].astype(np.float16),
        bias=heads.bias.astype(np.float32),
        scope=heads.scope.astype(np.float16),
        scope_bias=heads.scope_bias.astype(np.float32),
        calibration=Calibration(),
        bands=Bands(),
    )


def _calibrated(
    weights: Weights, unseen: Scores, classes: Integers, scopes: NDArray[np.int64], settings: LearningSettings
) -> Weights:
    """Honest probabilities and bands from scores of rows the model never saw, those with a class first."""
    inside = slice(0, len(classes))
    calibration = fit_calibration(unseen.classes[inside], classes)
    probabilities = calibration.probabilities(unseen.classes)
    measured = figures(probabilities[inside], classes, settings.route_precision)
    confidence = probabilities.max(axis=1)
    unforeseen, outside = unforeseen_score(confidence, unseen.scope), outside_score(confidence, unseen.scope)
    bands = Bands(
        route_at=measured.route_at,
        unforeseen_above=_upper(unforeseen[inside], settings.unforeseen_share),
        outside_above=_upper(outside[inside], settings.outside_share),
    )
    found = _scope_figures(scopes, unforeseen > bands.unforeseen_above, outside > bands.outside_above)
    return replace(weights, calibration=calibration, bands=bands, figures={**_named(measured), **found})


def _upper(scores: Floats, share: float) -> float:
    """The score that only this share of in-scope examples exceeds."""
    return float(np.quantile(scores, 1 - share))


def _scope_figures(
    scopes: NDArray[np.int64], unforeseen: NDArray[np.bool_], outside: NDArray[np.bool_]
) -> dict[str, float]:
    """Shares of near and far outliers caught, and of examples lost."""
    flagged = {"unforeseen": unforeseen | outside, "outside": outside}
    return {
        f"{name}_{scope}": round(float(flags[scopes == number].mean()), 4)
        for name, flags in flagged.items()
        for number, scope in enumerate(SCOPES)
        if (scopes == number).any()
    }


def _named(measured: Figures) -> dict[str, float]:
    return measured.as_dict
