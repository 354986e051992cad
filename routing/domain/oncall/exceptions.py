"""What people agreed on beside the rules: overrides, replacements, time off, and duty held until it is handed over."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar


class Span(Protocol):
    """Something that lasts from ``begins`` to ``ends`` (UTC)."""

    @property
    def begins(self) -> datetime: ...
    @property
    def ends(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Override:
    """One rotation's duty is this person's, whatever the rules say. ``swap``: by an exchange between two people."""

    rotation: str
    person: str
    begins: datetime
    ends: datetime
    swap: bool = False


@dataclass(frozen=True, slots=True)
class Stay:
    """The outgoing person keeps the duty: what they hand over was not accepted yet."""

    rotation: str
    person: str
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Replacement:
    """Whatever duty ``person`` would have is the substitute's."""

    person: str
    substitute: str
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class TimeOff:
    """The person takes no duty."""

    person: str
    begins: datetime
    ends: datetime


Kind = TypeVar("Kind", bound=Span)


def _by(rows: Iterable[Kind], attribute: str) -> dict[str, list[Kind]]:
    """Rows in time order, by rotation or person."""
    found: dict[str, list[Kind]] = {}
    for row in sorted(rows, key=lambda row: row.begins):
        found.setdefault(getattr(row, attribute), []).append(row)
    return found


def _covering(rows: Sequence[Kind], at: datetime) -> Kind | None:
    """The one that lasts at an instant; rows are in time order and do not overlap."""
    number = bisect_right(rows, at, key=lambda row: row.begins) - 1
    return rows[number] if number >= 0 and at < rows[number].ends else None


@dataclass(frozen=True, slots=True)
class Exceptions:
    """All of them, in time order by rotation or by person."""

    overrides: Mapping[str, Sequence[Override]] = field(default_factory=dict)
    stays: Mapping[str, Sequence[Stay]] = field(default_factory=dict)
    replacements: Mapping[str, Sequence[Replacement]] = field(default_factory=dict)
    time_off: Mapping[str, Sequence[TimeOff]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        overrides: Iterable[Override] = (),
        stays: Iterable[Stay] = (),
        replacements: Iterable[Replacement] = (),
        time_off: Iterable[TimeOff] = (),
    ) -> Exceptions:
        """From rows in any order."""
        return cls(
            _by(overrides, "rotation"),
            _by(stays, "rotation"),
            _by(replacements, "person"),
            _by(time_off, "person"),
        )

    def override(self, rotation: str, at: datetime) -> Override | None:
        """The override of a rotation at an instant."""
        return _covering(self.overrides.get(rotation, ()), at)

    def stay(self, rotation: str, at: datetime) -> Stay | None:
        """Who stays on duty because nobody accepted the hand-over."""
        return _covering(self.stays.get(rotation, ()), at)

    def stand_in(self, person: str, at: datetime) -> str | None:
        """Who does this person's duty at an instant: themselves, a substitute, nobody when they are off."""
        seen = {person}
        while replacement := _covering(self.replacements.get(person, ()), at):
            person = replacement.substitute
            if person in seen:
                break
            seen.add(person)
        return None if self.is_off(person, at) else person

    def is_off(self, person: str, at: datetime) -> bool:
        """Whether the person takes no duty at an instant."""
        return _covering(self.time_off.get(person, ()), at) is not None

    @property
    def people(self) -> frozenset[str]:
        """Everybody who takes a duty that no rule gives them."""
        overrides = {row.person for rows in self.overrides.values() for row in rows}
        stays = {row.person for rows in self.stays.values() for row in rows}
        return frozenset(overrides | stays | {row.substitute for rows in self.replacements.values() for row in rows})

    def edges(self, rotation: str, begins: datetime, ends: datetime) -> Iterator[datetime]:
        """Every instant between two instants at which an exception of the rotation, or of anybody, begins or ends."""
        rows: list[Sequence[Span]] = [self.overrides.get(rotation, ()), self.stays.get(rotation, ())]
        rows += [*self.replacements.values(), *self.time_off.values()]
        for row in (row for several in rows for row in several):
            yield from (edge for edge in (row.begins, row.ends) if begins < edge < ends)
