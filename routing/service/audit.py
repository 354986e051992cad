"""Decisions about who is called are kept where nobody can change them, inside the transaction that carries them out."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.audit import CONFIGURATION, Entry, chain_of_incident, chain_of_person
from routing.service.desk import Desk
from routing.store import audit
from routing.store.models import Incident


def decision(
    desk: Desk,
    incident: Incident,
    kind: str,
    text: str,
    *,
    person: str | None = None,
    by: str | None = None,
    **facts: Any,
) -> Entry:
    """Something that was decided about an incident. ``person`` is a roster id."""
    chain, reference = chain_of_incident(incident.reference), incident.reference
    return Entry(chain, 0, desk.now(), kind, text, by, person, reference, facts)


def note_decision(session: AsyncSession, desk: Desk, incident: Incident, kind: str, text: str, **more: Any) -> None:
    """The same, kept (the incident's row must be locked)."""
    audit.append(session, [decision(desk, incident, kind, text, **more)])


def note_configuration(
    session: AsyncSession, desk: Desk, kind: str, text: str, *, by: str, person: str | None = None, **facts: Any
) -> None:
    """The roster, a calendar or a contact plan was changed ``by`` somebody. ``facts`` hold no telephone number."""
    audit.append(session, [Entry(CONFIGURATION, 0, desk.now(), kind, text, by, person, facts=facts)])


def note_trial(session: AsyncSession, desk: Desk, person: str, kind: str, text: str, **facts: Any) -> None:
    """Somebody was called to try whether they can be reached."""
    entry = Entry(chain_of_person(person), 0, desk.now(), kind, text, person=person, facts=facts)
    audit.append(session, [entry])
