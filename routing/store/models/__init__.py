"""The tables, one file a noun. Importing this package makes the whole metadata known."""

from routing.store.models.attachment import Attachment
from routing.store.models.audit import AuditEntry, AuditHead
from routing.store.models.call import ChosenLanguage, OptOut, PhoneCall
from routing.store.models.duty import DutyReplacement, DutyWarning, HandOver, PersonTimeOff, ShiftOverride, ShiftSwap
from routing.store.models.feedback import Feedback, Origin
from routing.store.models.inbound import InboundEvent
from routing.store.models.incident import Dispatch, Incident, TimelineEntry
from routing.store.models.mute import Mute
from routing.store.models.oncall import EscalationPolicy, OncallPerson, OncallRotation, RosterVersion, ServicePolicy
from routing.store.models.outbound import Allowance, Channel, CitizenMessage, Thread, ThreadLine
from routing.store.models.page import Page
from routing.store.models.report import Report
from routing.store.models.timer import Timer

__all__ = [
    "Allowance",
    "Attachment",
    "AuditEntry",
    "AuditHead",
    "Channel",
    "ChosenLanguage",
    "CitizenMessage",
    "Dispatch",
    "DutyReplacement",
    "DutyWarning",
    "EscalationPolicy",
    "Feedback",
    "HandOver",
    "InboundEvent",
    "Incident",
    "Mute",
    "OncallPerson",
    "OncallRotation",
    "OptOut",
    "Origin",
    "Page",
    "PersonTimeOff",
    "PhoneCall",
    "Report",
    "RosterVersion",
    "ServicePolicy",
    "ShiftOverride",
    "ShiftSwap",
    "Thread",
    "ThreadLine",
    "TimelineEntry",
    "Timer",
]
