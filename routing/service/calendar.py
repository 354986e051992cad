"""The calendar opened for a change: alone with it until the transaction ends, and what every change must respect."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.oncall import Holding, Person, Roster
from routing.domain.oncall.fairness import REST, short_rests
from routing.errors import Conflict, NotFound
from routing.service.desk import Desk
from routing.store import roster

LONGEST = timedelta(days=92)
AROUND = timedelta(days=2)  # what is looked at before and after a change to see whether people rest


async def opened(session: AsyncSession) -> Roster:
    """The roster, which nobody else changes until this transaction ends."""
    await roster.one_at_a_time(session)
    return await roster.load(session)


def known_person(people: Roster, id_: str) -> Person:
    """The person with that id. Raises NotFound."""
    person = people.people.get(id_)
    if person is None:
        raise NotFound("Cette personne n'est pas dans le fichier d'astreinte")
    return person


def known_rotation(people: Roster, id_: str) -> str:
    """The id of that rotation. Raises NotFound."""
    if id_ not in people.rotations:
        raise NotFound("Ce tour d'astreinte n'existe pas")
    return id_


def check_stretch(begins: datetime, ends: datetime, now: datetime) -> None:
    """Refuse a stretch that is empty, over, or far too long."""
    if ends <= begins:
        raise Conflict("La fin doit venir après le début")
    if ends <= now:
        raise Conflict("C'est déjà passé")
    if ends - begins > LONGEST:
        raise Conflict("Trois mois au plus en une fois")


def check_present(people: Roster, person: Person, begins: datetime, ends: datetime) -> None:
    """Refuse to give duty to somebody who is off during a part of it."""
    if any(off.begins < ends and begins < off.ends for off in people.exceptions.time_off.get(person.id, ())):
        raise Conflict(f"{person.name} est en congé pendant une partie de cette garde")


def held_by(people: Roster, rotation: str, person: str, begins: datetime, ends: datetime) -> bool:
    """Whether this person has a rotation's duty from the first to the last instant."""
    return all(one.person == person for one in people.calendar.holdings(rotation, begins, ends))


def when(desk: Desk, begins: datetime, ends: datetime) -> str:
    """A stretch as people read it: ``du 16/03/2026 08:00 au 23/03/2026 08:00``."""
    first, last = begins.astimezone(desk.zone), ends.astimezone(desk.zone)
    return f"du {first:%d/%m/%Y %H:%M} au {last:%d/%m/%Y %H:%M}"


def rest_warnings(people: Roster, persons: Sequence[str], begins: datetime, ends: datetime, desk: Desk) -> list[str]:
    """In words, where these people rest less than eleven hours around a stretch."""
    around: list[Holding] = list(people.calendar.all_holdings(begins - AROUND, ends + AROUND))
    return [
        f"{people.people[person].name} n'aurait que {_hours(begun - ended)} de repos"
        f" (moins de {_hours(REST)}) avant sa garde du {begun.astimezone(desk.zone):%d/%m à %H:%M}"
        for person, ended, begun in short_rests(around)
        if person in persons and person in people.people
    ]


def _hours(length: timedelta) -> str:
    hours, minutes = divmod(length // timedelta(minutes=1), 60)
    return f"{hours} h {minutes:02d}" if minutes else f"{hours} h"
