"""A stretch of a rotation's duty is given to somebody, whatever the rules say, or given back to the rules."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from routing.errors import NotFound
from routing.service.audit import note_configuration
from routing.service.calendar import (
    check_present,
    check_stretch,
    known_person,
    known_rotation,
    opened,
    rest_warnings,
    when,
)
from routing.service.desk import Desk
from routing.store import live, roster
from routing.store.models import ShiftOverride


async def override_shift(
    session: AsyncSession, desk: Desk, rotation: str, person: str, begins: datetime, ends: datetime, *, by: str
) -> list[str]:
    """Give the duty to ``person`` (a roster id); earlier overrides keep only what lies outside.

    Returns warnings about rest, in words. Raises NotFound, Conflict.
    """
    people = await opened(session)
    known_rotation(people, rotation)
    taker = known_person(people, person)
    check_stretch(begins, ends, desk.now())
    check_present(people, taker, begins, ends)
    await put_override(session, desk, rotation, person, begins, ends, by=by)
    said = f"{rotation} : garde de {taker.name} {when(desk, begins, ends)}"
    note_configuration(session, desk, "override", said, by=by, person=person, rotation=rotation)
    return rest_warnings(await roster.load(session), [person], begins, ends, desk)


async def put_override(
    session: AsyncSession,
    desk: Desk,
    rotation: str,
    person: str,
    begins: datetime,
    ends: datetime,
    *,
    by: str,
    swap_id: int | None = None,
) -> None:
    """Make room, then keep the override. The calendar is open for a change."""
    meeting = (ShiftOverride.rotation == rotation, ShiftOverride.begins < ends, ShiftOverride.ends > begins)
    for row in list(await session.scalars(select(ShiftOverride).where(*meeting))):
        await session.delete(row)
        await session.flush()
        for first, last in ((row.begins, begins), (ends, row.ends)):
            if first < last:
                session.add(_row(row.rotation, row.person, first, last, row.made_by, row.made_at, row.swap_id))
    session.add(_row(rotation, person, begins, ends, by, desk.now(), swap_id))
    await session.flush()
    live.announce(session, "duty", 0)


def _row(
    rotation: str, person: str, begins: datetime, ends: datetime, by: str, at: datetime, swap_id: int | None
) -> ShiftOverride:
    return ShiftOverride(
        rotation=rotation, person=person, begins=begins, ends=ends, made_by=by, made_at=at, swap_id=swap_id
    )


async def drop_override(session: AsyncSession, desk: Desk, override: int, *, by: str) -> None:
    """Give the rest of the stretch back to the rules; what has been held stays in the calendar. Raises NotFound."""
    await opened(session)
    row, now = await session.get(ShiftOverride, override, with_for_update=True), desk.now()
    if row is None or row.ends <= now:
        raise NotFound("Cette garde n'est plus au calendrier")
    said = f"{row.rotation} : garde retirée {when(desk, max(row.begins, now), row.ends)}"
    note_configuration(session, desk, "override", said, by=by, person=row.person, rotation=row.rotation)
    if row.begins < now:
        row.ends = now
    else:
        await session.delete(row)
    live.announce(session, "duty", 0)
