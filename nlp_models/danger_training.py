"""Training of the second ear, a maintainers' command: from every danger case but those kept unread."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, diags

from nlp_models import danger_ear
from nlp_models.corpus import read_examples, read_lines
from nlp_models.danger_ear import BLOCKS, NORM, SLOTS, features, shared_slots, words_of
from nlp_models.danger_rules import RULES, rule_book
from nlp_models.hearing import LEARNT_FROM, cases
from nlp_models.listening import listened
from nlp_models.training import EXAMPLES, OUTLIERS
from nlp_models.yaml_files import read_yaml

_MIXES, _MIXED, _WEIGHT_MIXED = 6_000, 12, 0.25  # how many of each, of how many words at most, and what they count
_JOINS = (" ", " et ", ". ", " et là ", " sinon ", " mais ", " aussi ")
_OWN_WEIGHT = 2.0  # the examples beside the rules and the critical phrases
_OTHERS = ("phoned", "texted", "typed", "fourth_author", "fifth_author")  # authors who had read nothing of ours
_OTHERS_WEIGHT = 2.0
_STRENGTH = 8.0
_STEPS = 80
_LARGEST = 127
_LEAST = 0.1


@dataclass(frozen=True, slots=True)
class Told:
    """One training text: ``weight`` is how much it counts."""

    text: str
    danger: bool
    weight: float


def train() -> dict[str, Any]:
    """Fit the weights, write them beside the rules and return what ``ear.json`` then says."""
    texts = list(told())
    texts += _mixed(texts)
    weights, bias = fit(rows([one.text for one in texts]), texts)
    small, scale = in_8_bits(weights)
    danger_ear.WEIGHTS.write_bytes(small)
    about = {"key": key(), "texts": len(texts), "scale": scale, "bias": float(bias)}
    danger_ear.ABOUT.write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    return about


def in_8_bits(weights: np.ndarray) -> tuple[bytes, float]:
    """The weights as the ear reads them, and what one step of theirs is worth."""
    scale = float(np.abs(weights).max()) / _LARGEST
    return np.round(weights / scale).astype(np.int8).tobytes(), scale


def key() -> str:
    """What the weights were trained on, among the danger cases: another key means that they are stale."""
    told_here = "\n".join(f"{one.danger} {one.text}" for one in _own())
    settings = "".join((RULES / name).read_text(encoding="utf-8") for name in ("lexicon.yaml", "ear.yaml"))
    return hashlib.sha256(f"{told_here}\n{settings}".encode()).hexdigest()[:16]


def told() -> Iterator[Told]:
    """Danger cases and hard negatives, then the examples of procedures and the outliers as what is ordinary."""
    yield from _own()
    settings = read_yaml(RULES / "ear.yaml")
    corpus = read_examples(EXAMPLES)
    dangerous, unclear = set(settings["dangerous"]), set(settings["unclear"])
    for text, label in zip(corpus.texts, corpus.labels, strict=True):
        if label in dangerous:
            yield Told(text, True, settings["weight_of_dangerous"])
        elif label in unclear:
            yield Told(text, True, settings["weight_of_unclear"])
        else:
            yield Told(text, False, settings["weight_of_ordinary"])
    # Openings that do not tell their matter yet ("c'est dangereux") are no proof of harmlessness.
    clear = sorted(path for path in (OUTLIERS / "fr").glob("*.txt") if not path.name.startswith("vague"))
    for text in read_lines(clear):
        yield Told(text, False, settings["weight_of_ordinary"])


def _mixed(texts: Sequence[Told]) -> Iterator[Told]:
    """Two messages said in one breath: a danger stays one whatever else is spoken of, two harmless ones are none.

    Always the same ones: drawn by the numbers of a generator that starts anew.
    """
    draw = Random(1)
    dangers = [one.text for one in texts if one.danger and one.weight >= 1 and len(one.text.split()) <= _MIXED]
    others = [one.text for one in texts if not one.danger and len(one.text.split()) <= _MIXED]
    for at in range(_MIXES * 2):
        parts = [draw.choice(others), draw.choice(dangers if at % 2 else others)]
        draw.shuffle(parts)
        yield Told(draw.choice(_JOINS).join(parts), bool(at % 2), _WEIGHT_MIXED)


def _own() -> Iterator[Told]:
    critical = (RULES / "critical_phrases.txt").read_text(encoding="utf-8").splitlines()
    rules = [rule for rule in rule_book().rules if not rule.foreign]
    positive = [*(text for rule in rules for text in rule.positive), *critical]
    negative = [text for rule in rules for text in rule.negative]
    yield from (Told(text, True, _OWN_WEIGHT) for text in positive)
    yield from _cases("emergencies", danger=True)
    yield from (Told(text, False, _OWN_WEIGHT) for text in negative)
    yield from _cases("harmless", danger=False)


def _cases(kind: str, *, danger: bool) -> Iterator[Told]:
    for name in LEARNT_FROM:
        weight = _OTHERS_WEIGHT if name in _OTHERS else 1.0
        yield from (Told(text, danger, weight) for text in cases(name, kind))


def rows(texts: Sequence[str]) -> csr_matrix:
    """One row of features a text, as the ear weighs them."""
    return matrix((weighed(_slots(text), BLOCKS, NORM) for text in texts), SLOTS)


def weighed(found: Mapping[str, list[int]], blocks: Mapping[str, float], norm: float) -> list[tuple[float, list[int]]]:
    """What each slot of a block counts, and the slots: a block counts the same however many there are."""
    return [(blocks[name] / norm / len(slots) ** 0.5, slots) for name, slots in found.items() if slots]


def matrix(texts: Iterable[list[tuple[float, list[int]]]], width: int) -> csr_matrix:
    """One row a text, of as many columns as a table has slots."""
    columns: list[int] = []
    values: list[float] = []
    ends = [0]
    for blocks in texts:
        for weight, slots in blocks:
            columns += slots
            values += [weight] * len(slots)
        ends.append(len(columns))
    return csr_matrix((values, columns, ends), shape=(len(ends) - 1, width), dtype=np.float32)


def _slots(text: str) -> dict[str, list[int]]:
    each = [features(word) for word in words_of(listened(text))]
    return {
        "begin": [at for one in each for at in one.begin],
        "runs": [at for one in each for at in one.runs],
        "kind": [at for one in each for at in one.kind],
        **shared_slots(each)._asdict(),
    }


def fit(
    matrix: csr_matrix, texts: Sequence[Told], strength: float = _STRENGTH, steps: int = _STEPS
) -> tuple[np.ndarray, float]:
    """Logistic regression by L-BFGS on the slots that are used at all: (weights of every slot, bias).

    What few texts hold weighs more than what all of them hold, in proportion to the logarithm of how rare it is.
    """
    used, texts_with = np.unique(matrix.indices, return_counts=True)
    used, texts_with = used[texts_with > 1], texts_with[texts_with > 1]
    rare = np.log(matrix.shape[0] / (1 + texts_with)).clip(_LEAST)
    rare /= np.sqrt(np.average(rare**2, weights=texts_with))
    kept = (matrix[:, used] @ diags(rare)).tocsr().astype(np.float32)
    turned = kept.T.tocsr()
    sign = np.array([1.0 if one.danger else -1.0 for one in texts])
    weight = np.array([one.weight for one in texts]) * strength

    def loss(point: np.ndarray) -> tuple[float, np.ndarray]:
        margin = sign * (kept @ point[:-1].astype(np.float32) + point[-1])
        pull = -weight * sign / (1 + np.exp(np.clip(margin, -500, 500)))
        value = float(weight @ np.logaddexp(0, -margin) + 0.5 * point[:-1] @ point[:-1])
        return value, np.append(turned @ pull.astype(np.float32) + point[:-1], pull.sum())

    best = minimize(loss, np.zeros(len(used) + 1), jac=True, method="L-BFGS-B", options={"maxiter": steps}).x
    weights = np.zeros(matrix.shape[1])
    weights[used] = best[:-1] * rare
    return weights, float(best[-1])
