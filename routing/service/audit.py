"""Decisions about who is called are kept where nobody can change them, inside the transaction that carries them out."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.audit import CONFIGURATION, chain_of_incident, chain_of_person
from routing.service.desk import Desk
from routing.store import audit
from routing.store.models import Incident


async def note_decision(
    session: AsyncSession,
    desk: Desk,
    incident: Incident,
    kind: str,
    text: str,
    *,
    person: str | None = None,
    by: str | None = None,
    **facts: Any,
) -> None:
    """Something was decided about an incident (its row must be locked). ``person`` is a roster id."""
    await audit.append(
        session,
        chain_of_incident(incident.reference),
        desk.now(),
        kind,
        text,
        by=by,
        person=person,
        incident=incident.reference,
        facts=facts,
    )


async def note_configuration(
    session: AsyncSession, desk: Desk, kind: str, text: str, *, by: str, person: str | None = None, **facts: Any
) -> None:
    """The roster, a calendar or a contact plan was changed ``by`` somebody. ``facts`` hold no telephone number."""
    await audit.append(session, CONFIGURATION, desk.now(), kind, text, by=by, person=person, facts=facts)


async def note_trial(session: AsyncSession, desk: Desk, person: str, kind: str, text: str, **facts: Any) -> None:
    """Somebody was called to try whether they can be reached."""
    await audit.append(session, chain_of_person(person), desk.now(), kind, text, person=person, facts=facts)
