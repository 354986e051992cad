"""How far the scores may be trusted, channel by channel: honest probabilities, and where decisions change.

Everything here is fitted on scores of messages the model never saw.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp_models.calibration import Calibration, figures, fit_calibration, threshold_at_precision
from nlp_models.scope import SCOPES, outside_score, unforeseen_score
from nlp_models.vocabulary import Floats, Integers
from routing.domain.understanding import Channel

# Channels that sound alike share their bands: a transcript carries the recogniser's mistakes, a text its spelling.
KINDS = {
    Channel.VOICE: "spoken",
    Channel.SMS: "short",
    Channel.WHATSAPP: "short",
    Channel.TELEGRAM: "short",
    Channel.WEB: "written",
    Channel.API: "written",
}
ANY = "any"
_FEWEST = 100  # labelled messages of a kind before it gets bands of its own


@dataclass(frozen=True, slots=True)
class Bands:
    """Where decisions change. ``route_at`` is a probability; the others are log-odds, see ``scope.py``.

    Above the ``…_above`` a message is set aside; above the ``…_doubt`` nothing is routed without a question.
    """

    route_at: float = 1.01
    unforeseen_above: float = 1e9
    outside_above: float = 1e9
    unforeseen_doubt: float = 1e9
    outside_doubt: float = 1e9

    def told_apart(self, unforeseen: Floats, outside: Floats) -> NDArray[np.bool_]:
        """Which messages are foreseen beyond doubt, by their scores."""
        return (unforeseen <= self.unforeseen_doubt) & (outside <= self.outside_doubt)


@dataclass(frozen=True, slots=True)
class BandSettings:
    """What the bands aim at: the share right among those routed, and the shares of the foreseen given up or doubted.

    Among messages in few or odd words more must be right than is promised: those of the next author will be odder.
    """

    route_precision: float = 0.95
    hard_precision: float = 0.97
    unforeseen_share: float = 0.02
    outside_share: float = 0.007
    unforeseen_doubts: float = 0.06
    outside_doubts: float = 0.02


@dataclass(frozen=True, slots=True)
class Trust:
    """Calibration and bands by kind of channel; ``any`` always stands. ``figures`` tell how good they were found."""

    calibrations: Mapping[str, Calibration] = field(default_factory=lambda: {ANY: Calibration()})
    bands: Mapping[str, Bands] = field(default_factory=lambda: {ANY: Bands()})
    figures: Mapping[str, float] = field(default_factory=dict)

    def of(self, channel: Channel) -> tuple[Calibration, Bands]:
        """Return what holds for a channel."""
        kind = KINDS.get(channel, ANY)
        kind = kind if kind in self.calibrations else ANY
        return self.calibrations[kind], self.bands[kind]

    def as_dict(self) -> dict[str, Any]:
        """The same as plain JSON values."""
        return {
            "calibrations": {kind: asdict(one) for kind, one in self.calibrations.items()},
            "bands": {kind: asdict(one) for kind, one in self.bands.items()},
            "figures": dict(self.figures),
        }


def trust_from(data: Mapping[str, Any]) -> Trust:
    """Rebuild what ``as_dict`` gave."""
    return Trust(
        {kind: Calibration(**one) for kind, one in data["calibrations"].items()},
        {kind: Bands(**one) for kind, one in data["bands"].items()},
        data["figures"],
    )


@dataclass(frozen=True, slots=True)
class Unseen:
    """Scores of messages by a model that never saw them.

    ``classes`` (messages × labels) and ``scope`` (messages × ``SCOPES``) are raw scores; ``expected`` is the right
    class or -1; ``scopes`` numbers each message's scope; ``kinds`` names its kind of channel; ``hard`` says which
    are in few or odd words (none of them, when left out).
    """

    classes: Floats
    scope: Floats
    expected: Integers
    scopes: Integers
    kinds: Sequence[str]
    hard: NDArray[np.bool_] | None = None

    def only(self, chosen: NDArray[np.bool_]) -> Unseen:
        """The chosen messages."""
        kinds = [kind for kind, kept in zip(self.kinds, chosen, strict=True) if kept]
        hard = None if self.hard is None else self.hard[chosen]
        return Unseen(self.classes[chosen], self.scope[chosen], self.expected[chosen], self.scopes[chosen], kinds, hard)


def fit_trust(unseen: Unseen, settings: BandSettings) -> Trust:
    """Return calibration and bands over all messages, and apart for each kind that has enough of them.

    The hard messages are too few for each kind: what they ask for holds for all.
    """
    kinds = np.array(unseen.kinds, dtype=object)
    groups = {ANY: np.ones(len(kinds), dtype=bool)}
    for kind in sorted(set(unseen.kinds) - {ANY}):
        if (unseen.expected[kinds == kind] >= 0).sum() >= _FEWEST:
            groups[kind] = kinds == kind
    fitted = {kind: _fit(unseen.only(chosen), settings) for kind, chosen in groups.items()}
    trust = Trust(
        {kind: one[0] for kind, one in fitted.items()},
        {kind: one[1] for kind, one in fitted.items()},
        fitted[ANY][2],
    )
    least = _hard_threshold(unseen, trust, settings.hard_precision)
    bands = {kind: replace(one, route_at=max(one.route_at, least)) for kind, one in trust.bands.items()}
    return replace(trust, bands=bands)


def _hard_threshold(unseen: Unseen, trust: Trust, precision: float) -> float:
    """The confidence from which enough of the hard messages of all kinds are right; 0 without such messages."""
    if unseen.hard is None or (unseen.expected[unseen.hard] >= 0).sum() < _FEWEST:
        return 0.0
    sure, right = [], []
    for kind in sorted(set(unseen.kinds)):
        part = unseen.only(unseen.hard & (np.array(unseen.kinds, dtype=object) == kind))
        known = kind if kind in trust.calibrations else ANY
        probabilities = trust.calibrations[known].probabilities(part.classes)
        confidence, bands = probabilities.max(axis=1), trust.bands[known]
        left = bands.told_apart(unforeseen_score(confidence, part.scope), outside_score(confidence, part.scope))
        sure.append(confidence[left])
        right.append((probabilities.argmax(axis=1) == part.expected)[left])
    return threshold_at_precision(np.concatenate(sure), np.concatenate(right), precision)


def _fit(unseen: Unseen, settings: BandSettings) -> tuple[Calibration, Bands, dict[str, float]]:
    inside = unseen.expected >= 0
    calibration = fit_calibration(unseen.classes[inside], unseen.expected[inside])
    probabilities = calibration.probabilities(unseen.classes)
    measured = figures(probabilities[inside], unseen.expected[inside], settings.route_precision)
    confidence = probabilities.max(axis=1)
    unforeseen, outside = unforeseen_score(confidence, unseen.scope), outside_score(confidence, unseen.scope)
    strange = _upper(unforeseen[inside], settings.unforeseen_share)
    foreign = _upper(outside[inside], settings.outside_share)
    bands = Bands(
        unforeseen_above=strange,
        outside_above=foreign,
        unforeseen_doubt=_upper(unforeseen[inside], settings.unforeseen_doubts),
        outside_doubt=_upper(outside[inside], settings.outside_doubts),
    )
    # What nobody foresaw and yet passes for foreseen is routed wrongly too, and counts against the precision.
    left = bands.told_apart(unforeseen, outside)
    right = probabilities.argmax(axis=1) == unseen.expected
    route_at = threshold_at_precision(confidence[left], right[left], settings.route_precision)
    bands = replace(bands, route_at=route_at)
    found = _scope_figures(unseen.scopes, (unforeseen > strange) | (outside > foreign), outside > foreign)
    return calibration, bands, {**measured.as_dict, **found}


def _upper(scores: Floats, share: float) -> float:
    """The score that only this share of foreseen messages exceeds."""
    return float(np.quantile(scores, 1 - share))


def _scope_figures(scopes: Integers, set_aside: NDArray[np.bool_], outside: NDArray[np.bool_]) -> dict[str, float]:
    """Shares of near and far outliers caught, and of foreseen messages lost."""
    flagged = {"set_aside": set_aside, "outside": outside}
    return {
        f"{name}_{scope}": round(float(flags[scopes == number].mean()), 4)
        for name, flags in flagged.items()
        for number, scope in enumerate(SCOPES)
        if (scopes == number).any()
    }
