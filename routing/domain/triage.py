"""From meaning to decision: which procedure, how grave, and whether to ask the citizen first. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from routing.domain.procedure import Catalogue, Fallback, Procedure, Severity
from routing.domain.understanding import Candidate, Decision, Understanding

HINTS = 3  # how many guesses a person is shown
ASKED_FROM = 0.05  # a candidate less likely than this is not worth a citizen's question
MOST_COMMUNES = 8  # answered by one digit, with "another one"
EMERGENCY_FROM = 0.15  # an emergency this likely among the first three speaks before anything is asked


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to open: ``procedure`` is None for a fallback, whose steps ``plan`` then holds.

    ``ask`` is what the citizen may choose from first: procedures when the matter is in doubt, communes when it is sure
    and only its place is not.
    """

    plan: Procedure
    procedure: str | None
    severity: Severity
    decision: Decision
    ask: tuple[str, ...] = ()


def judge(read: Understanding, catalogue: Catalogue, *, can_ask: bool) -> Verdict:
    """The verdict on one message. ``can_ask`` says whether the citizen can be put a question on this channel.

    Danger is never asked about: it opens at once, as gravely as possible, and a doubt goes to a person.
    """
    candidates = tuple(item for item in read.ranking if item.procedure in catalogue.procedures)[:HINTS]
    known = read.procedure in catalogue.procedures
    if read.danger:
        return _dangerous(read, candidates, catalogue)
    if read.decision is Decision.ROUTE and known:
        plan = catalogue.procedures[candidates[0].procedure]
        ask = _communes(read, plan, catalogue) if can_ask else ()
        return Verdict(plan, plan.id, plan.severity, read.decision, ask)
    if read.decision is Decision.ASK and candidates:
        return _doubtful(candidates, catalogue, can_ask=can_ask)
    if read.decision is Decision.OUT_OF_SCOPE:
        plan = catalogue.fallbacks[Fallback.OUT_OF_SCOPE]
    else:
        plan = catalogue.fallbacks[Fallback.UNFORESEEN]
    return Verdict(plan, None, plan.severity, read.decision)


def _communes(read: Understanding, plan: Procedure, catalogue: Catalogue) -> tuple[str, ...]:
    """The communes to choose from, the largest first; none when nobody may wait for the answer or goes there."""
    known = [catalogue.communes[name] for name in read.communes if name in catalogue.communes]
    waits = plan.severity in (Severity.NORMAL, Severity.URGENT) and not plan.emergency_first
    if read.commune or not waits or not 2 <= len(known) <= MOST_COMMUNES:
        return ()
    return tuple(commune.name for commune in sorted(known, key=lambda one: -one.population))


def advice_for(read: Understanding, catalogue: Catalogue) -> str | None:
    """The safety words of the likeliest emergency among the first three, None when there is none."""
    for candidate in [item for item in read.ranking if item.procedure in catalogue.procedures][:HINTS]:
        procedure = catalogue.procedures[candidate.procedure]
        if procedure.emergency_first and candidate.probability >= EMERGENCY_FROM:
            return procedure.advice
    return None


def _dangerous(read: Understanding, candidates: tuple[Candidate, ...], catalogue: Catalogue) -> Verdict:
    chosen: Procedure | None = None
    if read.decision is Decision.ROUTE and read.procedure in catalogue.procedures:
        chosen = catalogue.procedures[candidates[0].procedure]
    for candidate in candidates:
        procedure = catalogue.procedures[candidate.procedure]
        if chosen is None and procedure.emergency_first and candidate.probability >= EMERGENCY_FROM:
            chosen = procedure
    plan = chosen or catalogue.fallbacks[Fallback.UNFORESEEN]
    decision = Decision.ROUTE if chosen else Decision.UNFORESEEN
    return Verdict(plan, chosen.id if chosen else None, Severity.CRITICAL, decision)


def _doubtful(candidates: tuple[Candidate, ...], catalogue: Catalogue, *, can_ask: bool) -> Verdict:
    plan = catalogue.fallbacks[Fallback.TO_CONFIRM]
    severity = plan.severity
    for candidate in candidates:
        if candidate.probability >= EMERGENCY_FROM:
            severity = severity.at_least(catalogue.procedures[candidate.procedure].severity)
    ask = tuple(item.procedure for item in candidates if item.probability >= ASKED_FROM) if can_ask else ()
    return Verdict(plan, None, severity, Decision.ASK, ask)
