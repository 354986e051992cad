"""The French words every chat uses for the same things. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from routing.domain.incident import DispatchState, IncidentState
from routing.domain.procedure import Severity

SEVERITIES = {
    Severity.CRITICAL: "Critique",
    Severity.URGENT: "Urgent",
    Severity.NORMAL: "Normal",
    Severity.INFO: "Info",
}
STATES = {
    IncidentState.OPEN: "À prendre",
    IncidentState.ACKNOWLEDGED: "Pris en charge",
    IncidentState.RESOLVED: "Résolu",
}
DISPATCHES = {
    DispatchState.PLANNED: "prévu",
    DispatchState.DUE: "mobilisé",
    DispatchState.SENT: "mobilisé",
    DispatchState.SKIPPED: "non mobilisé",
    DispatchState.CANCELLED: "annulé",
}
ATTACHED = "(pièce jointe dans le fil)"
DAYS = ("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim.")


def ago(at: datetime, now: datetime) -> str:
    """Age in words: à l'instant, 4 min, 2 h 10, 3 j."""
    minutes = max(timedelta(), now - at) // timedelta(minutes=1)
    if minutes < 1:
        return "à l'instant"
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 24 * 60:
        return f"{minutes // 60} h {minutes % 60:02d}"
    return f"{minutes // (24 * 60)} j"


def standing(state: IncidentState, at_work: str | None) -> str:
    """The state of an incident nobody has; ``at_work`` called the duty and goes on meanwhile."""
    return f"{STATES[state]} par l'astreinte · {at_work} y est" if at_work else STATES[state]


def taken(holder: str | None, at_work: str | None) -> str:
    """The same on a line among others."""
    if holder:
        return f"pris par {holder}"
    return f"à prendre par l'astreinte ({at_work} y est)" if at_work else "à prendre"


def day_and_time(at: datetime, zone: ZoneInfo) -> str:
    """An instant on the wall clock, e.g. ``lun. 16/03 08:00``."""
    local = at.astimezone(zone)
    return f"{DAYS[local.weekday()]} {local:%d/%m %H:%M}"


def where(place: str | None, commune: str | None) -> str:
    """A place as people read it."""
    return ", ".join(part for part in (place, commune) if part) or "Lieu inconnu"


def pause(after: timedelta) -> str:
    """A delay in words: tout de suite, après 5 min."""
    if not after:
        return "tout de suite"
    minutes, seconds = divmod(int(after.total_seconds()), 60)
    return "après " + " ".join([f"{minutes} min"] * (minutes > 0) + [f"{seconds} s"] * (seconds > 0))


def cut(words: str, longest: int) -> str:
    """``words``, shortened with an ellipsis when longer."""
    return words if len(words) <= longest else f"{words[: longest - 1].rstrip()}…"
