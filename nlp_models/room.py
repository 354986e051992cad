"""Learning from the room: train with the labels people gave, compare with the live model, say what would change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

from nlp_models.calibrating import hard_of, judges, kinds_of, lesson_of
from nlp_models.components import ProcedureClassifier
from nlp_models.corpus import Corpus, read_examples
from nlp_models.errors import CorpusError
from nlp_models.evaluation import Evaluation, evaluate
from nlp_models.labelled import LabelledText, read_labelled
from nlp_models.learning import Heads, judged
from nlp_models.pipeline import Reader
from nlp_models.training import EXAMPLES, ROOM, Progress, outliers, replacing
from nlp_models.trust import BandSettings, Trust, fit_trust
from nlp_models.untrained import blank

DEVELOPMENT = ROOM / "assets" / "development"
_HELD_OUT = 5  # one label in so many is never learned, only used to compare
_SLACK = 0.002  # a share this small is one or two messages: not a fall
_NEAR = 1
_AUTHOR = "room"


@dataclass(frozen=True, slots=True)
class Comparison:
    """The live model and the candidate on the same messages."""

    name: str
    live: Evaluation
    candidate: Evaluation

    def falls(self) -> list[str]:
        """What got worse, in words."""
        return [
            f"{self.name}: {figure} {getattr(self.live, figure):.4f} → {getattr(self.candidate, figure):.4f}"
            for figure in ("top1", "top3", "routed_right", "set_aside")
            if getattr(self.candidate, figure) < getattr(self.live, figure) - _SLACK
        ]


@dataclass(frozen=True, slots=True)
class RoomLesson:
    """What came of it. ``learned`` labels were trained on, ``held_out`` only compared on.

    ``procedures`` are (label, recall of the live model, recall of the candidate) where they differ; ``left_out`` are
    (label, how many) of labels that have no examples (any more). ``same`` is true when the candidate is the live model.
    """

    folder: Path
    learned: int
    held_out: int
    comparisons: tuple[Comparison, ...]
    procedures: tuple[tuple[str, float, float], ...]
    left_out: tuple[tuple[str, int], ...] = ()
    same: bool = False

    @property
    def falls(self) -> list[str]:
        """What got worse: nothing may, for a promotion."""
        return [line for comparison in self.comparisons for line in comparison.falls()]

    def lines(self) -> list[str]:
        """The same for a person to read."""
        said = [f"{self.learned} labels of the room learned, {self.held_out} held out."]
        said += [f"{count} left out: {label} has no examples." for label, count in self.left_out]
        said += [
            f"{one.name} ({one.live.texts} messages): first guess {one.live.top1:.1%} → {one.candidate.top1:.1%}, "
            f"among three {one.live.top3:.1%} → {one.candidate.top3:.1%}"
            for one in self.comparisons
        ]
        said += [f"  {label}: {old:.0%} → {new:.0%}" for label, old, new in self.procedures]
        return said + [f"Falls: {line}" for line in self.falls]

    def as_dict(self) -> dict[str, Any]:
        """The same as plain JSON values."""
        figures = ("texts", "top1", "top3", "ece", "routed", "routed_right", "set_aside")
        return {
            "learned": self.learned,
            "held_out": self.held_out,
            "left_out": dict(self.left_out),
            "same": self.same,
            "falls": self.falls,
            "figures": {
                c.name: {figure: [getattr(c.live, figure), getattr(c.candidate, figure)] for figure in figures}
                for c in self.comparisons
            },
            "procedures": [{"procedure": p, "live": live, "candidate": new} for p, live, new in self.procedures],
        }


def learn_from_room(
    labels: Sequence[LabelledText],
    live: Reader,
    output: Path,
    *,
    language: str = "fr",
    examples: Path = EXAMPLES,
    progress: Progress = lambda step, share: None,
) -> RoomLesson:
    """Train a candidate into ``output`` with our examples and the room's labels, and compare it with the live model.

    Labels the examples do not know are left out and counted; CorpusError when no other is left. Which labels are held
    out depends on their words alone, so that a candidate is never compared on what an earlier one learned.
    """
    corpus = read_examples(examples)
    names = set(corpus.names)
    known = [row for row in labels if row.label is None or row.label in names]
    strangers = Counter(row.label for row in labels if row.label is not None and row.label not in names)
    if not known:
        raise CorpusError(f"Nothing to learn: none of the room's {len(labels)} labels is a procedure with examples.")
    held_out = [row for row in known if crc32(row.text.encode()) % _HELD_OUT == 0]
    learned = [row for row in known if crc32(row.text.encode()) % _HELD_OUT]
    _train(corpus, learned, held_out, output, language, progress)
    candidate = Reader(blank(language).from_disk(output), live.places)
    sets = {"development": _development(set(corpus.names)), "confirmed traffic": held_out}
    comparisons = tuple(
        Comparison(name, evaluate(rows, live), evaluate(rows, candidate))
        for name, rows in sets.items()
        if any(row.label for row in rows)
    )
    everything = [row for rows in sets.values() for row in rows if row.label]
    return RoomLesson(
        output,
        len(learned),
        len(held_out),
        comparisons,
        _changed(everything, live, candidate),
        tuple(sorted(strangers.items())),
        candidate.version == live.version,
    )


def _train(
    corpus: Corpus,
    learned: Sequence[LabelledText],
    held_out: Sequence[LabelledText],
    output: Path,
    language: str,
    progress: Progress,
) -> None:
    nlp = blank(language)
    classifier = nlp.get_pipe("procedure_classifier")
    assert isinstance(classifier, ProcedureClassifier)
    inside = [row for row in learned if row.label is not None]
    grown = Corpus(
        (*corpus.texts, *(row.text for row in inside)),
        (*corpus.labels, *(row.label or "" for row in inside)),
        authors=(*corpus.authors, *([_AUTHOR] * len(inside))),
    )
    aside = [*outliers(language), *((row.text, _NEAR) for row in learned if row.label is None)]
    known = judges(set(corpus.names))
    # Thresholds are measured on messages without a part in the training: the judges, and the labels held out.
    unseen = sorted([*known, *held_out], key=lambda row: row.label is None)

    def measured(heads: Heads) -> Trust:
        lesson = lesson_of(classifier, unseen, corpus.names)
        return fit_trust(judged(heads, lesson, kinds_of(unseen), hard_of(unseen)), BandSettings())

    # Another city has no judges, and the few labels held out are none: as at its training, further fits say it.
    own = any(row.label is not None for row in known)
    classifier.learn(grown, aside, progress, measured if own else None)
    with replacing(output) as folder:
        nlp.to_disk(folder)


def _development(labels: set[str]) -> list[LabelledText]:
    rows = [row for path in sorted(DEVELOPMENT.glob("*.jsonl")) for row in read_labelled(path)]
    return [row for row in rows if row.label is None or row.label in labels]


def _changed(rows: Sequence[LabelledText], live: Reader, candidate: Reader) -> tuple[tuple[str, float, float], ...]:
    """Recall by procedure, before and after, where it differs."""
    before, after = (_recalls(rows, reader) for reader in (live, candidate))
    return tuple((label, before[label], after[label]) for label in sorted(before) if before[label] != after[label])


def _recalls(rows: Sequence[LabelledText], reader: Reader) -> dict[str, float]:
    hits: dict[str, list[bool]] = {}
    for row, read in zip(rows, reader.understand_many((row.text, row.channel) for row in rows), strict=True):
        assert row.label is not None
        hits.setdefault(row.label, []).append(bool(read.ranking) and read.ranking[0].procedure == row.label)
    return {label: sum(found) / len(found) for label, found in hits.items()}
