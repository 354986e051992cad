"""The maintainer's measure: how far the model's scores may be trusted, written into a small file that is committed.

It is costly (several fits), so that set-up can do with one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from nlp_models.components import ProcedureClassifier
from nlp_models.corpus import read_examples
from nlp_models.labelled import LabelledText, read_labelled
from nlp_models.learning import LearningSettings, Lesson, fit_heads, judged
from nlp_models.training import EXAMPLES, ROOM, TRUST, Progress, content_hash, outliers
from nlp_models.trust import KINDS, BandSettings, Trust, fit_trust
from nlp_models.untrained import blank
from routing.domain.understanding import Channel

JUDGES = ROOM / "assets" / "calibration"


def calibrate(language: str = "fr", *, examples: Path = EXAMPLES, progress: Progress | None = None) -> Trust:
    """Measure our own corpus and write ``assets/trust/<language>.json``.

    The scores are of messages whose authors had no part in the training, one channel at a time. Raises CorpusError when
    a message has a label that is not among the examples.
    """
    say = progress or (lambda step, share: None)
    corpus = read_examples(examples)
    classifier = blank(language).get_pipe("procedure_classifier")
    assert isinstance(classifier, ProcedureClassifier)
    lesson = classifier.lesson(corpus, outliers(language))
    heads = fit_heads(lesson, LearningSettings(), lambda share: say("fit", 0.9 * share))
    rows = sorted(judges(set(lesson.labels)), key=lambda row: row.label is None)
    trust = fit_trust(
        judged(heads, lesson_of(classifier, rows, lesson.labels), kinds_of(rows), hard_of(rows)), BandSettings()
    )
    held = {"data": content_hash(corpus, language), "labels": lesson.labels, **trust.as_dict()}
    TRUST.mkdir(exist_ok=True)
    content = json.dumps(held, ensure_ascii=False, indent=1)
    (TRUST / f"{language}.json").write_text(content + "\n", encoding="utf-8")
    say("done", 1.0)
    return trust


def judges(labels: set[str]) -> list[LabelledText]:
    """Messages by authors outside the training, kept for thresholds alone; those of other labels are left out."""
    rows = [row for path in sorted(JUDGES.glob("*.jsonl")) for row in read_labelled(path)]
    return [row for row in rows if row.label is None or row.label in labels]


def kinds_of(rows: Sequence[LabelledText]) -> list[str]:
    """The kind of channel each message came by."""
    return [KINDS[Channel(row.channel)] for row in rows]


def hard_of(rows: Sequence[LabelledText]) -> list[bool]:
    """Whether each message is in few or odd words."""
    return [row.hard for row in rows]


def lesson_of(classifier: ProcedureClassifier, rows: Sequence[LabelledText], labels: tuple[str, ...]) -> Lesson:
    """Read labelled messages, the labelled ones first; those no procedure foresees are taken for near outliers."""
    inside = [row for row in rows if row.label is not None]
    outside = [row for row in rows if row.label is None]
    return Lesson(
        [classifier.read(row.text) for row in inside],
        np.array([labels.index(row.label or "") for row in inside], dtype=np.int64),
        labels,
        [classifier.read(row.text) for row in outside],
        np.ones(len(outside), dtype=np.int64),
        np.zeros(len(rows), dtype=np.int64),
    )
