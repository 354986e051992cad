"""People, rotations and rosters as the stories need them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from routing.domain.oncall import (
    EVERY_DAY,
    Layer,
    Member,
    Person,
    Policy,
    PolicyLevel,
    Roster,
    Rotation,
    Turns,
    Window,
)

PARIS = ZoneInfo("Europe/Paris")
MONDAY = date(2026, 1, 5)
# A city's file. Its line numbers are asserted by the tests.
ROSTER = """\
# Invented people; their numbers come from the range kept for fiction.
people:
  - id: lea
    name: Léa Girard
    phone: "+33639980021"
    slack: U0LEA
    telegram: 2001
    plan:
      - {after: 0, by: voice}
      - {after: 45, by: sms}
  - {id: marc, name: Marc Blin}
  - {id: zoe, name: Zoé Hardy, phone: "+33199000022"}
rotations:
  - id: astreinte-routes
    time_zone: Europe/Paris
    every: week
    handoff: "monday 08:00"
    start: 2026-01-05
    members: [lea, marc]
  - {id: astreinte-nuit, every: day, handoff: "20:00", start: 2026-01-05, members: [zoe, marc]}
policies:
  - id: routes
    levels:
      - {after: 0, targets: ["rotation:astreinte-routes"]}
      - {after: 300, targets: ["person:zoe", "rotation:astreinte-nuit"]}
    repeat: true
services:
  voirie: {policy: routes}
"""


def person(id_: str) -> Person:
    """Somebody called like their id."""
    return Person(id_, id_.capitalize())


def paris(wall_clock: str, *, again: bool = False) -> datetime:
    """The UTC instant when clocks of Paris show that; ``again`` for the second time, when the clocks go back."""
    local = datetime.fromisoformat(wall_clock).replace(tzinfo=PARIS, fold=int(again))
    return local.astimezone(UTC)


def turns(
    *members: str | Member,
    every: str = "week",
    at: time = time(8),
    weekday: int | None = None,
    days: tuple[int, ...] = EVERY_DAY,
    monthday: int = 1,
    start: date = MONDAY,
    zone: ZoneInfo = PARIS,
) -> Turns:
    """Turns from Monday 5 January 2026, at eight in Paris, a week's on Mondays."""
    fixed = (weekday or 0,) if every == "week" else days
    taking = tuple(one if isinstance(one, Member) else Member(one) for one in members)
    return Turns(zone, every, at, start, taking, fixed, monthday)


def rotation(*members: str | Member, id_: str = "duty", only: tuple[Window, ...] = (), **rule: Any) -> Rotation:
    """A rotation of these turns."""
    rule_of = turns(*members, **rule)
    return Rotation(id_, (Layer(rule_of, rule_of.zone, only),))


def level(after: int, *targets: str) -> PolicyLevel:
    """``targets`` are paged ``after`` seconds."""
    return PolicyLevel(timedelta(seconds=after), targets)


def roster(*levels: PolicyLevel, rotations: tuple[Rotation, ...] = (), repeat: bool = True, chief: str = "") -> Roster:
    """Ana, Bruno and Chloe; the service ``voirie`` follows ``levels``, the metropolis duty is ``chief`` if any."""
    policies = {"technique": Policy("technique", levels, repeat)}
    services = {"voirie": "technique"}
    if chief:
        policies["metropole"] = Policy("metropole", (level(0, f"person:{chief}"),))
        services["astreinte"] = "metropole"
    people = {id_: person(id_) for id_ in ("ana", "bruno", "chloe")}
    return Roster(people, {item.id: item for item in rotations}, policies, services)
