"""The catalogue's nouns: a procedure says who is mobilised, when and on which condition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from routing.domain.area import Area
from routing.domain.interlocutor import Interlocutor

TO_WRITE = "À ÉCRIRE"  # begins whatever a new procedure still lacks; nothing that holds it is accepted


class Severity(StrEnum):
    """How grave by default; context may raise it and never lowers it."""

    INFO = "info"
    NORMAL = "normal"
    URGENT = "urgent"
    CRITICAL = "critique"

    @property
    def rank(self) -> int:
        """0 (info) to 3 (critique), for comparisons and job priorities."""
        return list(Severity).index(self)

    def at_least(self, other: Severity) -> Severity:
        """The graver of the two."""
        return max(self, other, key=lambda severity: severity.rank)


class Level(StrEnum):
    """Who is competent."""

    COMMUNE = "commune"
    METROPOLIS = "metropole"
    PARTNER = "partenaire"


class OnCall(StrEnum):
    """Which duty a procedure engages: none, the lead service's duty manager, or the metropolis duty."""

    NONE = "none"
    DIRECTION = "direction"
    METROPOLIS = "astreinte"


class Fallback(StrEnum):
    """What to do when no procedure can be named; each has its own steps in fallbacks.yaml."""

    UNFORESEEN = "cas-imprevu"
    TO_CONFIRM = "cas-a-confirmer"
    OUT_OF_SCOPE = "cas-hors-sujet"


class Fact(StrEnum):
    """What a step's condition may ask about an incident."""

    ACKNOWLEDGED = "acknowledged"
    DANGER = "danger"
    NIGHT = "night"
    COMMUNE_POLICE = "commune-police"


# Facts that can still change after the incident was opened: their conditions are read when the step falls due.
CHANGING_FACTS: Set[Fact] = frozenset({Fact.ACKNOWLEDGED, Fact.DANGER, Fact.NIGHT})


@dataclass(frozen=True, slots=True)
class Condition:
    """All of ``needs`` must hold and none of ``refuses``."""

    needs: frozenset[Fact] = frozenset()
    refuses: frozenset[Fact] = frozenset()

    def holds(self, facts: Set[Fact]) -> bool:
        """Whether the step applies, given the facts that are true now."""
        return self.needs <= facts and not self.refuses & facts

    def excluded_by_what_never_changes(self, facts: Set[Fact]) -> bool:
        """True when no later event can make the condition hold (a commune does not get a police force in an hour)."""
        return bool((self.needs - CHANGING_FACTS) - facts or (self.refuses - CHANGING_FACTS) & facts)


@dataclass(frozen=True, slots=True)
class Step:
    """One service mobilised ``after`` the opening, with its checklist (2 to 6 lines of French)."""

    service: str
    after: timedelta
    checklist: tuple[str, ...]
    condition: Condition = Condition()
    tell: str | None = None
    copy: bool = False  # for information only: no acknowledgement expected, sent even once resolved


@dataclass(frozen=True, slots=True)
class Procedure:
    """A formalised answer to one situation."""

    id: str
    title: str
    family: str
    lead: str
    level: Level
    severity: Severity
    on_call: OnCall
    emergency_first: bool
    label: str
    cue: str
    steps: tuple[Step, ...]
    neighbours: tuple[str, ...] = ()
    advice: str | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """A department or partner that can be mobilised."""

    code: str
    name: str
    level: Level
    post: str | None
    description: str


@dataclass(frozen=True, slots=True)
class Commune:
    """One of the metropolis's communes; coordinates are the centroid in WGS 84 degrees.

    ``former``: INSEE codes of communes that became part of it.
    """

    insee: str
    name: str
    postal: str
    lat: float
    lon: float
    population: int
    police: bool
    former: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyFamily:
    """What one key of a telephone stands for: words that are read aloud, and the procedures of the keys that follow."""

    words: str
    procedures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything formalised beforehand, keyed by id, code or name."""

    procedures: Mapping[str, Procedure]
    services: Mapping[str, Service]
    communes: Mapping[str, Commune]
    paging: Mapping[tuple[Severity, OnCall], timedelta | None]
    fallbacks: Mapping[Fallback, Procedure]
    interlocutors: Sequence[Interlocutor] = ()
    area: Area | None = None
    holds: Mapping[Severity, timedelta | None] = field(default_factory=dict)
    keypad: Sequence[KeyFamily] = ()

    def procedure(self, procedure_id: str | None) -> Procedure | None:
        """The procedure of that id, None for None or an id that left the catalogue."""
        return self.procedures.get(procedure_id) if procedure_id else None
