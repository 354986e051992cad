"""What is wrong in the calendar of the weeks ahead, early enough to be mended."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from routing.domain.oncall.calendar import Holding, Why
from routing.domain.oncall.fairness import short_rests
from routing.domain.oncall.roster import Roster

AHEAD = timedelta(days=14)  # at least seven days are promised


class Trouble(StrEnum):
    """A kind of thing to mend."""

    GAP = "gap"
    UNREACHABLE = "unreachable"
    SILENT = "silent"
    REST = "rest"


@dataclass(frozen=True, slots=True)
class Concern:
    """Something to mend between two instants (UTC).

    ``rotation`` is empty for a rest and for whom a policy names, ``person`` for a gap.
    """

    trouble: Trouble
    rotation: str
    person: str
    begins: datetime
    ends: datetime


def outlook(roster: Roster, at: datetime, channels: Collection[str], silent: Collection[str] = ()) -> list[Concern]:
    """What is to be mended, soonest first: gaps, rests that are too short, people on duty who will not come.

    That is whom nothing reaches (``channels`` are served), and the ``silent`` (ids), who do not answer. A running
    stretch is shown from ``at`` on.
    """
    holdings = list(roster.calendar.all_holdings(at, at + AHEAD))
    gaps = [Concern(Trouble.GAP, one.rotation, "", one.begins, one.ends) for one in holdings if one.why is Why.GAP]
    rests = [Concern(Trouble.REST, "", person, ended, begun) for person, ended, begun in short_rests(holdings)]
    found = [*gaps, *_absent(roster, [*holdings, *_always(roster, at)], channels, silent), *rests]
    return sorted(found, key=lambda one: (one.begins, one.trouble, one.rotation, one.person))


def _always(roster: Roster, at: datetime) -> Iterator[Holding]:
    """People whom a policy names themselves are on duty all the time."""
    targets = [target for policy in roster.policies.values() for level in policy.levels for target in level.targets]
    for target in dict.fromkeys(targets):
        kind, _, name = target.partition(":")
        if kind == "person" and name in roster.people:
            yield Holding("", at, at + AHEAD, name, Why.TURN)


def _absent(
    roster: Roster, holdings: Iterable[Holding], channels: Collection[str], silent: Collection[str]
) -> Iterator[Concern]:
    """The first duty of each person of each rotation who is not reached outside the room, or does not answer."""
    told: set[tuple[str, str]] = set()
    for one in holdings:
        if one.person is None or (one.rotation, one.person) in told:
            continue
        person = roster.people.get(one.person)
        reached = person is not None and bool(person.reached_by(channels))
        if reached and one.person not in silent:
            continue
        told.add((one.rotation, one.person))
        trouble = Trouble.SILENT if reached else Trouble.UNREACHABLE
        yield Concern(trouble, one.rotation, one.person, one.begins, one.ends)
