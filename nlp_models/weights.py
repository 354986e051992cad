"""What training leaves behind: plain arrays and JSON, nothing that runs code when it is loaded."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp_models.calibration import Calibration
from nlp_models.errors import ModelError
from nlp_models.sparse import Floats
from nlp_models.vocabulary import Vocabulary, vocabulary_from_lines

FORMAT = 1
SCOPES = ("foreseen", "near", "far")
_ARRAYS = ("rarity", "classes", "bias", "scope", "scope_bias")


@dataclass(frozen=True, slots=True)
class Bands:
    """Where decisions change. ``route_at`` is a probability; the others are log-odds, see ``scope.py``."""

    route_at: float = 1.01
    unforeseen_above: float = 1e9
    outside_above: float = 1e9


@dataclass(frozen=True, slots=True)
class Weights:
    """The trained classifier.

    ``classes`` is known terms × labels, ``scope`` is all terms × 3 (the terms that only outliers hold come last).
    """

    labels: tuple[str, ...]
    vocabulary: Vocabulary
    classes: NDArray[np.float16]
    bias: Floats
    scope: NDArray[np.float16]
    scope_bias: Floats
    calibration: Calibration
    bands: Bands
    figures: dict[str, float] = field(default_factory=dict)

    @property
    def version(self) -> str:
        """A short hash of everything that decides an answer."""
        digest = hashlib.sha256(self.arrays_to_bytes() + self.meta_to_bytes())
        return digest.hexdigest()[:12]

    def arrays_to_bytes(self) -> bytes:
        """Return the arrays as an uncompressed npz."""
        held = {name: getattr(self, name) for name in _ARRAYS if name != "rarity"}
        buffer = io.BytesIO()
        np.savez(buffer, rarity=self.vocabulary.rarity, **held)
        return buffer.getvalue()

    def terms_to_bytes(self) -> bytes:
        """Return the terms, one a line, UTF-8."""
        return self.vocabulary.lines().encode()

    def meta_to_bytes(self) -> bytes:
        """Return labels, calibration, bands and figures as JSON."""
        meta = {
            "format": FORMAT,
            "labels": self.labels,
            "calibration": asdict(self.calibration),
            "bands": asdict(self.bands),
            "figures": self.figures,
        }
        return json.dumps(meta, ensure_ascii=False, indent=1, sort_keys=True).encode()


def weights_from_bytes(arrays: bytes, terms: bytes, meta: bytes) -> Weights:
    """Rebuild weights from their three parts. Raises ModelError when they do not belong to this version."""
    read = _meta(meta)
    with np.load(io.BytesIO(arrays), allow_pickle=False) as held:
        parts = {name: held[name] for name in _ARRAYS}
    vocabulary = vocabulary_from_lines(terms.decode(), parts.pop("rarity"), len(parts["classes"]))
    if len(parts["scope"]) != len(vocabulary.rarity) or len(parts["bias"]) != len(read["labels"]):
        raise ModelError("The model's parts do not fit together; train it again.")
    return Weights(
        labels=tuple(read["labels"]),
        vocabulary=vocabulary,
        calibration=Calibration(**read["calibration"]),
        bands=Bands(**read["bands"]),
        figures=read["figures"],
        **parts,
    )


def _meta(meta: bytes) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(meta)
    if read.get("format") != FORMAT:
        raise ModelError(f"Model format {read.get('format')!r}; this version reads {FORMAT}. Train it again.")
    return read
