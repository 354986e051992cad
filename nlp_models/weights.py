"""What training leaves behind: plain arrays and JSON, nothing that runs code when it is loaded."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp_models.errors import ModelError
from nlp_models.trust import Trust, trust_from
from nlp_models.vocabulary import Floats, Keys, Row, Vocabulary, columns_in

FORMAT = 4
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
    _worth: Floats = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        words = self.vocabulary
        # What a term's weights are multiplied by when it is said once; nothing where only outliers hold it.
        steps = self.steps.take(words.own_places) if len(self.steps) else np.zeros(len(words.own), dtype=np.float32)
        object.__setattr__(self, "_worth", steps * words.rarity * words.own)

    def class_scores(self, row: Row, sureness: float) -> Floats:
        """Return one raw score a label, for a row of the examples' own terms and its reading's ``sureness``."""
        places = self.vocabulary.own_places.take(row.columns)  # take: three times as fast as indexing
        chosen = self.classes.take(places, axis=0).astype(np.float32)
        # Not "@", which wakes a second thread for so little and then waits for it.
        scores = np.einsum("i,ij->j", row.values * self.steps.take(places), chosen) + self.bias
        result: Floats = scores * np.float32(sureness)
        return result

    def scope_scores(self, row: Row) -> Floats:
        """Return raw scores of ``SCOPES``, for a row of all terms."""
        result: Floats = row.times(self.scope) + self.scope_bias
        return result

    def pulls(self, keys: Keys, label: int) -> Floats:
        """Return how much each of these terms speaks for a label; nothing where only outliers hold it."""
        columns = columns_in(keys)
        places = self.vocabulary.own_places.take(columns)
        flat = self.classes.reshape(-1)
        result: Floats = flat.take(places * len(self.labels) + label) * self._worth.take(columns)
        return result

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
