"""From readings to weights: one fit on everything; and fits that leave some out, to know how far to trust it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp_models.rows import Rows, counted
from nlp_models.scope import SCOPES, VAGUE
from nlp_models.softmax import fit_softmax, one_hot
from nlp_models.terms import Reading
from nlp_models.trust import ANY, Unseen
from nlp_models.vocabulary import Floats, Integers, Vocabulary, learn_vocabulary
from nlp_models.weights import quantised

Progress = Callable[[str, float], None]
_OPENED = 8  # examples that each vague opening is put before: brief ones, which it could drown
_BRIEF = 10  # words
# A share of each example's label is spread over all of them: one that resembles another label's says less, which on
# other authors' messages and the public sets was right more often, and the fit ends sooner.
_SPREAD = 0.3
_FEW_EXAMPLES = 5_000  # below this many every term counts, even one that a single example holds


@dataclass(frozen=True, slots=True)
class LearningSettings:
    """``class_strength`` and ``scope_strength`` are C of the two heads."""

    class_strength: float = 25.0
    scope_strength: float = 5.0


@dataclass(frozen=True, slots=True)
class Lesson:
    """All there is to learn from.

    ``classes`` numbers the examples' labels; ``outliers`` come with their scope (``NEAR``, ``FAR`` or ``VAGUE``).
    ``folds`` says, for each example and then each outlier, with which others it is left out when they are put to the
    test.
    """

    examples: Sequence[Reading]
    classes: Integers
    labels: tuple[str, ...]
    outliers: Sequence[Reading]
    scopes: Integers
    folds: Integers

    def without(self, fold: int) -> Lesson:
        """Everything but one fold."""
        return self._chosen(self.folds != fold)

    def only(self, fold: int) -> Lesson:
        """One fold alone."""
        return self._chosen(self.folds == fold)

    def _chosen(self, kept: NDArray[np.bool_]) -> Lesson:
        inside, outside = kept[: len(self.examples)], kept[len(self.examples) :]
        return Lesson(
            [one for one, keep in zip(self.examples, inside, strict=True) if keep],
            self.classes[inside],
            self.labels,
            [one for one, keep in zip(self.outliers, outside, strict=True) if keep],
            self.scopes[outside],
            self.folds[kept],
        )


@dataclass(frozen=True, slots=True)
class Heads:
    """Both heads as fitted: ``classes`` is all terms × labels (zero where only outliers hold a term)."""

    vocabulary: Vocabulary
    classes: Floats
    bias: Floats
    scope: Floats
    scope_bias: Floats

    def quantised(self) -> tuple[NDArray[np.int8], Floats]:
        """The class head over the examples' own terms, in 8 bits."""
        return quantised(self.classes[self.vocabulary.own])


def fit_heads(lesson: Lesson, settings: LearningSettings, progress: Callable[[float], None]) -> Heads:
    """Fit both heads on a lesson. ``progress`` hears the share done (0..1)."""
    everything = [*lesson.examples, *opened(lesson), *lesson.outliers]
    fewest = 1 if len(lesson.examples) < _FEW_EXAMPLES else 2
    vocabulary = learn_vocabulary(lesson.examples, lesson.outliers, fewest)
    progress(0.1)
    everyone = counted(everything, vocabulary)
    own, wide = everyone.first(len(lesson.examples)).rows(vocabulary.own), everyone.rows()
    progress(0.2)
    labels = len(lesson.labels)
    targets = one_hot(lesson.classes, labels) * np.float32(1 - _SPREAD) + np.float32(_SPREAD / labels)
    classes = fit_softmax(own, targets, settings.class_strength, None, _span(progress, 0.2, 0.7))
    scope, scope_bias = _scope_head(lesson, wide, settings)
    return Heads(vocabulary, own.transposed_times(classes.coefficients), classes.bias, scope, scope_bias)


def opened(lesson: Lesson) -> list[Reading]:
    """Examples with a vague opening before them ("y a un souci dans ma rue, le lampadaire est éteint").

    Openings alone are outliers. Without these the scope head would hold them against a matter told right after.
    """
    openings = [one for one, scope in zip(lesson.outliers, lesson.scopes, strict=True) if scope == VAGUE]
    brief = [one for one in lesson.examples if len(one.words) <= _BRIEF]
    count = len(openings) * _OPENED if brief else 0
    chosen = (np.arange(count) * len(brief)) // max(count, 1)  # spread over all labels
    return [openings[at % len(openings)].before(brief[place]) for at, place in enumerate(chosen)]


def _scope_head(lesson: Lesson, rows: Rows, settings: LearningSettings) -> tuple[Floats, Floats]:
    inside = rows.count - len(lesson.scopes)
    scopes = np.concatenate((np.zeros(inside, dtype=np.int64), lesson.scopes))
    counts = np.bincount(scopes, minlength=len(SCOPES))
    even = (len(scopes) / (len(SCOPES) * np.maximum(counts, 1)))[scopes].astype(np.float32)
    fit = fit_softmax(rows, one_hot(scopes, len(SCOPES)), settings.scope_strength, even)
    return rows.transposed_times(fit.coefficients), fit.bias


def score(heads: Heads, readings: Sequence[Reading]) -> tuple[Floats, Floats]:
    """Return raw scores of messages the heads never saw: messages × labels, messages × scopes."""
    messages = counted(readings, heads.vocabulary)
    classes = messages.rows(heads.vocabulary.own).times(heads.classes) + heads.bias
    classes *= np.array([reading.sureness for reading in readings], dtype=np.float32)[:, None]
    return classes, messages.rows().times(heads.scope) + heads.scope_bias


def left_out(lesson: Lesson, settings: LearningSettings, progress: Callable[[float], None]) -> Unseen:
    """Score every message by heads fitted without its fold. ``progress`` hears the share done (0..1)."""
    parts = []
    folds = np.unique(lesson.folds)
    for done, fold in enumerate(folds):
        heads = fit_heads(lesson.without(fold), settings, _span(progress, done / len(folds), 1 / len(folds)))
        parts.append(judged(heads, lesson.only(fold)))
    return joined(parts)


def _span(progress: Callable[[float], None], start: float, width: float) -> Callable[[float], None]:
    """What a part of the work reports to, as a share of the whole."""
    return lambda share: progress(start + width * share)


def judged(heads: Heads, lesson: Lesson, kinds: Sequence[str] = (), hard: Sequence[bool] = ()) -> Unseen:
    """Score the messages of a lesson: its examples first, then its outliers.

    ``kinds`` and ``hard`` say of each by which kind of channel it came, and whether it is in few or odd words.
    """
    classes, scope = score(heads, [*lesson.examples, *lesson.outliers])
    nobody = np.full(len(lesson.outliers), -1)
    return Unseen(
        classes,
        scope,
        np.concatenate((lesson.classes, nobody)),
        np.concatenate((np.zeros(len(lesson.classes), dtype=np.int64), lesson.scopes)),
        kinds or [ANY] * len(classes),
        np.array(hard, dtype=np.bool_) if hard else None,
    )


def joined(parts: Sequence[Unseen]) -> Unseen:
    """Several unseen sets as one."""
    return Unseen(
        np.concatenate([part.classes for part in parts]),
        np.concatenate([part.scope for part in parts]),
        np.concatenate([part.expected for part in parts]),
        np.concatenate([part.scopes for part in parts]),
        [kind for part in parts for kind in part.kinds],
    )
