"""What the scores of one message allow. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from nlp_models.trust import Bands
from routing.domain.understanding import Decision

# Whatever the bands say, they were measured on messages that may be easier than today's: nothing that is as likely
# wrong as right goes without a question.
_LEAST_SURE = 0.5
_THRICE = 1.1  # log-odds


@dataclass(frozen=True, slots=True)
class Evidence:
    """``confidence`` is the first candidate's probability, ``among_three`` that it is one of those asked about.

    ``unforeseen`` and ``outside`` are log-odds.
    """

    confidence: float
    unforeseen: float
    outside: float
    danger: bool
    foreign: bool
    placed: bool = False  # a street, landmark or commune of the territory was named
    vague: bool = False  # no matter is told yet
    brief: bool = False  # in two or three words
    among_three: float = 0.0


def least_sure(bands: Bands) -> float:
    """Return the probability below which nothing is routed."""
    return max(bands.route_at, _LEAST_SURE)


def decide(evidence: Evidence, bands: Bands) -> Decision:
    """Return the boldest decision allowed. Danger and foreign words only ever bring a person closer."""
    sure = evidence.confidence >= least_sure(bands)
    if evidence.confidence <= 0.0:
        return Decision.UNFORESEEN if evidence.danger else Decision.ASK
    if evidence.foreign:
        return Decision.ASK
    # Who names one of our streets speaks of the city, whatever the words; so may who has not told their matter yet.
    strange = evidence.outside > bands.outside_above and not (evidence.placed or evidence.vague)
    if strange or evidence.unforeseen > bands.unforeseen_above:
        # Somebody is paged for what nobody foresaw: when one procedure would be sure enough, a question comes first,
        # unless the message is more likely outside the procedures than not. In two or three words there is little to
        # tell it by, so whoever names a matter in them ("rats") is asked, were it three times as likely none of ours.
        named = evidence.brief and evidence.among_three >= _LEAST_SURE and evidence.outside <= _THRICE
        if named or (sure and evidence.unforeseen <= 0 >= evidence.outside):
            return Decision.ASK
        return Decision.OUT_OF_SCOPE if strange and not evidence.danger else Decision.UNFORESEEN
    doubtful = doubts(evidence, bands) or (evidence.outside > bands.outside_doubt and not evidence.placed)
    return Decision.ROUTE if sure and not doubtful else Decision.ASK


def doubts(evidence: Evidence, bands: Bands) -> bool:
    """Whether it is in doubt that a procedure foresees the message."""
    return evidence.unforeseen > bands.unforeseen_doubt
