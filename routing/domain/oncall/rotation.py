"""A rotation: layers of turns and fixed shifts, the first that has somebody holds the duty."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from routing.domain.oncall.hours import Window
from routing.domain.oncall.turns import Turns


@dataclass(frozen=True, slots=True)
class Shift:
    """One person's turn of a rotation, from ``begins`` to ``ends`` (UTC)."""

    rotation: str
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class FixedShift:
    """A shift somebody wrote down: no rule gives it (an imported calendar)."""

    person: str
    begins: datetime
    ends: datetime


@dataclass(frozen=True)
class FixedShifts:
    """Shifts in time order that do not overlap."""

    shifts: tuple[FixedShift, ...]

    def holder(self, at: datetime) -> str | None:
        """Who holds the duty at an instant."""
        number = bisect_right(self._begins, at) - 1
        held = number >= 0 and at < self.shifts[number].ends
        return self.shifts[number].person if held else None

    def has_begun(self, at: datetime) -> bool:
        """Whether the first shift has begun."""
        return bool(self.shifts) and self.shifts[0].begins <= at

    def edges(self, begins: datetime, ends: datetime) -> Iterator[datetime]:
        """Every instant between two instants at which the holder may change."""
        for shift in self.shifts:
            yield from (edge for edge in (shift.begins, shift.ends) if begins < edge < ends)

    @property
    def people(self) -> frozenset[str]:
        """Everybody who has a shift."""
        return frozenset(shift.person for shift in self.shifts)

    @cached_property
    def _begins(self) -> list[datetime]:
        return [shift.begins for shift in self.shifts]


@dataclass(frozen=True, slots=True)
class Layer:
    """A rule that says who holds the duty, ``only`` in these windows (always when there is none)."""

    rule: Turns | FixedShifts
    zone: ZoneInfo
    only: tuple[Window, ...] = ()

    def holder(self, at: datetime) -> str | None:
        """Who holds the duty by this layer."""
        return self.rule.holder(at) if self._within(at) else None

    def is_open(self, at: datetime) -> bool:
        """Whether the layer means to have somebody at that hour."""
        return self.rule.has_begun(at) and self._within(at)

    def _within(self, at: datetime) -> bool:
        return not self.only or any(window.covers(at, self.zone) for window in self.only)

    def edges(self, begins: datetime, ends: datetime) -> Iterator[datetime]:
        """Every instant between two instants at which the holder may change."""
        yield from self.rule.edges(begins, ends)
        for window in self.only:
            yield from window.edges(begins, ends, self.zone)


@dataclass(frozen=True, slots=True)
class Rotation:
    """``layers`` from the highest priority to the lowest."""

    id: str
    layers: tuple[Layer, ...]

    def holders(self, at: datetime) -> Iterator[str]:
        """Who would hold the duty, the highest layer first."""
        return (person for layer in self.layers if (person := layer.holder(at)) is not None)

    def is_open(self, at: datetime) -> bool:
        """Whether the rotation means to have somebody at that hour: nobody then is a gap."""
        return any(layer.is_open(at) for layer in self.layers)

    def edges(self, begins: datetime, ends: datetime) -> set[datetime]:
        """Every instant between two instants at which the holder may change."""
        return {edge for layer in self.layers for edge in layer.edges(begins, ends)}

    @property
    def people(self) -> frozenset[str]:
        """Everybody whom a rule of this rotation names."""
        return frozenset(person for layer in self.layers for person in layer.rule.people)
