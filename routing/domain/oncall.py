"""Who is on call: rotations thought in wall-clock time, policies by level."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

LENGTHS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}


def zone_named(name: str) -> ZoneInfo:
    """The time zone of that name. Raises ValueError for a name that the system's tables do not hold."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"unknown time zone '{name}', e.g. Europe/Paris") from error


@dataclass(frozen=True, slots=True)
class ContactStep:
    """Reach the person ``by`` a channel, ``after`` the page began."""

    by: str
    after: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who takes duty. Telephone numbers are E.164."""

    id: str
    name: str
    phone: str | None = None
    slack: str | None = None
    telegram: int | None = None
    plan: tuple[ContactStep, ...] = ()


@dataclass(frozen=True, slots=True)
class Shift:
    """One person's turn of a rotation, from ``begins`` to ``ends`` (UTC)."""

    rotation: str
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Rotation:
    """Members take turns; hand-offs happen at a wall-clock time of ``zone``, whatever the season."""

    id: str
    zone: ZoneInfo
    every: str  # hour | day | week
    at: time
    weekday: int | None  # 0 is Monday; weekly rotations only
    start: date
    members: tuple[str, ...]

    def first_handoff(self) -> datetime:
        """The wall-clock instant (naive, local) when the first member's first shift begins."""
        day = self.start
        if self.every == "week" and self.weekday is not None:
            day += timedelta(days=(self.weekday - day.weekday()) % 7)
        return datetime.combine(day, self.at)

    def turn(self, at: datetime) -> int | None:
        """How many hand-offs have passed at that instant (0 for the first shift); None before the rotation begins."""
        local = at.astimezone(self.zone).replace(tzinfo=None)
        if local.date() < self.start:
            return None
        # Before the first weekly hand-off of the starting week, the first member already holds the duty.
        turn = max(0, (local - self.first_handoff()) // LENGTHS[self.every])
        # In the hour lived twice, a hand-off that happened the first time is not undone the second time.
        return turn + (self.handoff(turn + 1) <= at)

    def handoff(self, turn: int) -> datetime:
        """The instant (UTC) at which a turn's shift begins."""
        local = self.first_handoff() + turn * LENGTHS[self.every]
        return local.replace(tzinfo=self.zone).astimezone(UTC)

    def shifts_of(self, person: str, at: datetime, count: int) -> list[Shift]:
        """The shift ``person`` holds at that instant, if any, and the following ones: ``count`` of them at most."""
        first = max(self.turn(at) or 0, 0)
        turns = range(first, first + count * len(self.members))
        mine = [turn for turn in turns if self.members[turn % len(self.members)] == person]
        return [Shift(self.id, self.handoff(turn), self.handoff(turn + 1)) for turn in mine[:count]]

    def member_at(self, at: datetime) -> str | None:
        """The id of the person on duty, None when nobody is."""
        turn = self.turn(at)
        return None if turn is None or not self.members else self.members[turn % len(self.members)]


@dataclass(frozen=True, slots=True)
class PolicyLevel:
    """``targets`` (``rotation:id`` or ``person:id``) are paged ``after`` the first page of the round."""

    after: timedelta
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """Levels in time order; ``repeat`` begins again after the last."""

    id: str
    levels: tuple[PolicyLevel, ...]
    repeat: bool = True


@dataclass(frozen=True, slots=True)
class Roster:
    """Everybody who can be paged, and in which order. ``services`` maps a service code to a policy id."""

    people: Mapping[str, Person] = field(default_factory=dict)
    rotations: Mapping[str, Rotation] = field(default_factory=dict)
    policies: Mapping[str, Policy] = field(default_factory=dict)
    services: Mapping[str, str] = field(default_factory=dict)

    def person_for(self, target: str, at: datetime) -> Person | None:
        """Who answers for a target at that instant; None when the target is dead or empty."""
        kind, _, name = target.partition(":")
        if kind == "rotation":
            rotation = self.rotations.get(name)
            name = (rotation.member_at(at) or "") if rotation else ""
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

    def dead_targets(self) -> Iterator[tuple[str, str]]:
        """(where, what) for each reference to a person, rotation or policy that does not exist."""
        for rotation in self.rotations.values():
            if not rotation.members:
                yield f"rotations.{rotation.id}", "has no member"
            for member in rotation.members:
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


METROPOLIS = "astreinte"
