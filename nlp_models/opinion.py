"""What a text is about by the classifier alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nlp_models.vocabulary import Floats

_TINY, _LEAST = 1e-6, 1e-4


@dataclass(frozen=True, slots=True)
class Opinion:
    """The ``chances`` of all labels for a text of so many ``words``; ``best`` is the place of the likeliest."""

    labels: Sequence[str]
    chances: Floats
    best: int
    words: int

    @property
    def label(self) -> str:
        """The likeliest label."""
        return self.labels[self.best]

    @property
    def chance(self) -> float:
        """Its probability."""
        return float(self.chances[self.best])

    def of(self, other: Opinion) -> float:
        """The probability of the label that another text is about."""
        return float(self.chances[other.best])

    def together(self, other: Opinion) -> float:
        """The highest logarithm of the probability that both texts have the same label."""
        return float(np.log((self.chances + _TINY) * (other.chances + _TINY)).max())


def log_odds(chance: float) -> float:
    """Clipped so that no certainty outweighs all else."""
    clipped = min(max(chance, _LEAST), 1 - _LEAST)
    return math.log(clipped / (1 - clipped))
