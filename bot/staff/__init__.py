"""What agents may ask and do from any chat, whatever the platform: answers are plain French text, never markup.

A platform's room finds out who speaks (`agent_of`), hands the words over (`answer`) and shows what comes back.
"""

from bot.staff.answers import (
    HELP,
    call_the_duty,
    incident_summary,
    my_shifts,
    open_incidents,
    who_is_on_call,
)
from bot.staff.commands import VERBS, Agent, Asked, agent_of, answer, parse
from bot.staff.desk_view import DutyShift, Line, incidents_of, shifts_of
from bot.staff.rights import EVERYBODY, Rights, may_act, read_rights
from bot.staff.search import find_procedures

__all__ = [
    "EVERYBODY",
    "HELP",
    "VERBS",
    "Agent",
    "Asked",
    "DutyShift",
    "Line",
    "Rights",
    "agent_of",
    "answer",
    "call_the_duty",
    "find_procedures",
    "incident_summary",
    "incidents_of",
    "may_act",
    "my_shifts",
    "open_incidents",
    "parse",
    "read_rights",
    "shifts_of",
    "who_is_on_call",
]
