"""What was understood of a citizen's words: meaning only, nothing decided about what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Decision(StrEnum):
    """What the scores allow: route alone, ask the citizen, or admit that nothing foreseen fits."""

    ROUTE = "route"
    ASK = "ask"
    UNFORESEEN = "unforeseen"
    OUT_OF_SCOPE = "out-of-scope"


class Channel(StrEnum):
    """The door a citizen came in by."""

    VOICE = "voice"
    SMS = "sms"
    WHATSAPP = "whatsapp"
    TELEGRAM = "telegram"
    WEB = "web"
    API = "api"


DOUBT = "oreille"  # the rule of a danger that only the learned ear hears


@dataclass(frozen=True, slots=True)
class Danger:
    """Danger was heard: ``rule`` is the rule's stable id, ``reason`` is French for people, ``heard`` the words."""

    rule: str
    reason: str
    heard: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A procedure id and its calibrated probability (0..1)."""

    procedure: str
    probability: float


@dataclass(frozen=True, slots=True)
class Understanding:
    """Result of reading one message.

    ``ranking`` holds at most five candidates, best first; ``confidence`` is the probability of the first one.
    ``procedure`` is the first candidate unless the decision says that nothing foreseen fits.
    ``weighed`` are the words that counted most for the first candidate, heaviest first. ``also`` is a second matter of
    the same message, which the first one's meaning leaves out.
    ``vague`` tells that nothing foreseen fits because no matter was told yet: who wrote it may be asked for it.
    ``communes`` are those that may be meant when the place does not say which; ``elsewhere`` is a commune outside the
    territory; ``point`` is (latitude, longitude) in degrees of the very spot, where it is known.
    """

    decision: Decision
    confidence: float = 0.0
    ranking: tuple[Candidate, ...] = ()
    danger: Danger | None = None
    language: str = "fr"
    commune: str | None = None
    place: str | None = None
    communes: tuple[str, ...] = ()
    elsewhere: str | None = None
    point: tuple[float, float] | None = None
    model: str = ""
    weighed: tuple[str, ...] = ()
    also: Matter | None = None
    vague: bool = False

    @property
    def procedure(self) -> str | None:
        """The procedure meant, or None when the decision admits that none fits."""
        if self.decision in (Decision.UNFORESEEN, Decision.OUT_OF_SCOPE) or not self.ranking:
            return None
        return self.ranking[0].procedure


@dataclass(frozen=True, slots=True)
class Matter:
    """Part of a message that is about something else: its words and their meaning."""

    text: str
    meaning: Understanding
