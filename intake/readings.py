"""Words that may have been heard wrong: the other readings are understood too, and doubt asks rather than guesses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from routing.domain.understanding import Candidate, Decision, Understanding

MOST = 3  # other readings that are looked at
UNSURE = 0.45  # a recogniser less sure of its words than this routes nothing by itself


def settled(
    read: Understanding, heard: Mapping[str, Any] | None, understand: Callable[[str], Understanding], *, asked: bool
) -> Understanding:
    """``read`` in the light of how it was heard; ``asked`` when the citizen will be asked to confirm it anyway.

    Danger in any reading counts. Readings that mean different procedures make a question.
    """
    if not heard:
        return read
    others = [understand(text) for text in heard.get("alternatives", [])[:MOST]]
    danger = read.danger or next((other.danger for other in others if other.danger), None)
    read = replace(read, danger=danger)
    rivals = {one.procedure for one in (read, *others) if one.decision is Decision.ROUTE}
    if len(rivals) > 1 or (rivals and read.decision is not Decision.ROUTE):
        return _asking(replace(read, ranking=tuple(_merged([read, *others]))))
    if not asked and read.decision is Decision.ROUTE and (heard.get("confidence") or 1.0) < UNSURE:
        return _asking(read)
    return read


def _asking(read: Understanding) -> Understanding:
    return replace(read, decision=Decision.ASK, confidence=read.ranking[0].probability)


def _merged(readings: Sequence[Understanding]) -> Iterator[Candidate]:
    """The candidates of all readings, by the mean of their probabilities."""
    total: dict[str, float] = {}
    for reading in readings:
        for item in reading.ranking:
            total[item.procedure] = total.get(item.procedure, 0.0) + item.probability / len(readings)
    for procedure, probability in sorted(total.items(), key=lambda pair: -pair[1])[:5]:
        yield Candidate(procedure, probability)
