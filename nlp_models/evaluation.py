"""Measure a model on texts it never saw, and write predictions in the form the command line promises."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nlp_models.calibration import calibration_error, macro_f1, threshold_at_precision
from nlp_models.errors import CorpusError
from nlp_models.pipeline import Reader
from routing.domain.understanding import Channel, Understanding

_WORST = 10
_PRECISION = 0.95
_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class LabelledText:
    """One line to evaluate on."""

    text: str
    label: str
    channel: str = "web"


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
    """

    texts: int
    top1: float
    top3: float
    macro_f1: float
    ece: float
    coverage: float
    routed: float
    routed_right: float
    confusions: tuple[Confusion, ...]

    def as_dict(self) -> dict[str, Any]:
        """The same as plain JSON values."""
        shares = {name: round(getattr(self, name), 4) for name in self.__slots__ if name not in ("texts", "confusions")}
        worst = [{"expected": c.expected, "guessed": c.guessed, "count": c.count} for c in self.confusions]
        return {"texts": self.texts, **shares, "confusions": worst}


def evaluate(examples: Iterable[LabelledText], reader: Reader) -> Evaluation:
    """Read every text and compare. Raises CorpusError when there is none or a label is unknown to the model."""
    rows = list(examples)
    if not rows:
        raise CorpusError("Nothing to evaluate: no labelled text was given.")
    if unknown := sorted({row.label for row in rows} - set(reader.labels)):
        raise CorpusError(f"The model knows no label {unknown[0]!r} ({len(unknown)} unknown in all).")
    read = list(reader.understand_many((row.text, row.channel) for row in rows))
    return _compare([row.label for row in rows], read, reader.labels)


def _compare(labels: Sequence[str], read: Sequence[Understanding], names: Sequence[str]) -> Evaluation:
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
        confusions=_worst(labels, firsts),
    )


def _worst(labels: Sequence[str], firsts: Sequence[str]) -> tuple[Confusion, ...]:
    mistaken = Counter(pair for pair in zip(labels, firsts, strict=True) if pair[0] != pair[1])
    ordered = sorted(mistaken.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Confusion(expected, guessed, count) for (expected, guessed), count in ordered[:_WORST])


def read_labelled(path: Path) -> list[LabelledText]:
    """Read JSON lines ``{"text", "label", "channel"?}``. Raises CorpusError naming the line that is wrong."""
    return [
        LabelledText(_string(row, "text", where), _string(row, "label", where), _channel_of(row, where))
        for where, row in _json_lines(path.read_text(encoding="utf-8-sig"), str(path))
    ]


def read_messages(content: str, name: str = "input") -> list[tuple[str, str]]:
    """Read JSON lines ``{"text", "channel"?}`` as (text, channel). Raises CorpusError naming the line that is wrong."""
    return [(_string(row, "text", where), _channel_of(row, where)) for where, row in _json_lines(content, name)]


def _json_lines(content: str, name: str) -> Iterable[tuple[str, dict[str, Any]]]:
    for number, line in enumerate(content.split("\n"), 1):
        if not line.strip():
            continue
        where = f"{name}, line {number}"
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise CorpusError(f"{where}: not JSON ({error}).") from error
        if not isinstance(row, dict):
            raise CorpusError(f'{where}: expected an object such as {{"text": …}}, found {type(row).__name__}.')
        yield where, row


def _string(row: dict[str, Any], key: str, where: str) -> str:
    value = row.get(key)
    if not isinstance(value, str):
        raise CorpusError(f"{where}: {key!r} must be a string, found {'nothing' if value is None else repr(value)}.")
    return value


def _channel_of(row: dict[str, Any], where: str) -> str:
    channel = row.get("channel", "web")
    if channel not in set(Channel):
        raise CorpusError(f"{where}: unknown channel {channel!r}; one of {', '.join(Channel)}.")
    return str(channel)


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
