"""Who is on call: people, rotations thought in wall-clock time, policies by level."""

from routing.domain.oncall.people import ContactStep, Person
from routing.domain.oncall.policy import Policy, PolicyLevel
from routing.domain.oncall.roster import METROPOLIS, Roster
from routing.domain.oncall.rotation import WEEKDAYS, Rotation, Shift, zone_named

__all__ = [
    "METROPOLIS",
    "WEEKDAYS",
    "ContactStep",
    "Person",
    "Policy",
    "PolicyLevel",
    "Roster",
    "Rotation",
    "Shift",
    "zone_named",
]
