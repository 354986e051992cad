"""A person listens to a call about one incident or several, and answers for those they were told about."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.paging import Call
from routing.errors import Conflict, NotFound
from routing.service import answer
from routing.service.desk import Desk
from routing.service.news import bind
from routing.service.pass_on import pass_on
from routing.service.subjects import call_of
from routing.store import pages
from routing.store.models import Page

TWICE = "Un autre appel est en cours pour la même chose"


async def tell_on_the_line(session: AsyncSession, desk: Desk, page_id: int, ref: str) -> Call:
    """What the call ``ref`` is about at this moment; from now on it counts as told.

    Raises NotFound, and Conflict when the page's call is another one.
    """
    leader = await _tied(session, page_id, ref)
    call = await call_of(session, desk, leader)
    heard = {subject.page for subject in call.subjects} | {leader.id}
    for page in await pages.carried_by(session, page_id):
        if page.id in heard:
            page.told_at = page.told_at or desk.now()
    return call


async def answer_on_the_line(
    session: AsyncSession, desk: Desk, page_id: int, ref: str, told: Sequence[int], *, takes: bool
) -> str | None:
    """The person takes everything they were told about, or cannot; None when at least one answer counted.

    Else why not, in French. Raises NotFound, Conflict as ``tell_on_the_line``.
    """
    await _tied(session, page_id, ref)
    asked = [page for page in await pages.carried_by(session, page_id) if page.id in told]
    return await answer_all(session, desk, asked, takes=takes)


async def answer_all(session: AsyncSession, desk: Desk, asked: Sequence[Page], *, takes: bool) -> str | None:
    """One answer to several pages; None when it counted for at least one, else why not, in French."""
    verb: Callable[[AsyncSession, Desk, int], Awaitable[object]] = answer.take if takes else answer.decline
    refusal: str | None = answer.OVER
    for page in sorted(asked, key=lambda page: page.incident_id or 0):  # rows are always locked in this order
        try:
            await verb(session, desk, page.id)
            refusal = None
        except Conflict as error:
            refusal = refusal and str(error)
    return refusal


async def doubt(session: AsyncSession, desk: Desk, page_id: int, ref: str, why: str) -> None:
    """Perhaps nobody listens (an answering machine, no key): whoever comes next is called, this call goes on."""
    await _tied(session, page_id, ref)
    incidents, carried = await pages.lock_carried(session, page_id)
    for page in carried:
        if page.state in pages.ANSWERABLE:
            await pass_on(session, desk, incidents.get(page.incident_id or 0), page, why)


async def _tied(session: AsyncSession, page_id: int, ref: str) -> Page:
    leader = await session.get(Page, page_id)
    if leader is None:
        raise NotFound(answer.MISSING)
    if not bind(leader, ref):
        raise Conflict(TWICE)
    return leader
