"""What agents may do with an incident from any chat: each is a verb that lacks only who does it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncSession

from routing.errors import NotFound
from routing.service.acknowledge import acknowledge
from routing.service.ask_citizen import ask_citizen
from routing.service.desk import Desk
from routing.service.escalate import call_duty
from routing.service.reclassify import reclassify
from routing.service.resolve import reopen, resolve
from routing.service.tick import tick
from routing.store import incidents
from routing.store.models import Dispatch

AWAY = "La base ne répond pas : rien n'a été fait. Réessayez dans quelques secondes. Danger immédiat : le 112."
FAILED = "Une erreur de notre côté : rien n'a été fait. Réessayez, ou agissez depuis la salle."

Verb = Callable[[AsyncSession, Desk, str, str], Awaitable[object]]  # session, desk, reference, who


def take() -> Verb:
    """Take the incident."""
    return lambda session, desk, reference, by: acknowledge(session, desk, reference, by=by)


def end(reason: str) -> Verb:
    """Resolve it."""
    return lambda session, desk, reference, by: resolve(session, desk, reference, by=by, reason=reason)


def again(reason: str) -> Verb:
    """Reopen it."""
    return lambda session, desk, reference, by: reopen(session, desk, reference, by=by, reason=reason)


def other(procedure: str) -> Verb:
    """Give it another procedure."""
    return lambda session, desk, reference, by: reclassify(session, desk, reference, by=by, procedure_id=procedure)


def duty(reason: str) -> Verb:
    """Call the on-call person."""
    return lambda session, desk, reference, by: call_duty(session, desk, reference, by=by, reason=reason)


def question(text: str) -> Verb:
    """Ask the citizen."""
    return lambda session, desk, reference, by: ask_citizen(session, desk, reference, by=by, text=text)


def check_off(value: str) -> Verb:
    """Tick or untick the line named by ``value`` (``dispatch:position:done``), if it is one of the incident's."""
    dispatch, position, done = (int(part) for part in value.split(":"))

    async def work(session: AsyncSession, desk: Desk, reference: str, by: str) -> object:
        incident = await incidents.by_reference(session, reference)
        row = await session.get(Dispatch, dispatch)
        if row is None or row.incident_id != incident.id:
            raise NotFound("Cette ligne n'existe plus")
        return await tick(session, desk, dispatch, position, by=by, done=bool(done))

    return work
