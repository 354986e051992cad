"""Danger in a second message: where it is was said in the first one, and is taken from there.

Danger opens an incident of its own, whatever it follows; without this, help would not be told where to go.
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from intake.follow_ups import CONVERSATIONS, STILL_TALKING, linked
from routing.domain.understanding import Channel
from routing.service.desk import Desk
from routing.store import incidents, reports
from routing.store.models import Incident, Report

TO_CHECK = "Lieu repris de {before}, de la même personne {minutes} min plus tôt : à vérifier"


async def told_before(session: AsyncSession, desk: Desk, report: Report) -> Report | None:
    """The report whose place that of a danger becomes, None when it has one of its own or nothing is known."""
    if not report.danger or report.place or report.address or report.latitude is not None:
        return None
    before = await _before(session, desk, report)
    incident = await incidents.by_id(session, before.incident_id or 0) if before else None
    told = incident or before  # the incident knows what later messages added
    if before is None or told is None or not (told.place or told.latitude is not None):
        return None
    report.place, report.commune, report.communes = told.place, told.commune, told.communes
    report.latitude, report.longitude = told.latitude, told.longitude
    return before


async def _before(session: AsyncSession, desk: Desk, report: Report) -> Report | None:
    """What the same person just said, or is talking about. Strangers are never joined."""
    if (explicit := await linked(session, report)) is not None:
        return explicit
    if not report.contact or report.channel not in (*CONVERSATIONS, Channel.VOICE):
        return None
    asked = await reports.asked_of(session, report.contact)  # has no incident yet
    return asked or await reports.previous(session, report, desk.now() - STILL_TALKING)


def note(incident: Incident, report: Report, before: Report) -> None:
    """Whoever goes there knows that the place was not said with the danger."""
    minutes = int((report.received_at - before.received_at).total_seconds() // 60)
    said = TO_CHECK.format(before=before.reference, minutes=minutes)
    if said not in incident.notes:
        incident.notes = [*incident.notes, said]
