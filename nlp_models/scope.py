"""Is this message something the procedures foresee, a city matter nobody foresaw, or none of the city's business?

Two witnesses are always added: how sure the procedure classifier is, and a head that compares the message with generic
outliers. Alone, the first is blind to fluent chatter and the second to what merely sounds municipal.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from nlp_models.softmax import softmax
from nlp_models.vocabulary import Floats

SCOPES = ("foreseen", "near", "far", "vague")
NEAR, FAR, VAGUE = 1, 2, 3  # of outliers
_SMALL = 1e-6
_LEAST = 1e-300
_SURENESS = 0.5  # weight of the classifier's own confidence; measured best on messages of authors outside the training
_MAY_BE = 1 / 3  # of the likeliest other outlier: asking somebody who only chats costs less than turning a citizen away


class Strangeness(NamedTuple):
    """Log-odds that no procedure foresees a message, and that it is none of the city's business.

    ``vague`` tells which outliers it is like: those that do not say their matter yet.
    """

    unforeseen: float
    outside: float
    vague: bool = False


def unforeseen_score(confidence: Floats, scope: Floats) -> Floats:
    """Log-odds that no procedure foresees the message. ``scope`` is rows × ``SCOPES``, raw scores."""
    result: Floats = np.logaddexp.reduce(scope[:, 1:], axis=1) - scope[:, 0] - _SURENESS * _log_odds(confidence)
    return result


def outside_score(confidence: Floats, scope: Floats) -> Floats:
    """Log-odds that the message is none of the city's business."""
    result: Floats = _log_odds(softmax(scope)[:, FAR]) - _SURENESS * _log_odds(confidence)
    return result


def strangeness(confidence: float, scope: Sequence[float]) -> Strangeness:
    """The same of a single message; arrays of one would take ten times as long."""
    top = max(scope)
    foreseen, near, far, vague = (math.exp(score - top) for score in scope)
    sure = _SURENESS * _log_odds_of(confidence)
    outside = near + far + vague
    unforeseen = math.log(max(outside, _LEAST)) + top - scope[0] - sure
    return Strangeness(unforeseen, _log_odds_of(far / (foreseen + outside)) - sure, vague >= _MAY_BE * max(near, far))


def _log_odds_of(chance: float) -> float:
    clipped = min(max(chance, _SMALL), 1 - _SMALL)
    return math.log(clipped / (1 - clipped))


def _log_odds(chance: Floats) -> Floats:
    clipped = np.clip(chance.astype(np.float64), _SMALL, 1 - _SMALL)
    result: Floats = np.log(clipped / (1 - clipped)).astype(np.float32)
    return result
