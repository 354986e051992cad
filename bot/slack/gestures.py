"""What agents do from Slack, carried out: rights looked at, done exactly once, refusals in words."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.ext.asyncio import AsyncSession

from bot.house import DatabaseAway, House
from bot.slack.account import sorted_problems
from bot.slack.people import People
from bot.slack.screens import Subject
from bot.staff import EVERYBODY, agent_of, may_act
from bot.staff.rights import REFUSAL
from routing.domain.card import Card, Guess
from routing.errors import NotFound, RoutingError
from routing.ports import DeliveryProblem
from routing.service.acknowledge import acknowledge
from routing.service.ask_citizen import ask_citizen
from routing.service.claim import card_of
from routing.service.desk import Desk
from routing.service.escalate import call_duty
from routing.service.reclassify import reclassify
from routing.service.resolve import reopen, resolve
from routing.service.tick import tick
from routing.store import incidents, reports, views
from routing.store.models import Dispatch

log = logging.getLogger(__name__)

AWAY = "La base ne répond pas : rien n'a été fait. Réessayez dans quelques secondes. Danger immédiat : le 112."
UNSURE = "Slack ne dit pas qui est de l'équipe : rien n'a été fait. Réessayez dans quelques secondes."
FAILED = "Une erreur de notre côté : rien n'a été fait. Réessayez, ou agissez depuis la salle."
SCHEME = "slack"

Verb = Callable[[AsyncSession, Desk, str, str], Awaitable[object]]  # session, desk, reference, who


@dataclass(frozen=True, slots=True)
class Gesture:
    """One thing a person did. ``key`` is Slack's name for it: it acts once."""

    user: str
    subject: Subject
    key: str
    shown: str = ""

    @staticmethod
    def of(body: dict[str, Any], subject: Subject, key: str) -> Gesture:
        """From an interaction's payload; ``key`` need only be unique among the person's own."""
        user = body["user"]
        shown = str(user.get("name") or user.get("username") or "")
        return Gesture(user["id"], subject, f"{user['id']}/{key}", shown)


def take() -> Verb:
    """Take the incident."""
    return lambda session, desk, reference, by: acknowledge(session, desk, reference, by=by)


def end(reason: str) -> Verb:
    """Resolve it."""
    return lambda session, desk, reference, by: resolve(session, desk, reference, by=by, reason=reason)


def again(reason: str) -> Verb:
    """Reopen it."""
    return lambda session, desk, reference, by: reopen(session, desk, reference, by=by, reason=reason)


def other(procedure: str) -> Verb:
    """Give it another procedure."""
    return lambda session, desk, reference, by: reclassify(session, desk, reference, by=by, procedure_id=procedure)


def duty(reason: str) -> Verb:
    """Call the on-call person."""
    return lambda session, desk, reference, by: call_duty(session, desk, reference, by=by, reason=reason)


def question(text: str) -> Verb:
    """Ask the citizen."""
    return lambda session, desk, reference, by: ask_citizen(session, desk, reference, by=by, text=text)


def check_off(value: str) -> Verb:
    """Tick or untick the line named by ``value`` (``dispatch:position:done``), if it is one of the incident's."""
    dispatch, position, done = (int(part) for part in value.split(":"))

    async def work(session: AsyncSession, desk: Desk, reference: str, by: str) -> object:
        incident = await incidents.by_reference(session, reference)
        row = await session.get(Dispatch, dispatch)
        if row is None or row.incident_id != incident.id:
            raise NotFound("Cette ligne n'existe plus")
        return await tick(session, desk, dispatch, position, by=by, done=bool(done))

    return work


class Hands:
    """Carries gestures out."""

    def __init__(self, house: House, client: AsyncWebClient, people: People) -> None:
        self._house = house
        self._client = client
        self._people = people

    async def do(self, gesture: Gesture, verb: Verb) -> str | None:
        """None when done (now or before), else why not, in words for the person."""
        shown = await self._people.name(gesture.user, gesture.shown)

        async def work(session: AsyncSession) -> None:
            now = self._house.clock.now()
            if await reports.keep_event(session, SCHEME, gesture.key, "application/json", b"", now) is None:
                return
            agent = await agent_of(session, shown, slack=gesture.user)
            await verb(session, self._house.desk, gesture.subject.reference, agent.name)

        try:
            if not await self._may(gesture):
                return REFUSAL
            await self._house.run(work)
        except RoutingError as refusal:
            return str(refusal)
        except DatabaseAway:
            return AWAY
        except DeliveryProblem:
            return UNSURE
        except Exception:
            # A modal that closed would say that it was done.
            log.exception("a gesture failed")
            return FAILED
        return None

    async def tell(self, gesture: Gesture, outcome: asyncio.Task[str | None]) -> None:
        """Whisper a refusal once it is known."""
        if refusal := await outcome:
            await self.whisper(gesture.subject.channel, gesture.user, refusal)

    async def _may(self, gesture: Gesture) -> bool:
        house = self._house
        channel = f"{SCHEME}:{gesture.subject.channel}"

        async def work(session: AsyncSession) -> frozenset[str] | None:
            incident = await incidents.by_reference(session, gesture.subject.reference)
            return await may_act(session, house.rights, house.desk.directory, channel, incident.id)

        accounts = await house.run(work) if house.rights.accounts else EVERYBODY
        return accounts is EVERYBODY or await self._people.among(gesture.user, accounts)

    async def card(self, subject: Subject) -> Card:
        """The incident as its channel shows it now. Raises NotFound, DatabaseAway."""

        async def work(session: AsyncSession) -> Card:
            incident = await incidents.by_reference(session, subject.reference)
            return await card_of(session, self._house.desk, incident, f"{SCHEME}:{subject.channel}")

        return await self._house.run(work)

    async def ranking(self, subject: Subject) -> tuple[Guess, ...]:
        """The procedures that came into question beside the chosen one. Raises NotFound, DatabaseAway."""

        async def work(session: AsyncSession) -> tuple[Guess, ...]:
            incident = await incidents.by_reference(session, subject.reference)
            return views.ranked(incident, self._house.desk.titles)

        return await self._house.run(work)

    async def whisper(self, channel: str, user: str, words: str) -> None:
        """Tell one person something, in the channel they acted in or, failing that, in direct messages."""
        try:
            with sorted_problems():
                await self._client.chat_postEphemeral(channel=channel, user=user, text=words)
        except DeliveryProblem:
            try:
                with sorted_problems():
                    await self._client.chat_postMessage(
                        channel=user, text=words, unfurl_links=False, unfurl_media=False
                    )
            except DeliveryProblem as problem:
                log.warning("a refusal could not be told", extra={"problem": str(problem)})
