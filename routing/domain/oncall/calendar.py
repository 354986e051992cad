"""Rules and exceptions put together: who holds a rotation's duty at an instant, and over any stretch of time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from routing.domain.oncall.exceptions import Exceptions
from routing.domain.oncall.rotation import Rotation


class Why(StrEnum):
    """Why somebody holds the duty."""

    TURN = "turn"
    OVERRIDE = "override"
    SWAP = "swap"
    REPLACEMENT = "replacement"
    STAY = "stay"
    GAP = "gap"  # somebody should hold it, and nobody does
    CLOSED = "closed"  # the rotation means to have nobody at that hour


@dataclass(frozen=True, slots=True)
class Holding:
    """A stretch of one rotation's duty (UTC): ``person`` is None for a gap or closed hours."""

    rotation: str
    begins: datetime
    ends: datetime
    person: str | None
    why: Why

    def overlaps(self, begins: datetime, ends: datetime) -> bool:
        """Whether it shares an instant with a stretch of time."""
        return self.begins < ends and begins < self.ends


@dataclass(frozen=True, slots=True)
class Calendar:
    """Every rotation, and what people agreed on beside the rules."""

    rotations: Mapping[str, Rotation] = field(default_factory=dict)
    exceptions: Exceptions = field(default_factory=Exceptions)

    def holder(self, rotation: str, at: datetime) -> tuple[str | None, Why]:
        """(who holds the duty, why): a stay, else an override, else the first layer whose person is not off."""
        if rotation not in self.rotations:
            return None, Why.CLOSED
        agreed = self._agreed(rotation, at)
        return agreed or self._by_rule(self.rotations[rotation], at)

    def _agreed(self, rotation: str, at: datetime) -> tuple[str, Why] | None:
        if stay := self.exceptions.stay(rotation, at):
            return stay.person, Why.STAY
        override = self.exceptions.override(rotation, at)
        person = self.exceptions.stand_in(override.person, at) if override else None
        if override is None or person is None:
            return None
        why = Why.SWAP if override.swap else Why.OVERRIDE
        return person, why if person == override.person else Why.REPLACEMENT

    def _by_rule(self, rotation: Rotation, at: datetime) -> tuple[str | None, Why]:
        for planned in rotation.holders(at):
            person = self.exceptions.stand_in(planned, at)
            if person is not None:
                return person, Why.TURN if person == planned else Why.REPLACEMENT
        return None, Why.GAP if rotation.is_open(at) else Why.CLOSED

    def holdings(self, rotation: str, begins: datetime, ends: datetime) -> Iterator[Holding]:
        """The duty between two instants without a hole, cut wherever the holder or the reason changes."""
        rules = self.rotations[rotation]
        edges = {*rules.edges(begins, ends), *self.exceptions.edges(rotation, begins, ends)}
        open_since, held = begins, self.holder(rotation, begins)
        for edge in sorted(edges):
            now = self.holder(rotation, edge)
            if now != held:
                yield Holding(rotation, open_since, edge, *held)
                open_since, held = edge, now
        if open_since < ends:
            yield Holding(rotation, open_since, ends, *held)

    def all_holdings(self, begins: datetime, ends: datetime) -> Iterator[Holding]:
        """Those of every rotation, one rotation after the other."""
        for rotation in self.rotations:
            yield from self.holdings(rotation, begins, ends)

    def gaps(self, begins: datetime, ends: datetime) -> list[Holding]:
        """Stretches in which somebody should be on duty and nobody is, in time order."""
        found = [one for one in self.all_holdings(begins, ends) if one.why is Why.GAP]
        return sorted(found, key=lambda one: (one.begins, one.rotation))

    def changes_hands(self, rotation: str, begins: datetime, ends: datetime) -> Iterator[tuple[datetime, str, str]]:
        """(instant, outgoing, incoming) for every hand-over from one person to another between two instants."""
        before: Holding | None = None
        for holding in self.holdings(rotation, begins, ends):
            if before and before.person and holding.person and before.person != holding.person:
                yield holding.begins, before.person, holding.person
            before = holding
