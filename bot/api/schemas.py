"""What the JSON interface takes and gives. Times are ISO 8601 UTC."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from intake.models import LONGEST
from routing.domain import oncall
from routing.domain.incident import DispatchState, Event, IncidentState, PageState
from routing.domain.procedure import Severity
from routing.domain.redaction import readable
from routing.domain.understanding import Channel

Words = Annotated[str, AfterValidator(readable)]  # no control sign that a database refuses or a screen obeys
Who = Annotated[Words, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Why = Annotated[Words, StringConstraints(strip_whitespace=True, max_length=400)]


class Body(BaseModel):
    """No unknown key, no infinite number."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Location(Body):
    """A position (WGS 84 degrees) or an address in words."""

    lat: float | None = Field(default=None, ge=-90, le=90)
    lon: float | None = Field(default=None, ge=-180, le=180)
    address: Annotated[Words, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)] | None = None

    @model_validator(mode="after")
    def _something(self) -> Location:
        if (self.lat is None) != (self.lon is None):
            raise ValueError("lat and lon go together")
        if self.lat is None and self.address is None:
            raise ValueError("give lat and lon, or address")
        return self


class NewReport(Body):
    """A citizen's message. ``contact`` is how to write back (a number in E.164 for sms)."""

    text: Annotated[str, StringConstraints(max_length=2 * LONGEST)]
    channel: Channel = Channel.API
    contact: Annotated[Words, StringConstraints(strip_whitespace=True, max_length=120)] | None = None
    location: Location | None = None


class ReportReceipt(BaseModel):
    """``advice`` is there when the fixed rules heard danger: show it before anything else."""

    reference: str
    tracking_url: str
    advice: str | None = None


class Candidate(BaseModel):
    """A procedure that may be meant, in words a citizen understands; or a commune, when only the place is in doubt."""

    procedure: str
    label: str


class ReportView(BaseModel):
    """``state`` follows the incident once there is one; an ``asked`` one has candidates to choose from
    (``question``) or waits for words (``open_question``); ``agent_asks`` is an agent's question that waits for its
    answer; ``competent`` tells who is, when it is not the city.
    """

    reference: str
    state: Literal["received", "asked", "open", "acknowledged", "resolved"]
    channel: Channel
    received_at: datetime
    incident: str | None
    procedure: str | None
    decision: str | None
    confidence: float | None
    commune: str | None
    place: str | None
    language: str | None
    model: str | None
    tracking_url: str
    advice: str | None = None
    competent: str | None = None
    question: list[Candidate] | None = None
    open_question: str | None = None
    agent_asks: str | None = None


class Answer(Body):
    """What the citizen chose among the question's, null when none fits; or what they say to an open question, or to an
    agent's.
    """

    procedure: str | None = None
    text: Annotated[str, StringConstraints(max_length=2 * LONGEST)] | None = None

    @model_validator(mode="after")
    def _one(self) -> Answer:
        if len(self.model_fields_set) != 1:
            raise ValueError("give procedure or text")
        return self


class DispatchView(BaseModel):
    """One service mobilised."""

    service: str
    channel: str
    due_at: datetime
    sent_at: datetime | None
    state: DispatchState


class PageView(BaseModel):
    """One attempt to reach one person; ``level`` counts from 1."""

    person: str
    level: int
    channel: str
    due_at: datetime
    sent_at: datetime | None
    state: PageState


class TimelineView(BaseModel):
    """One thing that happened."""

    at: datetime
    kind: Event
    by: str | None
    text: str


class IncidentSummary(BaseModel):
    """One line of a list."""

    reference: str
    state: IncidentState
    procedure: str | None
    title: str
    severity: Severity
    place: str | None
    commune: str | None
    reports: int
    opened_at: datetime
    acknowledged_by: str | None


class IncidentView(IncidentSummary):
    """Everything about one incident."""

    lead: str
    danger: str | None
    notes: list[str]
    decision: str
    confidence: float
    candidates: list[dict[str, object]]
    acknowledged_at: datetime | None
    resolved_at: datetime | None
    resolved_by: str | None
    resolution: str | None
    alarm: str | None
    muted: str | None
    dispatches: list[DispatchView]
    pages: list[PageView]
    timeline: list[TimelineView]


class By(Body):
    """Who acts."""

    by: Who


class Escalation(By):
    """Why the duty is wanted."""

    reason: Why = ""


class Resolution(By):
    """``reason`` is told to the citizens who reported."""

    reason: Annotated[Words, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)] = (
        "intervention faite"
    )


class Silence(By):
    """Until when (24 hours at most) nobody is called, and why."""

    until: datetime
    reason: Annotated[Words, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class Reclassification(By):
    """The right procedure's id."""

    procedure: Annotated[Words, StringConstraints(min_length=1, max_length=80)]


class Problem(BaseModel):
    """One thing wrong: where, and what to do."""

    loc: list[str | int]
    msg: str


class Problems(BaseModel):
    """Every error of this interface has this form."""

    detail: list[Problem]


class OnCallView(BaseModel):
    """Who is on call at one moment."""

    at: datetime
    rotations: list[RotationView]
    services: list[ServiceOnCall]


class RotationView(BaseModel):
    """A rotation, who holds it, and why: by turn, override, swap, replacement, a hand-over that waits (stay)."""

    rotation: str
    person: str | None
    name: str | None
    why: oncall.Why


class ShiftView(RotationView):
    """A stretch of a rotation's duty; ``gap``: somebody should hold it, ``closed``: outside the rotation's hours."""

    begins: datetime
    ends: datetime


class ServiceOnCall(BaseModel):
    """Who the first level of a service's policy reaches."""

    service: str
    policy: str | None
    people: list[str]
