"""What is odd about a sender is put on the card for a person to judge. Nobody is silenced for it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from routing.service.desk import Desk
from routing.store import reports
from routing.store.models import Incident, Report

FALSE_ALARM = "fausse alerte"
REMEMBERED = timedelta(days=90)
PRANKS = 2  # false alarms of one number from which a person is told
HOUR = timedelta(hours=1)
NO_PERSON = 10  # times what a connection may send: no person writes that much


async def warn(session: AsyncSession, desk: Desk, incident: Incident, report: Report) -> None:
    """Note what is odd about who sent ``report``, if anything."""
    if oddity := await _oddity(session, desk, report):
        incident.warning = oddity


async def _oddity(session: AsyncSession, desk: Desk, report: Report) -> str | None:
    now = desk.now()
    if report.contact:
        false = await reports.ended_as(session, report.contact, FALSE_ALARM, now - REMEMBERED)
        if false >= PRANKS:
            return f"{false} fausses alertes de ce contact en 90 jours"
        many = await reports.count_from(session, now - HOUR, contact=report.contact)
        if many > desk.most_of_a_number:
            return f"{many} messages de ce contact en une heure"
    if report.origin:
        many = await reports.count_from(session, now - HOUR, origin=report.origin)
        if many > desk.most_of_a_connection:
            return f"{many} messages de la même connexion en une heure"
    return None


async def too_many(session: AsyncSession, desk: Desk, report: Report) -> bool:
    """Whether this contact has written more within the hour than is answered one by one."""
    if not report.contact:
        return False
    return await reports.count_from(session, desk.now() - HOUR, contact=report.contact) > desk.most_of_a_number


async def flooded(session: AsyncSession, desk: Desk, origin: str) -> bool:
    """Whether so much came from one connection within the hour that no person could have written it."""
    most = desk.most_of_a_connection * NO_PERSON
    return await reports.count_from(session, desk.now() - HOUR, origin=origin) >= most
