"""Telephone calls, and what citizens want: the queries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.call import Step
from routing.domain.incident import ReportState
from routing.store.models import ChosenLanguage, OptOut, PhoneCall, Report

MISSED_FOR = timedelta(days=2)  # how long a missed call stays on the room's screen


async def taken(session: AsyncSession, sid: str, contact: str | None, now: datetime) -> PhoneCall:
    """The call of that name, locked; a new one if the provider names it for the first time."""
    row = {"sid": sid, "contact": contact, "step": "what", "turn": 0, "tries": 0, "started_at": now}
    await session.execute(insert(PhoneCall).values(row).on_conflict_do_nothing())
    query = select(PhoneCall).where(PhoneCall.sid == sid).with_for_update()
    return (await session.scalars(query.execution_options(populate_existing=True))).one()


async def by_sid(session: AsyncSession, sid: str) -> PhoneCall | None:
    """The call of that name, locked, None when it never reached us."""
    query = select(PhoneCall).where(PhoneCall.sid == sid).with_for_update()
    return await session.scalar(query.execution_options(populate_existing=True))


async def understood(session: AsyncSession, sid: str) -> bool:
    """Whether a call's words are understood, or nobody waits for that any more. Asked often, so it locks nothing."""
    over = or_(Report.state != ReportState.TALKING, Report.decision.is_not(None))
    query = select(over).join(PhoneCall, PhoneCall.report_id == Report.id).where(PhoneCall.sid == sid)
    return await session.scalar(query) is not False


async def of_report(session: AsyncSession, report: Report) -> PhoneCall | None:
    """The call in which a report was made."""
    return await session.scalar(select(PhoneCall).where(PhoneCall.report_id == report.id))


async def missed(session: AsyncSession, now: datetime, limit: int = 20) -> Sequence[PhoneCall]:
    """Calls that ended before anything was said, or while nobody answered a wish for a person, latest first, until
    somebody dealt with them.
    """
    query = select(PhoneCall).where(
        PhoneCall.report_id.is_(None),
        or_(PhoneCall.about_id.is_(None), PhoneCall.step == Step.PERSON),
        PhoneCall.seen_at.is_(None),
        PhoneCall.ended_at >= now - MISSED_FOR,
    )
    return (await session.scalars(query.order_by(PhoneCall.ended_at.desc()).limit(limit))).all()


async def locked(session: AsyncSession, call_id: int) -> PhoneCall | None:
    """The call, its row locked."""
    return await session.get(PhoneCall, call_id, with_for_update=True, populate_existing=True)


async def called_since(session: AsyncSession, call: PhoneCall) -> bool:
    """Whether the same number has called again."""
    later = (PhoneCall.contact == call.contact) & (PhoneCall.id > call.id)
    return bool(await session.scalar(select(exists().where(later))))


async def invited(session: AsyncSession, call: PhoneCall, lately: datetime, recently: datetime) -> tuple[int, int]:
    """How many other calls were answered by a text that asks what is happening: this number's since ``lately``, and
    everybody's since ``recently``.
    """
    mine = func.count().filter(PhoneCall.contact == call.contact, PhoneCall.invited_at >= lately)
    everybody = func.count().filter(PhoneCall.invited_at >= recently)
    others = select(mine, everybody).where(PhoneCall.invited_at >= min(lately, recently), PhoneCall.id != call.id)
    row = (await session.execute(others)).one()
    return row[0], row[1]


async def waiting_for(session: AsyncSession, contact: str, since: datetime) -> Sequence[PhoneCall]:
    """Missed calls of this number whose caller was asked by text what is happening, locked."""
    query = select(PhoneCall).where(
        PhoneCall.contact == contact,
        PhoneCall.invited_at >= since,
        PhoneCall.report_id.is_(None),
        PhoneCall.seen_at.is_(None),
    )
    return (await session.scalars(query.with_for_update())).all()


async def dealt_with(session: AsyncSession, call_id: int, now: datetime) -> None:
    """A person of the room has dealt with a missed call."""
    await session.execute(update(PhoneCall).where(PhoneCall.id == call_id).values(seen_at=now))


async def opt_out(session: AsyncSession, contact: str, now: datetime) -> None:
    """This number wants no more messages."""
    await session.execute(insert(OptOut).values(contact=contact, at=now).on_conflict_do_nothing())


async def opt_in(session: AsyncSession, contact: str) -> bool:
    """This number wants messages again; whether it had wanted none."""
    gone = delete(OptOut).where(OptOut.contact == contact).returning(OptOut.contact)
    return (await session.scalar(gone)) is not None


async def opted_out(session: AsyncSession, contact: str) -> bool:
    """Whether this number answered STOP."""
    return bool(await session.scalar(select(exists().where(OptOut.contact == contact))))


async def choose_language(session: AsyncSession, contact: str, language: str) -> None:
    """From now on this contact is answered in that language."""
    statement = insert(ChosenLanguage).values(contact=contact, language=language)
    await session.execute(statement.on_conflict_do_update(index_elements=["contact"], set_={"language": language}))


async def chosen_language(session: AsyncSession, contact: str | None) -> str | None:
    """The language this contact asked for, None when they never did."""
    chosen = await session.get(ChosenLanguage, contact) if contact else None
    return chosen.language if chosen else None
