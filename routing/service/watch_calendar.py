"""The calendar of the next two weeks is looked through again and again, so that what is wrong is seen in time."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.oncall.outlook import Concern, Trouble, outlook
from routing.service.desk import Desk
from routing.service.trial import silent_people
from routing.store import live, roster
from routing.store.models import DutyWarning

FIELDS = ("trouble", "rotation", "person", "begins", "ends")


async def watch_calendar(session: AsyncSession, desk: Desk, channels: Collection[str]) -> list[Concern]:
    """Keep what is wrong for the room's screen, which is told when it changed. ``channels`` are those served."""
    await roster.one_at_a_time(session)
    found = outlook(await roster.load(session), desk.now(), channels, await silent_people(session, desk))
    if _noticed(found, desk.now()) != _noticed(await warnings(session), desk.now()):
        live.announce(session, "duty", 0)
    await session.execute(delete(DutyWarning))
    session.add_all([DutyWarning(**{field: getattr(one, field) for field in FIELDS}) for one in found])
    await session.flush()
    return found


async def warnings(session: AsyncSession) -> list[Concern]:
    """What was found last, soonest first."""
    rows = await session.scalars(select(DutyWarning).order_by(DutyWarning.begins, DutyWarning.id))
    return [Concern(*(getattr(row, field) for field in FIELDS)) for row in rows]


def _noticed(found: Collection[Concern], now: datetime) -> set[tuple[Trouble, str, str, datetime | None]]:
    """What somebody would notice: a stretch that has begun begins anew each minute."""
    return {(one.trouble, one.rotation, one.person, one.begins if one.begins > now else None) for one in found}
