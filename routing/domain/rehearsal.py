"""What a roster and its policies would have done with a history of incidents: the real decisions, on another clock."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from routing.domain.escalation import Standing, decide
from routing.domain.oncall.calendar import Why
from routing.domain.oncall.people import Person
from routing.domain.oncall.policy import Policy
from routing.domain.oncall.roster import Roster
from routing.domain.oncall.wall_clock import shown

ASLEEP_FROM, ASLEEP_UNTIL = 22, 7  # hours on the wall clock
FASTEST, SLOWEST = 20, 120  # seconds from a call to its answer
MOST_MOVES = 60  # an incident that nobody ever answers is left after so many decisions


@dataclass(frozen=True, slots=True)
class Happening:
    """One incident: its duty is called ``delay`` after ``at`` unless somebody has taken it by then (``taken_at``)."""

    at: datetime
    service: str
    delay: timedelta
    what: str
    taken_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Called:
    """One call of the rehearsal. ``because`` is the target of the policy, ``why`` how the person came to hold it."""

    at: datetime
    person: str
    level: int
    round: int
    because: str
    why: Why
    woken: bool
    answered: bool
    happening: Happening


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """``answering`` is the share of calls that somebody answers; the same ``seed`` gives the same answers."""

    roster: Roster
    zone: ZoneInfo
    answering: float = 0.8
    seed: int = 1

    def play(self, history: Iterable[Happening]) -> Iterator[Called]:
        """Every call that would have been made, incident by incident."""
        chance = random.Random(self.seed)
        for happening in history:
            yield from self._one(happening, chance)

    def _one(self, happening: Happening, chance: random.Random) -> Iterator[Called]:
        policy = self.roster.policy_for(happening.service)
        standing, now = Standing(happening.at + happening.delay), happening.at + happening.delay
        taken_at = happening.taken_at
        for _ in range(MOST_MOVES):
            if taken_at is not None and taken_at <= now:
                return
            move = decide(policy, standing, self.roster, now)
            for person in move.people:
                answer = self._answer(now, chance)
                yield self._called(now, person, policy, move.level, move.round, answer is not None, happening)
                taken_at = min(filter(None, (answer, taken_at)), default=None)
            standing, now = move.next, move.next_at

    def _answer(self, now: datetime, chance: random.Random) -> datetime | None:
        seconds = chance.randint(FASTEST, SLOWEST)
        return now + timedelta(seconds=seconds) if chance.random() < self.answering else None

    def _called(
        self,
        now: datetime,
        person: Person,
        policy: Policy | None,
        level: int,
        round_: int,
        answered: bool,
        happening: Happening,
    ) -> Called:
        hour = shown(now, self.zone).hour
        because, why = self._reason(person, policy, level, now)
        woken = hour >= ASLEEP_FROM or hour < ASLEEP_UNTIL
        return Called(now, person.id, level + 1, round_, because, why, woken, answered, happening)

    def _reason(self, person: Person, policy: Policy | None, level: int, now: datetime) -> tuple[str, Why]:
        """(target, why the person stands behind it); the metropolis duty when no target of the level is theirs."""
        targets = policy.levels[level].targets if policy and level < len(policy.levels) else ()
        target = next((one for one in targets if self.roster.person_for(one, now) == person), "")
        kind, _, name = target.partition(":")
        why = self.roster.calendar.holder(name, now)[1] if kind == "rotation" else Why.TURN
        return target or "metropolis duty", why
