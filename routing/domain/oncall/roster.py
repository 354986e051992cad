"""Everybody who can be paged: who answers for a target at an instant, which policy a service follows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from routing.domain.oncall.calendar import Calendar
from routing.domain.oncall.exceptions import Exceptions
from routing.domain.oncall.people import Person
from routing.domain.oncall.policy import Policy
from routing.domain.oncall.rotation import Rotation, Shift

METROPOLIS = "astreinte"
LOOK_BACK = timedelta(days=40)  # a month's turn began this long ago at most
LOOK_AHEAD = (timedelta(days=30), timedelta(days=120), timedelta(days=400))  # until enough shifts are found


@dataclass(frozen=True, slots=True)
class Roster:
    """Everybody who can be paged, and in which order. ``services`` maps a service code to a policy id."""

    people: Mapping[str, Person] = field(default_factory=dict)
    rotations: Mapping[str, Rotation] = field(default_factory=dict)
    policies: Mapping[str, Policy] = field(default_factory=dict)
    services: Mapping[str, str] = field(default_factory=dict)
    exceptions: Exceptions = field(default_factory=Exceptions)

    @property
    def calendar(self) -> Calendar:
        """Who holds which duty, when."""
        return Calendar(self.rotations, self.exceptions)

    def person_for(self, target: str, at: datetime) -> Person | None:
        """Who answers for a target at that instant; None when the target is dead or empty."""
        kind, _, name = target.partition(":")
        if kind == "rotation":
            name = self.calendar.holder(name, at)[0] or ""
        return self.people.get(name)

    def people_for(self, targets: tuple[str, ...], at: datetime) -> tuple[Person, ...]:
        """The distinct persons behind several targets, in order."""
        found = (self.person_for(target, at) for target in targets)
        return tuple(dict.fromkeys(person for person in found if person))

    def policy_for(self, service: str) -> Policy | None:
        """The policy of a service, else the metropolis duty's, else any: somebody must be reachable."""
        for code in (service, METROPOLIS):
            policy = self.policies.get(self.services.get(code, ""))
            if policy:
                return policy
        return next(iter(self.policies.values()), None)

    def metropolis_duty(self, at: datetime) -> tuple[Person, ...]:
        """Who decides for the metropolis; when that duty is empty, everybody on call anywhere."""
        policy = self.policies.get(self.services.get(METROPOLIS, ""))
        targets = policy.levels[0].targets if policy else ()
        return self.people_for(targets, at) or self.people_for(tuple(f"rotation:{id_}" for id_ in self.rotations), at)

    def shifts_of(self, person: str, at: datetime, count: int) -> list[Shift]:
        """The shift a person holds at that instant, if any, and the next ones: ``count`` at most for each rotation."""
        found = [shift for id_ in self.rotations for shift in self._shifts_in(id_, person, at, count)]
        return sorted(found, key=lambda shift: (shift.begins, shift.rotation))

    def _shifts_in(self, rotation: str, person: str, at: datetime, count: int) -> list[Shift]:
        if person not in self.rotations[rotation].people | self.exceptions.people:
            return []
        found: list[Shift] = []
        for ahead in LOOK_AHEAD:
            held = self.calendar.holdings(rotation, at - LOOK_BACK, at + ahead)
            found = [Shift(rotation, one.begins, one.ends) for one in held if one.person == person and one.ends > at]
            if len(found) > count:  # the last one may go on beyond the horizon
                break
        return found[:count]

    def dead_targets(self) -> Iterator[tuple[str, str]]:
        """(where, what) for each reference to a person, rotation or policy that does not exist."""
        for rotation in self.rotations.values():
            if not rotation.people:
                yield f"rotations.{rotation.id}", "has no member"
            for member in sorted(rotation.people):
                if member not in self.people:
                    yield f"rotations.{rotation.id}", f"unknown person '{member}'"
        for policy in self.policies.values():
            for target in (target for level in policy.levels for target in level.targets):
                kind, _, name = target.partition(":")
                if name not in (self.rotations if kind == "rotation" else self.people):
                    yield f"policies.{policy.id}", f"dead on-call target '{target}'"
        for service, policy_id in self.services.items():
            if policy_id not in self.policies:
                yield f"services.{service}", f"unknown policy '{policy_id}'"
