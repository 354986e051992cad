"""The decision at an escalation's deadline: pure, so that a driven clock can try every case."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from routing.domain.oncall import Person, Policy, Roster

ROUND_PAUSE = timedelta(minutes=5)  # between the last level of a round and the first of the next
RETRY_EMPTY = timedelta(minutes=1)  # when nobody at all is on call
UNTAKEN = "personne n'a pris l'incident"
EXHAUSTED = "personne d'autre à appeler avant le prochain tour : appelez le chef de salle"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an escalation is: ``level`` is the next to page (0-based) of ``round`` (1-based)."""

    started_at: datetime
    level: int = 0
    round: int = 1


@dataclass(frozen=True, slots=True)
class Move:
    """What to do now: page ``people`` for ``level``, raise the ``alarm``, and wake again at ``next_at``.

    Nobody and no alarm: the first level of the round is not due yet. The people are called ``apart`` from one another;
    ``policy`` is the one followed, ``empty`` the targets that were skipped because nobody is behind them.
    """

    people: tuple[Person, ...]
    level: int
    round: int
    alarm: str | None
    next: Standing
    next_at: datetime
    apart: timedelta = timedelta()
    policy: str | None = None
    empty: tuple[str, ...] = ()


def last_resort(
    policy: Policy | None, standing: Standing, roster: Roster, now: datetime, called: Collection[str]
) -> Move | None:
    """Everybody of a round is known not to come, and the next has not begun: the metropolis duty is paged meanwhile.

    None when it was ``called`` (ids) already: only the room can help then.
    """
    people = tuple(person for person in roster.metropolis_duty(now) if person.id not in called)
    if not people:
        return None
    again = Standing(now + ROUND_PAUSE, 0, standing.round)
    level = len(policy.levels) if policy else 0
    move = Move(people, level, standing.round - 1, UNTAKEN, again, again.started_at)
    return replace(move, policy=policy.id if policy else None)


def decide(policy: Policy | None, standing: Standing, roster: Roster, now: datetime) -> Move:
    """The next move of an unacknowledged incident's escalation.

    An empty level is skipped at once. From the second round on, the metropolis duty is paged beside each first level
    and the room sees an alarm. There is always a next deadline: only a person ends an escalation.
    """
    levels = policy.levels if policy else ()
    begins = standing.started_at + (levels[0].after if levels else timedelta())
    if standing.level == 0 and now < begins:
        return Move((), 0, standing.round, None, standing, begins)
    empty: list[str] = []
    for index in range(standing.level, len(levels)):
        people = roster.people_for(levels[index].targets, now)
        if standing.round > 1 and index == standing.level == 0:
            people = tuple(dict.fromkeys((*people, *roster.metropolis_duty(now))))
        if people:
            move = _after(policy, standing, index, people, now)
            return replace(move, apart=levels[index].apart, policy=policy.id if policy else None, empty=tuple(empty))
        empty += levels[index].targets
    people = roster.metropolis_duty(now)
    alarm = UNTAKEN if people else "personne n'est d'astreinte : appelez le chef de salle"
    again = Standing(started_at=now + (ROUND_PAUSE if people else RETRY_EMPTY), level=0, round=standing.round + 1)
    last = Move(people, len(levels), standing.round, alarm, again, again.started_at)
    return replace(last, policy=policy.id if policy else None, empty=tuple(empty))


def _after(policy: Policy | None, standing: Standing, index: int, people: tuple[Person, ...], now: datetime) -> Move:
    assert policy is not None
    alarm = "toujours sans réponse, nouveau tour" if standing.round > 1 and standing.level == 0 else None
    if index + 1 < len(policy.levels):
        pause = policy.levels[index + 1].after - policy.levels[index].after
        following = Standing(standing.started_at, index + 1, standing.round)
        return Move(people, index, standing.round, alarm, following, now + pause)
    if policy.repeat:
        again = Standing(now + ROUND_PAUSE, 0, standing.round + 1)
        return Move(people, index, standing.round, alarm, again, again.started_at)
    # A policy that does not repeat still ends on the metropolis duty: silence is not an answer.
    last = Standing(standing.started_at, index + 1, standing.round)
    return Move(people, index, standing.round, alarm, last, now + ROUND_PAUSE)
