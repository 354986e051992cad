"""What may be kept silent, for how long, and what never: pure, so that every refusal can be read in one place."""

from __future__ import annotations

from datetime import timedelta

from routing.domain.procedure import Severity

LONGEST = timedelta(hours=24)
LONGEST_CRITICAL = timedelta(hours=2)  # of somebody who has it and would be asked every half hour
REASON = 200  # characters


def refusal(severity: Severity, danger: str | None, *, taken: bool, length: timedelta) -> str | None:
    """Why an incident may not be kept silent for so long (French); None when it may."""
    if danger is not None:
        return "quelqu'un est peut-être en danger : cet incident ne se met pas en sourdine"
    if severity is Severity.CRITICAL and not taken:
        return "c'est critique et personne ne s'en occupe encore : prenez-le d'abord, les appels cesseront"
    if severity is Severity.CRITICAL and length > LONGEST_CRITICAL:
        return "deux heures au plus pour un incident critique"
    return None


def may_wait(severity: Severity, danger: str | None) -> bool:
    """Whether a service's mute holds for an incident: never for what is critical or where somebody is in danger."""
    return danger is None and severity is not Severity.CRITICAL
