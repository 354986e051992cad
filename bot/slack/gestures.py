"""What agents do from Slack, carried out: rights looked at, done exactly once, refusals in words."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.ext.asyncio import AsyncSession

from bot.house import DatabaseAway, House
from bot.slack.account import sorted_problems
from bot.slack.cards import escape
from bot.slack.people import People
from bot.slack.screens import Subject
from bot.staff import EVERYBODY, agent_of, may_act
from bot.staff.rights import REFUSAL
from bot.staff.verbs import AWAY, FAILED, Verb
from routing.domain.card import Card, Guess
from routing.errors import RoutingError
from routing.ports import DeliveryProblem
from routing.service.claim import card_of
from routing.store import incidents, reports, views

log = logging.getLogger(__name__)

UNSURE = "Slack ne dit pas qui est de l'équipe : rien n'a été fait. Réessayez dans quelques secondes."
SCHEME = "slack"


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
        """Tell one person plain words, in the channel they acted in or, failing that, in direct messages."""
        words = escape(words)
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
