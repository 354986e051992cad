"""Somebody is away: a substitute takes whatever duty they would have, or they take time off."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.oncall import Holding, Why
from routing.errors import Conflict, NotFound
from routing.service.audit import note_configuration
from routing.service.calendar import check_present, check_stretch, known_person, opened, rest_warnings, when
from routing.service.desk import Desk
from routing.store import live, roster
from routing.store.models import DutyReplacement, PersonTimeOff

Absence = DutyReplacement | PersonTimeOff


async def replace_person(
    session: AsyncSession, desk: Desk, person: str, substitute: str, begins: datetime, ends: datetime, *, by: str
) -> list[str]:
    """Whatever duty ``person`` would have is the substitute's. Returns warnings about rest.

    Raises NotFound, Conflict.
    """
    people = await opened(session)
    away, taker = known_person(people, person), known_person(people, substitute)
    check_stretch(begins, ends, desk.now())
    if person == substitute:
        raise Conflict("Personne ne se remplace soi-même")
    check_present(people, taker, begins, ends)
    await _check_free(session, DutyReplacement, person, begins, ends, f"{away.name} est déjà remplacé·e alors")
    made = {"made_by": by, "made_at": desk.now()}
    session.add(DutyReplacement(person=person, substitute=substitute, begins=begins, ends=ends, **made))
    said = f"{taker.name} remplace {away.name} {when(desk, begins, ends)}"
    await _noted(session, desk, "replacement", said, by, person)
    return rest_warnings(await roster.load(session), [substitute], begins, ends, desk)


async def take_time_off(
    session: AsyncSession, desk: Desk, person: str, begins: datetime, ends: datetime, *, by: str
) -> list[Holding]:
    """The person takes no duty. Returns the gaps that this leaves in the calendar. Raises NotFound, Conflict."""
    people = await opened(session)
    away = known_person(people, person)
    check_stretch(begins, ends, desk.now())
    await _check_free(session, PersonTimeOff, person, begins, ends, f"{away.name} est déjà en congé alors")
    session.add(PersonTimeOff(person=person, begins=begins, ends=ends, made_by=by, made_at=desk.now()))
    await _noted(session, desk, "time-off", f"{away.name} en congé {when(desk, begins, ends)}", by, person)
    before = people.calendar
    after = (await roster.load(session)).calendar
    held = [one for one in before.all_holdings(begins, ends) if one.person == person]
    return [gap for one in held for gap in after.holdings(one.rotation, one.begins, one.ends) if gap.why is Why.GAP]


async def come_back(session: AsyncSession, desk: Desk, kind: type[Absence], absence: int, *, by: str) -> None:
    """A replacement or time off ends now, or never begins. Raises NotFound."""
    await opened(session)
    row: Absence | None = await session.get(kind, absence, with_for_update=True)
    now = desk.now()
    if row is None or row.ends <= now:
        raise NotFound("Cette absence n'est plus au calendrier")
    what = "remplacement" if kind is DutyReplacement else "congé"
    said = f"{what} de {row.person} retiré {when(desk, max(row.begins, now), row.ends)}"
    if row.begins < now:
        row.ends = now
    else:
        await session.delete(row)
    await _noted(session, desk, "absence", said, by, row.person)


async def _check_free(
    session: AsyncSession, table: Any, person: str, begins: datetime, ends: datetime, refusal: str
) -> None:
    meeting = (table.person == person, table.begins < ends, table.ends > begins)
    if await session.scalar(select(table.id).where(*meeting).limit(1)):
        raise Conflict(refusal)


async def _noted(session: AsyncSession, desk: Desk, kind: str, said: str, by: str, person: str) -> None:
    note_configuration(session, desk, kind, said, by=by, person=person)
    await session.flush()
    live.announce(session, "duty", 0)
