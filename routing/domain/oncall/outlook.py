"""What is wrong in the calendar of the weeks ahead, early enough to be mended."""

from __future__ import annotations

from collections.abc import Collection, Iterator
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
    REST = "rest"


@dataclass(frozen=True, slots=True)
class Concern:
    """Something to mend between two instants (UTC). ``rotation`` is empty for a rest, ``person`` for a gap."""

    trouble: Trouble
    rotation: str
    person: str
    begins: datetime
    ends: datetime


def outlook(roster: Roster, at: datetime, channels: Collection[str]) -> list[Concern]:
    """Gaps, people on duty whom nothing reaches (``channels`` are served), and rests that are too short; soonest first.

    A running stretch is shown from ``at`` on.
    """
    holdings = list(roster.calendar.all_holdings(at, at + AHEAD))
    gaps = [Concern(Trouble.GAP, one.rotation, "", one.begins, one.ends) for one in holdings if one.why is Why.GAP]
    rests = [Concern(Trouble.REST, "", person, ended, begun) for person, ended, begun in short_rests(holdings)]
    found = [*gaps, *_unreachable(roster, holdings, channels), *rests]
    return sorted(found, key=lambda one: (one.begins, one.trouble, one.rotation, one.person))


def _unreachable(roster: Roster, holdings: list[Holding], channels: Collection[str]) -> Iterator[Concern]:
    """The first duty of each person of each rotation that nothing outside the room reaches."""
    told: set[tuple[str, str]] = set()
    for one in holdings:
        person = roster.people.get(one.person or "")
        if one.person is None or (person and person.reached_by(channels)) or (one.rotation, one.person) in told:
            continue
        told.add((one.rotation, one.person))
        yield Concern(Trouble.UNREACHABLE, one.rotation, one.person, one.begins, one.ends)
