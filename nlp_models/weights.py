"""What training leaves behind: plain arrays and JSON, nothing that runs code when it is loaded.

A message is judged by a few hundred terms among hundreds of thousands, each far from the next in memory. So what is
known of a term stands side by side, is fetched once for a message, and serves all that is asked of it.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp_models.errors import ModelError
from nlp_models.terms import BLOCK, BLOCKS
from nlp_models.trust import Trust, trust_from
from nlp_models.vocabulary import BLOCK_WEIGHTS, NORM, Floats, Integers, Keys, Vocabulary, columns_in

FORMAT = 4
_RARITY, _STEP, _PLACE, _SCOPE, _WIDTH = 0, 1, 2, 4, 8  # where the facts of a term stand; a place is a whole number
_WHO_BITS = 20  # of a word's number, beside a key: spaCy reads a million letters at most
_WHO = (1 << _WHO_BITS) - 1
_ARRAYS = ("terms", "rarity", "own", "classes", "steps", "bias", "scope", "scope_bias")


@dataclass(frozen=True, slots=True)
class Weights:
    """The trained classifier.

    ``classes`` is own terms × labels in 8 bits, times ``steps`` (one a term); ``scope`` is all terms × ``SCOPES``.
    """

    labels: tuple[str, ...]
    vocabulary: Vocabulary
    classes: NDArray[np.int8]
    steps: Floats
    bias: Floats
    scope: NDArray[np.float16]
    scope_bias: Floats
    trust: Trust
    version: str = ""
    _facts: NDArray[np.int32] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        words = self.vocabulary
        facts = np.zeros((len(words.terms), _WIDTH), dtype=np.int32)
        floats = facts.view(np.float32)
        floats[:, _RARITY] = words.rarity
        floats[words.own, _STEP] = self.steps
        facts[:, _PLACE] = np.cumsum(words.own) - 1
        floats[:, _SCOPE:] = self.scope
        object.__setattr__(self, "_facts", facts)

    def gather(self, keys: Sequence[Keys]) -> Gathered:
        """Fetch what is known of a message's terms, given for each of its words and last for what words share."""
        who = np.arange(len(keys)).repeat([*map(len, keys)])
        flat = (np.concatenate(keys) << _WHO_BITS) | who
        flat.sort()
        bare = flat >> _WHO_BITS
        new = np.ones(len(bare) + 1, dtype=np.bool_)
        np.not_equal(bare[1:], bare[:-1], out=new[1:-1])
        starts = new.nonzero()[0]
        found = bare.take(starts[:-1])
        facts = self._facts.take(columns_in(found), axis=0)  # take: three times as fast as indexing
        return Gathered(self, len(keys), flat & _WHO, starts[1:] - starts[:-1], found, facts)

    def arrays_to_bytes(self) -> bytes:
        """Return the arrays as an uncompressed npz."""
        buffer = io.BytesIO()
        np.savez(buffer, **{name: getattr(self._owner(name), name) for name in _ARRAYS})
        return buffer.getvalue()

    def _owner(self, name: str) -> Any:
        return self.vocabulary if name in ("terms", "rarity", "own") else self

    def meta_to_bytes(self) -> bytes:
        """Return labels and trust as JSON."""
        meta = {"format": FORMAT, "labels": self.labels, "trust": self.trust.as_dict()}
        return json.dumps(meta, ensure_ascii=False, indent=1, sort_keys=True).encode()


class Gathered:
    """The known terms of one message, each once, with what is known of them."""

    def __init__(
        self,
        weights: Weights,
        words: int,
        who: Integers,
        counts: Integers,
        keys: Keys,
        facts: NDArray[np.int32],
    ) -> None:
        """``facts`` has a row for each of ``keys``; ``who`` tells whose term it is, ``counts`` times for each."""
        self._weights, self._words, self._who, self._counts, self._keys = weights, words, who, counts, keys
        self._facts, self._floats = facts, facts.view(np.float32)
        self._own = self._floats[:, _STEP].nonzero()[0]
        self.known = len(self._own) > 0  # whether an example holds any of them

    def row(self) -> tuple[Integers, Floats]:
        """Columns and values of all terms as a row of unit length."""
        values = self._counts.astype(np.float32) * self._floats[:, _RARITY]
        return columns_in(self._keys), _unit(values, self._keys & BLOCK)

    def own_row(self) -> tuple[Integers, Floats]:
        """The same of the terms that the examples hold themselves."""
        keys = self._keys.take(self._own)
        values = self._counts.take(self._own).astype(np.float32) * self._floats[:, _RARITY].take(self._own)
        return columns_in(keys), _unit(values, keys & BLOCK)

    @cached_property
    def _classes(self) -> NDArray[np.int8]:
        return self._weights.classes.take(self._facts[:, _PLACE].take(self._own), axis=0)

    def class_scores(self, sureness: float) -> Floats:
        """Return one raw score a label, by the examples' own terms and the reading's ``sureness``."""
        worth = self.own_row()[1] * self._floats[:, _STEP].take(self._own)
        # Not "@", which wakes a second thread for so little and then waits for it; and einsum turns 8 bits into floats
        # a few rows at a time, where all of them would fill the memory beside the processor.
        scores = np.einsum("i,ij->j", worth, self._classes) + self._weights.bias
        result: Floats = scores * np.float32(sureness)
        return result

    def scope_scores(self) -> Floats:
        """Return raw scores of ``SCOPES``, by all terms."""
        result: Floats = self.row()[1] @ self._floats[:, _SCOPE:] + self._weights.scope_bias
        return result

    def pulls(self, label: int) -> list[float]:
        """Return how much each word speaks for a label, and last what words share."""
        each = np.zeros(len(self._keys), dtype=np.float32)
        said = self._floats[:, _RARITY].take(self._own) * self._floats[:, _STEP].take(self._own)
        each[self._own] = self._classes[:, label] * said
        sums: list[float] = np.bincount(self._who, each.repeat(self._counts), self._words).tolist()
        return sums


def _unit(values: Floats, blocks: Integers) -> Floats:
    """Scale each block to its weight and the whole to length one."""
    squares = np.bincount(blocks, weights=values.astype(np.float64) ** 2, minlength=len(BLOCKS))
    scales = (BLOCK_WEIGHTS / np.sqrt(np.maximum(squares, 1e-12))).astype(np.float32) / NORM
    return values * scales.take(blocks)


def quantised(classes: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Return (8-bit weights, step of each term): a quarter of the size, and no answer of ours changes."""
    steps = np.maximum(np.abs(classes).max(axis=1), 1e-12) / 127
    return np.rint(classes / steps[:, None]).astype(np.int8), steps.astype(np.float32)


def weights_from_bytes(arrays: bytes, meta: bytes) -> Weights:
    """Rebuild weights from their two parts. Raises ModelError when they do not belong to this version."""
    read = _meta(meta)
    with np.load(io.BytesIO(arrays), allow_pickle=False) as held:
        parts = {name: held[name] for name in _ARRAYS}
    vocabulary = Vocabulary(parts.pop("terms"), parts.pop("rarity"), parts.pop("own"))
    if len(parts["classes"]) != vocabulary.own.sum() or len(parts["bias"]) != len(read["labels"]):
        raise ModelError("The model's parts do not fit together; train it again.")
    # A short hash of everything that decides an answer.
    version = hashlib.sha256(arrays + meta).hexdigest()[:12]
    return Weights(tuple(read["labels"]), vocabulary, trust=trust_from(read["trust"]), version=version, **parts)


def _meta(meta: bytes) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(meta)
    if read.get("format") != FORMAT:
        raise ModelError(f"Model format {read.get('format')!r}; this version reads {FORMAT}. Train it again.")
    return read
