"""Is this message something the procedures foresee, a city matter nobody foresaw, or none of the city's business?

Two witnesses are always added: how sure the procedure classifier is, and a head that compares the message with generic
outliers. Alone, the first is blind to fluent chatter and the second to what merely sounds municipal.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from nlp_models.softmax import softmax
from nlp_models.vocabulary import Floats

SCOPES = ("foreseen", "near", "far")
NEAR, FAR, VAGUE = 1, 2, 3  # of outliers; a vague one is learnt as a near one, see ``learning.py``
_SMALL = 1e-6
_LEAST = 1e-300
_SURENESS = 0.5  # weight of the classifier's own confidence; measured best on messages of authors outside the training


def unforeseen_score(confidence: Floats, scope: Floats) -> Floats:
    """Log-odds that no procedure foresees the message. ``scope`` is rows × (foreseen, near, far) raw scores."""
    result: Floats = np.logaddexp(scope[:, 1], scope[:, 2]) - scope[:, 0] - _SURENESS * _log_odds(confidence)
    return result


def outside_score(confidence: Floats, scope: Floats) -> Floats:
    """Log-odds that the message is none of the city's business."""
    result: Floats = _log_odds(softmax(scope)[:, 2]) - _SURENESS * _log_odds(confidence)
    return result


def strangeness(confidence: float, scope: Sequence[float]) -> tuple[float, float]:
    """Both scores of a single message; arrays of one would take ten times as long."""
    top = max(scope)
    foreseen, near, far = (math.exp(score - top) for score in scope)
    sure = _SURENESS * _log_odds_of(confidence)
    unforeseen = math.log(max(near + far, _LEAST)) + top - scope[0] - sure
    return unforeseen, _log_odds_of(far / (foreseen + near + far)) - sure


def _log_odds_of(chance: float) -> float:
    clipped = min(max(chance, _SMALL), 1 - _SMALL)
    return math.log(clipped / (1 - clipped))


def _log_odds(chance: Floats) -> Floats:
    clipped = np.clip(chance.astype(np.float64), _SMALL, 1 - _SMALL)
    result: Floats = np.log(clipped / (1 - clipped)).astype(np.float32)
    return result
