"""The app's home tab, drawn anew each time it is opened."""

from __future__ import annotations

import logging
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.ext.asyncio import AsyncSession

from bot.house import DatabaseAway, House
from bot.slack import screens
from bot.slack.account import sorted_problems
from bot.slack.people import People
from bot.staff import agent_of, incidents_of, shifts_of
from bot.staff.afterwards import Afterwards
from routing.ports import DeliveryProblem

log = logging.getLogger(__name__)

Body = dict[str, Any]


class Home:
    """What a person holds or is called for, and their shifts."""

    def __init__(self, house: House, client: AsyncWebClient, people: People, after: Afterwards) -> None:
        self._house = house
        self._client = client
        self._people = people
        self._after = after

    async def on_open(self, event: Body) -> None:
        """Draw it; the messages tab is none of ours."""
        if event.get("tab", "home") == "home":
            self._after.start(self._publish(event["user"]))

    async def _publish(self, user: str) -> None:
        shown, desk = await self._people.name(user), self._house.desk

        async def work(session: AsyncSession) -> Body:
            agent = await agent_of(session, shown, slack=user)
            mine = await incidents_of(session, desk, agent.name, agent.person)
            shifts = await shifts_of(session, desk, agent.person)
            return screens.home(agent.name, mine, shifts, desk.now(), desk.zone)

        try:
            view = await self._house.run(work)
            with sorted_problems():
                await self._client.views_publish(user_id=user, view=view)
        except (DeliveryProblem, DatabaseAway) as problem:
            log.warning("a home tab was not drawn", extra={"problem": type(problem).__name__})
