"""Who is on call: people, turns thought in wall-clock time, what was agreed on beside them, policies by level."""

from routing.domain.oncall.agreements import HandOverState, SwapState
from routing.domain.oncall.calendar import Calendar, Holding, Why
from routing.domain.oncall.exceptions import Exceptions, Override, Replacement, Stay, TimeOff
from routing.domain.oncall.hours import Window, is_public_holiday
from routing.domain.oncall.people import ContactStep, Person
from routing.domain.oncall.policy import Policy, PolicyLevel
from routing.domain.oncall.roster import METROPOLIS, Roster
from routing.domain.oncall.rotation import FixedShift, FixedShifts, Layer, Rotation, Shift
from routing.domain.oncall.turns import EVERY_DAY, WEEKDAYS, Member, Turns
from routing.domain.oncall.wall_clock import instant, shown, zone_named

__all__ = [
    "EVERY_DAY",
    "METROPOLIS",
    "WEEKDAYS",
    "Calendar",
    "ContactStep",
    "Exceptions",
    "FixedShift",
    "FixedShifts",
    "HandOverState",
    "Holding",
    "Layer",
    "Member",
    "Override",
    "Person",
    "Policy",
    "PolicyLevel",
    "Replacement",
    "Roster",
    "Rotation",
    "Shift",
    "Stay",
    "SwapState",
    "TimeOff",
    "Turns",
    "Why",
    "Window",
    "instant",
    "is_public_holiday",
    "shown",
    "zone_named",
]
