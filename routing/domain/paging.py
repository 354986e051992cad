"""How one person is reached: which channels in which order, what is said, and what the provider tells of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from routing.domain.oncall import ContactStep, Person
from routing.domain.procedure import Severity

CONSOLE, VOICE, SMS, SLACK, TELEGRAM = "console", "voice", "sms", "slack", "telegram"
NAMES = {VOICE: "téléphone", SMS: "SMS", SLACK: "Slack", TELEGRAM: "Telegram", CONSOLE: "panneau de la salle"}


class Purpose(StrEnum):
    """Why somebody is called."""

    INCIDENT = "incident"
    HOLD = "hold"  # they took it long ago: do they still have it?
    TRIAL = "trial"  # they asked to be called
    DRILL = "drill"  # every week, to see whether they can be reached


class Delivery(StrEnum):
    """What a provider tells of a call or message. Having arrived is not an answer."""

    QUEUED = "queued"
    UNDERWAY = "underway"  # it rings, the message left
    MISSED = "missed"  # busy, not answered, an answering machine, not delivered
    ARRIVED = "arrived"  # picked up, delivered
    OVER = "over"  # the call ended

    @property
    def rank(self) -> int:
        """News comes in any order: what ranks lower than what is known is old."""
        return list(Delivery).index(self)

    def after(self, known: Delivery | None) -> bool:
        """Whether this is news."""
        return known is None or self.rank > known.rank


@dataclass(frozen=True, slots=True)
class Attempt:
    """Ring ``channel``, ``after`` the page began."""

    channel: str
    after: timedelta


@dataclass(frozen=True, slots=True)
class ContactPlan:
    """What will be tried, in order, and in French what was left out and why.

    ``stranded``: nothing of what the person planned can be carried out; the panel rings for them, and that is no hope.
    """

    attempts: tuple[Attempt, ...]
    remarks: tuple[str, ...] = ()
    stranded: bool = False


def contact_plan(
    person: Person, served: Collection[str], severity: Severity, at: datetime, zone: ZoneInfo
) -> ContactPlan:
    """The channels by which ``person`` is reached at that instant.

    A step that nobody can carry out gives its place to the next one; when none is left, the console's panel rings.
    """
    attempts: list[Attempt] = []
    hushed = False
    remarks: list[str] = []
    waiting: timedelta | None = None  # of a step that was left out: the following one must not come later
    for step in sorted(person.plan, key=lambda step: step.after):
        impossible = _left_out(person, step, served)
        reason = impossible or _hushed(step, severity, at, zone)
        if reason:
            hushed = hushed or impossible is None
            remarks.append(f"{NAMES.get(step.by, step.by)} : {reason}")
            waiting = step.after if waiting is None else waiting
        elif step.by not in (attempt.channel for attempt in attempts):
            attempts.append(Attempt(step.by, step.after if waiting is None else waiting))
            waiting = None
    if attempts:
        return ContactPlan(tuple(attempts), tuple(remarks))
    # Where no account at all is connected, the panel is everybody's telephone.
    stranded = bool(remarks) and not hushed and set(served) > {CONSOLE}
    return ContactPlan((Attempt(CONSOLE, timedelta()),), tuple(remarks), stranded)


def _left_out(person: Person, step: ContactStep, served: Collection[str]) -> str | None:
    if step.by not in served:
        return "aucun compte n'est raccordé"
    return None if person.account(step.by) else f"{person.name} n'a donné aucune adresse"


def _hushed(step: ContactStep, severity: Severity, at: datetime, zone: ZoneInfo) -> str | None:
    if step.quiet is None or severity is Severity.CRITICAL or not step.quiet.hold(at, zone):
        return None
    return f"au calme de {step.quiet.begins:%H:%M} à {step.quiet.ends:%H:%M}"


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing somebody is called about. ``page`` is the row's number; texts are French, without personal data."""

    page: int
    reference: str
    severity: Severity
    title: str
    place: str


@dataclass(frozen=True, slots=True)
class Call:
    """One call or message to one person: ``subjects`` are one incident or several, gravest first.

    ``page`` is the row that leads it; ``text`` is for a channel that shows one sentence. ``again`` says that an earlier
    attempt may have arrived; ``waits`` that an answer is still wanted.
    """

    page: int
    purpose: Purpose
    person: str
    name: str
    level: int
    text: str
    subjects: tuple[Subject, ...]
    phone: str | None = None
    slack: str | None = None
    telegram: int | None = None
    again: bool = False
    waits: bool = True


@dataclass(frozen=True, slots=True)
class Rung:
    """A call or message that left. ``ref`` is ``provider/their reference``, None where there is nothing to follow.

    ``news`` is how long the provider may be silent about it, None when it never tells.
    """

    ref: str | None = None
    news: timedelta | None = None
