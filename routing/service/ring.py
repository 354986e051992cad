"""What a page needs now, carried out: rung by a Pager, watched for news, closed when somebody has the incident.

Several pages for one person become one call: who finds the line busy joins the call that is going on, and the messages
that follow a first one within seconds leave together. The first never waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.incident import Event, PageState
from routing.domain.paging import CONSOLE, NAMES, VOICE, Call, Purpose, Rung
from routing.ports import DeliveryProblem, Pager, PermanentProblem, TemporaryProblem, UnknownOutcome
from routing.service.audit import note_trial
from routing.service.desk import Desk
from routing.service.news import silent
from routing.service.pass_on import pass_on
from routing.service.record import Happening, record_all
from routing.service.subjects import call_of
from routing.store import live, pages, timers
from routing.store.base import Database
from routing.store.models import Incident, Page
from routing.store.timers import Verb

RING_TIME = 9.0  # seconds the pagers have, a second provider included; one that hangs must not keep a worker's hand
TOGETHER = timedelta(seconds=5)  # messages that follow one another faster leave as one
LONGEST_CALL = timedelta(minutes=5)
LATE = timedelta(seconds=4)  # a second failure, or a first one after so long, calls the next in the meantime
TRIES = 6
PATIENCE = timedelta(seconds=10)  # of a page that waits for the one it joined; a safety, that one wakes it
UNSENT = (PageState.PENDING, PageState.SENDING)


async def carry_out(database: Database, desk: Desk, pagers: Mapping[str, Pager], page_id: int) -> None:
    """Do what the page's timer is for. Raises DeliveryProblem to be tried again."""
    call: Call | None = None
    async with database.transaction() as session:
        page = await session.get(Page, page_id)
        if page is None or (page.state not in pages.LIVE and page.last_word is None):
            await timers.disarm(session, Verb.PAGE, page_id)
            return
        if page.state is PageState.RINGING:
            await silent(session, desk, page_id)
            return
        rings, joined = page.state in UNSENT, page.joined_id is not None
        if rings and joined and not await _leave(session, desk, page_id):
            return
        if rings and not joined:
            call = await begin(session, desk, page_id)
    if rings and joined:  # in a transaction of its own: whoever waits for a line holds no incident
        async with database.transaction() as session:
            call = await begin(session, desk, page_id)
    if call is not None:
        await _ring(database, desk, pagers, page, call)
    elif not rings:
        await close(database, desk, pagers, page_id)


async def _ring(database: Database, desk: Desk, pagers: Mapping[str, Pager], page: Page, call: Call) -> None:
    """Carry out one page. A page prefers a duplicate to silence."""
    refusal: str | None = None
    rung = Rung()
    try:
        rung = await _ask(pagers, page.channel, call)
    except PermanentProblem as error:
        refusal = str(error)
    except DeliveryProblem as error:
        async with database.transaction() as session:
            await _failing(session, desk, page.id, error)
        raise
    async with database.transaction() as session:
        await settle(session, desk, page.id, rung, refusal)


async def _ask(pagers: Mapping[str, Pager], channel: str, call: Call) -> Rung:
    # A channel that lost its account since the page was planned rings in the room.
    pager = pagers.get(channel) or pagers[CONSOLE]
    try:
        async with asyncio.timeout(RING_TIME):
            return await pager.ring(call)
    except TimeoutError as error:
        raise UnknownOutcome("ne répond pas") from error


async def begin(session: AsyncSession, desk: Desk, page_id: int) -> Call | None:
    """What to say, the page being SENDING from now on; None when it leaves with others or nothing is left to do."""
    found = await session.get_one(Page, page_id)
    if found.channel != CONSOLE:
        await pages.one_at_a_time(session, found.person, found.channel)
    page = await pages.locked(session, page_id)
    if page is None or page.state not in UNSENT or page.joined_id is not None:
        return None
    if page.channel != CONSOLE and page.state is PageState.PENDING and await _leaves_with_others(session, desk, page):
        return None
    page.state = PageState.SENDING
    page.attempts += 1
    return await call_of(session, desk, page)


async def _leaves_with_others(session: AsyncSession, desk: Desk, page: Page) -> bool:
    """Whether the page joins a call that is going on, or waits for a message to follow; if not, it gathers others."""
    now = desk.now()
    if page.channel == VOICE:
        call = await pages.open_call(session, page, now - LONGEST_CALL)
        if call is not None:
            page.joined_id = call.id
            await timers.arm(session, Verb.PAGE, page.id, now if call.provider_ref else now + PATIENCE, now)
            return True
    else:
        before = await pages.fresh_message(session, page, now - TOGETHER)
        if before is not None:
            await timers.arm(session, Verb.PAGE, page.id, (before.sent_at or now) + TOGETHER, now)
            return True
    joined = await pages.gather(session, page, now)
    await timers.arm(session, Verb.PAGE, joined, now + PATIENCE, now)
    return False


async def _leave(session: AsyncSession, desk: Desk, page_id: int) -> bool:
    """What becomes of a page that joined another, as of that one; True when it must ring by itself."""
    page, incident = await pages.with_incident(session, page_id)
    if page is None or page.state not in UNSENT or page.joined_id is None:
        return False
    leader = await session.get_one(Page, page.joined_id, populate_existing=True)
    if leader.state is PageState.SENDING:
        if leader.passed_on:
            await pass_on(session, desk, incident, page, leader.error or "ne répond pas")
        await timers.arm(session, Verb.PAGE, page.id, desk.now() + PATIENCE, desk.now())
        return False
    if leader.state is PageState.FAILED:
        await _refuse(session, desk, incident, page, leader.error or "refusé")
        return False
    carried = leader.provider_ref is not None and (page.channel != VOICE or leader.delivery not in pages.ENDED)
    if carried:
        await _rang(session, desk, [(page, incident)], Rung(leader.provider_ref))
        return False
    page.joined_id = None
    return True


async def settle(session: AsyncSession, desk: Desk, page_id: int, rung: Rung, refusal: str | None) -> None:
    """Note what the pager did with the page and with those that joined it; wake those that joined meanwhile."""
    owners, carried = await pages.lock_carried(session, page_id)
    page = next((one for one in carried if one.id == page_id), None)
    if page is None:
        return
    if refusal is not None and page.state is PageState.SENDING:
        await _refuse(session, desk, owners.get(page.incident_id or 0), page, refusal)
    elif refusal is None:
        over = page.channel == VOICE and page.delivery in pages.ENDED
        theirs = [one for one in carried if one is page or (one.state in UNSENT and rung.ref and not over)]
        await _rang(session, desk, [(one, owners.get(one.incident_id or 0)) for one in theirs], rung, leader=page_id)
    now = desk.now()
    await timers.arm(session, Verb.PAGE, await pages.joined_to(session, page_id), now, now)


async def _rang(
    session: AsyncSession, desk: Desk, rung: Sequence[tuple[Page, Incident | None]], how: Rung, leader: int = 0
) -> None:
    """One call or message has left for these pages. ``leader``'s is watched: news of it is news of the others."""
    now = desk.now()
    woken: list[int] = []
    over: list[int] = []
    happened: list[Happening] = []
    for page, incident in rung:
        news = how.news if page.id == leader else None
        if not _note_rung(page, how.ref, now, followed=news is not None):
            woken.append(page.id)  # answered or cancelled while it was on its way: that must still be told
            continue
        live.announce(session, "page", page.id)
        if news is not None and page.delivery is None:
            await timers.arm(session, Verb.PAGE, page.id, now + news, now)
        else:
            over.append(page.id)
        if incident is None:
            note_trial(session, desk, page.person, Event.PAGED, f"{page.name} est appelé·e", channel=page.channel)
        else:
            facts = {"channel": page.channel}
            happened.append(Happening(incident, Event.PAGED, _said(page), person=page.person, facts=facts))
    await timers.arm(session, Verb.PAGE, woken, now, now)
    await timers.disarm(session, Verb.PAGE, over)
    if happened:
        await record_all(session, desk, happened)


def _note_rung(page: Page, ref: str | None, now: datetime, *, followed: bool) -> bool:
    """Whether it rings from now on."""
    page.provider_ref, page.followed = page.provider_ref or ref, followed
    page.sent_at = page.sent_at or now
    if page.channel != VOICE:
        page.told_at = page.told_at or now
    rings = page.state in UNSENT
    if rings:
        page.state, page.error = PageState.RINGING, None
    return rings


def _said(page: Page) -> str:
    if page.purpose is Purpose.HOLD:
        return f"On demande à {page.name} : toujours dessus ?"
    return f"{page.name} est appelé·e : {NAMES.get(page.channel, page.channel)} (niveau {page.level})"


async def _refuse(session: AsyncSession, desk: Desk, incident: Incident | None, page: Page, refusal: str) -> None:
    page.state, page.error = PageState.FAILED, refusal
    await timers.disarm(session, Verb.PAGE, page.id)
    live.announce(session, "page", page.id)
    await pass_on(session, desk, incident, page, f"injoignable, {refusal}")


async def _failing(session: AsyncSession, desk: Desk, page_id: int, error: DeliveryProblem) -> None:
    """It may work later; but the next way is taken before ten seconds have passed."""
    page, incident = await pages.with_incident(session, page_id)
    if page is None or page.state is not PageState.SENDING:
        return
    problem, now = str(error), desk.now()
    page.error = problem
    pause = (error.retry_after or 0.0) if isinstance(error, TemporaryProblem) else 0.0
    if page.attempts >= TRIES:
        await _refuse(session, desk, incident, page, problem)
    elif page.attempts > 1 or now - page.due_at >= LATE or pause >= LATE.total_seconds():
        await pass_on(session, desk, incident, page, problem)
    await timers.arm(session, Verb.PAGE, await pages.joined_to(session, page_id), now, now)


async def close(database: Database, desk: Desk, pagers: Mapping[str, Pager], page_id: int) -> None:
    """Stop a telephone that rings, tell who was written to. Raises DeliveryProblem to be tried again."""
    async with database.transaction() as session:
        page = await pages.locked(session, page_id)
        if page is None or page.last_word is None or page.provider_ref is None:
            # Without a reference it is still leaving: whoever carries that out calls for this again.
            await timers.disarm(session, Verb.PAGE, page_id)
            return
        call = await call_of(session, desk, page)
        theirs = page.state in (PageState.ACKNOWLEDGED, PageState.DECLINED)
        tried = await timers.attempts(session, Verb.PAGE, page_id)
    pager = pagers.get(page.channel)
    if pager is not None and tried < TRIES and not (page.channel == VOICE and call.subjects):
        try:
            async with asyncio.timeout(RING_TIME):
                await pager.close(call, page.provider_ref, page.last_word, theirs=theirs)
        except PermanentProblem:
            pass  # the call is over, the message is gone: nothing is left to close
        except TimeoutError as error:
            raise UnknownOutcome("ne répond pas") from error
    async with database.transaction() as session:
        page = await pages.locked(session, page_id)
        if page is not None:
            page.last_word = None
        await timers.disarm(session, Verb.PAGE, page_id)
