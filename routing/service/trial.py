"""Calls that only try whether somebody can be reached: asked for by the person, or every week for everybody."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.oncall import Person
from routing.domain.paging import CONSOLE, ContactPlan, Purpose, contact_plan
from routing.domain.procedure import Severity
from routing.errors import Conflict, NotFound
from routing.service.audit import note_trial
from routing.service.desk import Desk
from routing.service.page import keep_pages, page_rows
from routing.store import pages, roster

LOOK_BACK = timedelta(days=90)
PAUSE = timedelta(minutes=2)  # between two trials of one person
WEEK = timedelta(days=7)
UNREACHABLE = "Aucun moyen de joindre {name} hors de la salle : donnez un numéro ou un compte dans le plan de contact."


async def try_person(
    session: AsyncSession, desk: Desk, person_id: str, channels: Collection[str], *, by: str
) -> tuple[Person, list[str]]:
    """« Me tester »: the person is called now as for a critical incident; returns who, and by which channels in turn.

    Raises NotFound, Conflict.
    """
    person = (await roster.load(session)).people.get(person_id)
    if person is None:
        raise NotFound("Cette personne n'est pas dans le fichier d'astreinte")
    if await pages.tried_since(session, person.id, desk.now() - PAUSE):
        raise Conflict(f"Un essai vers {person.name} est déjà en cours : attendez deux minutes")
    plan = _outside(contact_plan(person, channels, Severity.CRITICAL, desk.now(), desk.zone))
    if not plan.attempts:
        raise Conflict(UNREACHABLE.format(name=person.name))
    return person, await _try(session, desk, person, plan, Purpose.TRIAL, f"Essai demandé par {by}")


async def drill(session: AsyncSession, desk: Desk, channels: Collection[str], spared: Collection[str] = ()) -> int:
    """The weekly drill: everybody not tried lately, but for those ``spared``; returns how many are called."""
    await roster.one_at_a_time(session)
    now = desk.now()
    called = 0
    for person in (await roster.load(session)).people.values():
        plan = _outside(contact_plan(person, channels, Severity.NORMAL, now, desk.zone))
        if person.id in spared or not plan.attempts or await pages.tried_since(session, person.id, now - WEEK / 2):
            continue
        await _try(session, desk, person, plan, Purpose.DRILL, "Essai hebdomadaire")
        called += 1
    return called


def _outside(plan: ContactPlan) -> ContactPlan:
    """The console's panel shows incidents only, and whoever sits beside it needs no trial."""
    return ContactPlan(tuple(one for one in plan.attempts if one.channel != CONSOLE), plan.remarks)


async def _try(
    session: AsyncSession, desk: Desk, person: Person, plan: ContactPlan, purpose: Purpose, why: str
) -> list[str]:
    rows = page_rows(desk, person, plan, purpose, round_=int(desk.now().timestamp()))
    await keep_pages(session, desk, rows)
    channels = [attempt.channel for attempt in plan.attempts]
    said = f"{why} : {person.name} sera appelé·e, {desk.ways([(row['channel'], row['due_at']) for row in rows])}"
    note_trial(session, desk, person.id, purpose, said, channels=channels)
    return channels


async def reachability(session: AsyncSession, desk: Desk, person_id: str) -> tuple[int, int]:
    """(how often the person answered, how often they were called) in the last 90 days, trials and incidents alike.

    A call that ended because somebody else had the incident first counts for nothing, unless it was missed by then.
    """
    return await pages.answered_of(session, person_id, desk.now() - LOOK_BACK)


async def silent_people(session: AsyncSession, desk: Desk) -> dict[str, int]:
    """Who does not answer (roster ids), and how many calls in a row they missed: trials, drills and incidents alike.

    One missed call is enough as long as somebody never answered any, two for whoever did.
    """
    found = await pages.missed_in_a_row(session, desk.now() - LOOK_BACK)
    return {person: missed for person, (missed, answered) in found.items() if missed >= (2 if answered else 1)}
