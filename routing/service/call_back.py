"""A caller who never said where it is, and to whom nothing can be written: only an agent can still ask."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.procedure import Severity
from routing.domain.triage import Verdict
from routing.domain.understanding import Channel, Decision
from routing.service.tell import can_be_texted
from routing.store.models import Incident, Report

UNKNOWN = "Lieu inconnu"


async def note(session: AsyncSession, report: Report, verdict: Verdict) -> tuple[str, ...]:
    """What the card says of it. It holds the caller's number: see ``settle``."""
    known = report.place or report.address or report.communes or report.elsewhere or report.latitude is not None
    placeless = verdict.severity is Severity.INFO or verdict.decision == Decision.OUT_OF_SCOPE
    if report.channel is not Channel.VOICE or known or placeless or await can_be_texted(session, report):
        return ()
    if report.contact is None:
        return (f"{UNKNOWN}, numéro masqué : impossible de rappeler.",)
    return (f"{UNKNOWN} : rappeler le {dialled(report.contact)}.",)


def settle(incident: Incident) -> None:
    """Nobody has to be called back any more: the place is known, or the caller is to be forgotten."""
    incident.notes = [line for line in incident.notes if not line.startswith(UNKNOWN)]


def dialled(number: str) -> str:
    """A number as one dials it here: "03 80 12 34 56"."""
    if not number.startswith("+33"):
        return number
    national = f"0{number.removeprefix('+33')}"
    return " ".join(national[at : at + 2] for at in range(0, len(national), 2))
