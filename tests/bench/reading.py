"""Reading messages: the whole pipeline in one process, one message after the other and in batches."""

from __future__ import annotations

import time
from collections.abc import Sequence

from nlp_models import danger_rules
from nlp_models.labelled import read_labelled
from nlp_models.pipeline import load
from nlp_models.training import ROOM, ensure_model
from tests.bench.figures import Figure, percentile
from tests.bench.rig import Rig

NAME = "reading"
_ROUNDS = 3

Message = tuple[str, str]


def run(rig: Rig) -> list[Figure]:
    """Read messages that were not met before, by a model that has read a few hundred others.

    The danger rules are compiled, as in a process that has practised (``bot.practice``).
    """
    begun = time.perf_counter()
    reader = load(ensure_model(cache=rig.cache / "models"))
    loaded = time.perf_counter() - begun
    for _ in danger_rules.warm():
        pass
    list(reader.understand_many(_messages("calibration")[: rig.size(1_000, 100)]))
    messages = _messages("development")[: rig.size(1_000, 100)]
    alone, worked = [], []
    for text, channel in messages:
        work, begun = time.process_time(), time.perf_counter()
        reader.understand(text, channel)
        alone.append(1_000 * (time.perf_counter() - begun))
        worked.append(1_000 * (time.process_time() - work))
    several, piped = [], []
    for _ in range(_ROUNDS):
        begun = time.perf_counter()
        list(reader.understand_many(messages))
        several.append((time.perf_counter() - begun) / len(messages))
        begun = time.perf_counter()
        list(reader.nlp.pipe(text for text, _ in messages))
        piped.append((time.perf_counter() - begun) / len(messages))
    return [
        Figure(NAME, f"one message of {len(messages)} read for the first time, p50", percentile(alone, 0.5), "ms", 2),
        Figure(NAME, "one message, p95", percentile(alone, 0.95), "ms", 10),
        Figure(NAME, "one message, processor time, p50", percentile(worked, 0.5), "ms", 2),
        *_batch("whole reading, second matters too, again", several),
        *_batch("the components alone (nlp.pipe)", piped),
        Figure(NAME, "model loaded, spaCy being imported", loaded, "s"),
    ]


def _batch(what: str, seconds: Sequence[float]) -> list[Figure]:
    """The median of the rounds; 800 a second are 1.25 ms each."""
    middle = percentile(seconds, 0.5)
    return [
        Figure(NAME, f"in batch, {what}: a message", 1_000 * middle, "ms", 1.25),
        Figure(NAME, f"in batch, {what}: messages a second", 1 / middle, ""),
    ]


def _messages(split: str) -> list[Message]:
    paths = sorted((ROOM / "assets" / split).glob("*.jsonl"))
    return [(row.text, row.channel) for path in paths for row in read_labelled(path)]
