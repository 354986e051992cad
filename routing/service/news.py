"""What providers tell of our calls and messages, in any order and as often as they like."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.incident import PageState
from routing.domain.paging import VOICE, Delivery
from routing.service.desk import Desk
from routing.service.pass_on import pass_on
from routing.store import live, pages, timers
from routing.store.models import Incident, Page
from routing.store.timers import Verb

# How long a call may stay in a state before it counts as lost: ringing, then talking.
WATCH = {
    Delivery.QUEUED: timedelta(seconds=45),
    Delivery.UNDERWAY: timedelta(seconds=45),
    Delivery.ARRIVED: timedelta(minutes=3),
}
SILENT = "l'opérateur n'en dit plus rien"
NO_ANSWER = "a décroché sans répondre"
WAITING = (PageState.SENDING, PageState.RINGING)


async def hear(
    session: AsyncSession, desk: Desk, page_id: int, ref: str, news: Delivery, why: str = "sans réponse"
) -> None:
    """``news`` of the call or message ``ref`` that carries a page; ``why`` (French) it was missed. Old news is none."""
    incidents, carried = await pages.lock_carried(session, page_id)
    leader = next((page for page in carried if page.id == page_id), None)
    if leader is None or not bind(leader, ref) or not news.after(leader.delivery):
        return
    leader.delivery = news
    for page in carried:
        await _met(session, desk, incidents.get(page.incident_id or 0), page, leader, why)


def bind(leader: Page, ref: str) -> bool:
    """Tie the call or message that is heard of to the page; False when it is tied to another one."""
    leader.provider_ref = leader.provider_ref or ref
    return leader.provider_ref == ref


async def _met(
    session: AsyncSession, desk: Desk, incident: Incident | None, page: Page, leader: Page, why: str
) -> None:
    if page.state not in WAITING:
        return
    news, voice = leader.delivery, page.channel == VOICE
    assert news is not None
    alone = page is not leader and voice and page.told_at is None
    if alone and (news is Delivery.OVER or (news is Delivery.MISSED and leader.state not in pages.ANSWERABLE)):
        # The call ended, or was ended by us, before this incident was told.
        await _ring_anew(session, desk, page)
    elif news is Delivery.MISSED:
        await unanswered(session, desk, incident, page, why)
    elif news is Delivery.OVER:
        await unanswered(session, desk, incident, page, NO_ANSWER)
    elif voice and page is leader:
        now = desk.now()
        await timers.arm(session, Verb.PAGE, page.id, now + WATCH[news], now)
    else:
        await timers.disarm(session, Verb.PAGE, page.id)


async def unanswered(session: AsyncSession, desk: Desk, incident: Incident | None, page: Page, why: str) -> None:
    """The person was not reached this way. They may still answer; somebody else is called."""
    page.state, page.error = PageState.UNANSWERED, why
    await timers.disarm(session, Verb.PAGE, page.id)
    live.announce(session, "page", page.id)
    await pass_on(session, desk, incident, page, why)


async def _ring_anew(session: AsyncSession, desk: Desk, page: Page) -> None:
    page.state, page.joined_id, page.provider_ref, page.sent_at = PageState.PENDING, None, None, None
    now = desk.now()
    await timers.arm(session, Verb.PAGE, page.id, now, now)


async def silent(session: AsyncSession, desk: Desk, page_id: int) -> None:
    """The time in which news should have come is over."""
    now = desk.now()
    incidents, carried = await pages.lock_carried(session, page_id)
    for page in carried:
        if page.state is PageState.RINGING and await timers.is_due(session, Verb.PAGE, page_id, now):
            await unanswered(session, desk, incidents.get(page.incident_id or 0), page, SILENT)
