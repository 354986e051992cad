"""How somebody is reached, changed by themselves or for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.paging import NAMES
from routing.errors import NotFound
from routing.service.audit import note_configuration
from routing.service.desk import Desk
from routing.store import roster
from routing.store.models import OncallPerson


async def change_plan(
    session: AsyncSession, desk: Desk, person_id: str, steps: Sequence[dict[str, Any]], *, by: str
) -> OncallPerson:
    """Put these steps ({after: seconds, by: channel, quiet?: 22:00-07:00}) in place of the plan. Raises NotFound."""
    await roster.one_at_a_time(session)
    person = await session.get(OncallPerson, person_id, with_for_update=True)
    if person is None:
        raise NotFound("Cette personne n'est pas dans le fichier d'astreinte")
    before, after = list(person.plan), sorted(steps, key=lambda step: step["after"])
    if before == after:
        return person
    person.plan = after
    said = f"Plan de contact de {person.name} : {in_words(before)} devient {in_words(after)}"
    note_configuration(session, desk, "plan", said, by=by, person=person_id, before=before, after=after)
    return person


def in_words(steps: Sequence[dict[str, Any]]) -> str:
    """``téléphone tout de suite, SMS après 60 s``."""
    return ", ".join(_step(step) for step in steps) or "le panneau de la salle seulement"


def _step(step: dict[str, Any]) -> str:
    when = f"après {step['after']} s" if step["after"] else "tout de suite"
    quiet = f" (au calme {step['quiet']})" if step.get("quiet") else ""
    return f"{NAMES[step['by']]} {when}{quiet}"
