"""What agents do from Telegram, carried out: rights looked at, done exactly once, refusals in words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.house import House
from bot.staff import EVERYBODY, Agent, agent_of, may_act
from bot.staff.rights import REFUSAL
from bot.staff.verbs import Verb
from bot.telegram.talk import SCHEME, Spot
from routing.domain.card import Card, Guess
from routing.errors import NotFound, RoutingError
from routing.service.claim import card_of
from routing.store import incidents, reports, views
from routing.store.models import Incident, Thread, ThreadLine

NOT_HERE = "Cet incident n'est pas suivi dans ce groupe."

Result = TypeVar("Result")


class NotAllowed(RoutingError):
    """This person may not act on this incident."""


@dataclass(frozen=True, slots=True)
class Who:
    """A person of Telegram: their id, and the name Telegram shows."""

    user: int
    shown: str


@dataclass(frozen=True, slots=True)
class Gesture:
    """One thing a person did about an incident. ``key`` is Telegram's name for it: it acts once."""

    who: Who
    spot: Spot
    reference: str
    key: str


class Hands:
    """Carries gestures out, each update once; ``provider`` is the bot's name in the inbox."""

    def __init__(self, house: House, provider: str) -> None:
        self._house = house
        self.provider = provider

    async def once(self, key: str, work: Callable[[AsyncSession], Awaitable[Result]]) -> Result | None:
        """``work`` in one transaction with the note that this update was dealt with; None if it was before."""

        async def noted(session: AsyncSession) -> Result | None:
            now = self._house.clock.now()
            if await reports.keep_event(session, self.provider, key, "application/json", b"", now) is None:
                return None
            return await work(session)

        return await self._house.run(noted)

    async def do(self, gesture: Gesture, verb: Verb) -> str | None:
        """None when done (now or before), else why not, in words for the person. Raises DatabaseAway."""

        async def work(session: AsyncSession) -> None:
            await self._allow(session, gesture)
            agent = await self.agent(session, gesture.who)
            await verb(session, self._house.desk, gesture.reference, agent.name)

        try:
            await self.once(gesture.key, work)
        except RoutingError as refusal:
            return str(refusal)
        return None

    async def agent(self, session: AsyncSession, who: Who) -> Agent:
        """The person of the roster with this account, else somebody known by the name Telegram shows."""
        return await agent_of(session, who.shown, telegram=who.user)

    async def look(self, session: AsyncSession, gesture: Gesture) -> Card:
        """The incident as its group shows it now. Raises RoutingError."""
        incident = await self._allow(session, gesture)
        return await card_of(session, self._house.desk, incident, gesture.spot.channel)

    async def ranking(self, session: AsyncSession, gesture: Gesture) -> tuple[Guess, ...]:
        """The procedures that came into question beside the chosen one. Raises RoutingError."""
        return views.ranked(await self._allow(session, gesture), self._house.desk.titles)

    async def _allow(self, session: AsyncSession, gesture: Gesture) -> Incident:
        """The incident, if it is one of this group's and this person may act on it."""
        incident = await incidents.by_reference(session, gesture.reference)
        here = (Thread.incident_id == incident.id) & (Thread.channel == gesture.spot.channel)
        if await session.scalar(select(Thread.id).where(here)) is None:
            raise NotFound(NOT_HERE)
        directory, channel = self._house.desk.directory, gesture.spot.channel
        accounts = await may_act(session, self._house.rights, directory, channel, incident.id)
        if accounts is not EVERYBODY and str(gesture.who.user) not in accounts:
            raise NotAllowed(REFUSAL)
        return incident


async def thread_of(session: AsyncSession, spot: Spot, answered: int | None) -> Thread | None:
    """The card whose topic or thread a message stands in: by its topic, by the card it answers, or by a line of it."""
    here = select(Thread).where(Thread.channel == spot.channel)
    if spot.topic is not None:
        named = Thread.provider_ref.startswith(f"{spot.chat}/{spot.topic}/", autoescape=True)
        if thread := await session.scalar(here.where(named).limit(1)):
            return thread
    if answered is None:
        return None
    name = f"{spot.chat}/0/{answered}"
    if thread := await session.scalar(here.where(Thread.provider_ref == name).limit(1)):
        return thread
    line = select(ThreadLine.thread_id).where(ThreadLine.provider_ref == name).limit(1)
    return await session.scalar(here.where(Thread.id == line.scalar_subquery()))


async def reference_of(session: AsyncSession, thread: Thread) -> str:
    """The reference of a card's incident."""
    incident = await session.get_one(Incident, thread.incident_id)
    return incident.reference


def channel_of(chat: int) -> str:
    """A chat's full address."""
    return f"{SCHEME}:{chat}"
