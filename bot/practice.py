"""What a process does for the first time takes it ten times as long: it is practised before somebody waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import structlog
from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.authorities import authorities
from bot.house import House
from intake.channels.messages import take
from intake.handle import handle
from intake.models import Message
from intake.ports import DangerRules
from nlp_models import danger_rules
from routing.domain.paging import CONSOLE, Rung
from routing.domain.understanding import Channel
from routing.service import ring
from routing.service.desk import Desk
from routing.service.escalate import escalate
from routing.service.show import bring
from routing.store import channels, incidents
from routing.store.models import Page, Report, Timer
from routing.store.timers import Verb

log = structlog.get_logger(__name__)

SETTLED = 2.0
AT_A_TIME, PAUSE = 40, 0.02  # danger rules, and seconds: whoever writes meanwhile waits some five milliseconds
SAID = "Un arbre est tombé rue de la Liberté à Dijon, un homme saigne, il est coincé sous une branche"


@dataclass(frozen=True, slots=True)
class Here:
    """The house, in a transaction that is undone."""

    session: AsyncSession
    desk: Desk
    danger: DangerRules
    base_url: str

    async def run(self, work: Callable[[AsyncSession], Awaitable[Any]]) -> Any:
        """``work`` in that transaction."""
        return await work(self.session)


async def practise(house: House, after: float = SETTLED) -> None:
    """Everything from an invented report to its card and the first call, undone; not where real ones wait already.

    Then the danger rules, little by little. ``after`` so many seconds: whoever waited for the start comes first.
    """
    await asyncio.sleep(after)
    try:
        async with house.database.undone() as session:
            if not await session.scalar(select(exists().where(Timer.verb == Verb.HANDLE))):
                await _play(session, house)
    except Exception as error:  # noqa: BLE001 (what cannot be practised is done for the first time when it is needed)
        log.warning("nothing could be practised", error=type(error).__name__)
    if house.hearing is not None and house.pagers.keys() != {CONSOLE}:
        await _reach_nobody()
    for number, _ in enumerate(danger_rules.warm()):
        if number % AT_A_TIME == 0:
            await asyncio.sleep(PAUSE)


async def _reach_nobody() -> None:
    """The first request to a provider reads the certificate authorities and imports half of the HTTP client."""
    with suppress(httpx.HTTPError):
        async with httpx.AsyncClient(verify=authorities(), timeout=1, trust_env=False) as client:
            await client.get("http://127.0.0.1:9")  # the port that discards: nobody listens


async def _play(session: AsyncSession, house: House) -> None:
    desk = house.desk
    message = Message(Channel.WEB, SAID, provider="practice", external_id=uuid4().hex)
    taken = await take(Here(session, desk, house.danger, house.base_url), message)
    if house.hearing is None:
        return
    report = (await session.scalars(select(Report).where(Report.reference == taken.reference))).one()
    await handle(session, desk, house.hearing, report.id)
    if report.incident_id is None:
        return
    await escalate(session, desk, report.incident_id, (CONSOLE,), together=1)
    for page in (await session.scalars(select(Page.id).where(Page.incident_id == report.incident_id))).all():
        await ring.begin(session, desk, page)
        await ring.settle(session, desk, page, Rung(), None)
    addresses = [thread.channel for thread in await incidents.threads_of(session, report.incident_id)]
    for address, number in (await channels.numbers(session, addresses)).items():
        if channels.verb_of(address) is Verb.SHOW:
            await bring(session, desk, house.room(session), number, last=True)
