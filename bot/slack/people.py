"""Who people are: their names, and the user groups they belong to. What Slack said is remembered for a while."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.account import sorted_problems
from bot.staff.rights import groups
from routing.ports import DeliveryProblem

log = logging.getLogger(__name__)

NAMES_LIVE = timedelta(hours=12)
GROUPS_LIVE = timedelta(minutes=5)
MOST = 5000
ASKING = 1.0  # seconds a gesture may wait for what Slack knows of people


class People:
    """Read-only view of the workspace's people."""

    def __init__(self, client: AsyncWebClient, now: Callable[[], datetime]) -> None:
        self._client = client
        self._now = now
        self._names: dict[str, tuple[datetime, str]] = {}
        self._groups: dict[str, tuple[datetime, frozenset[str]]] = {}

    async def name(self, user: str, shown: str = "") -> str:
        """How colleagues know this person; ``shown`` or their id when Slack does not say."""
        known = self._names.get(user)
        if known and known[0] > self._now():
            return known[1]
        try:
            with sorted_problems():
                async with asyncio.timeout(ASKING):
                    answer = await self._client.users_info(user=user)
        except DeliveryProblem as problem:
            log.warning("a name is not known", extra={"problem": str(problem)})
            return (known[1] if known else shown) or user
        person = answer["user"]
        name = str(person.get("real_name") or person.get("name") or shown or user)
        if len(self._names) >= MOST:
            self._names.clear()
        self._names[user] = (self._now() + NAMES_LIVE, name)
        return name

    async def among(self, user: str, accounts: Iterable[str]) -> bool:
        """Whether the person is one of these accounts or in one of these user groups.

        Raises DeliveryProblem when Slack does not say who is in a group.
        """
        listed = frozenset(accounts)
        if user in listed:
            return True
        for group in sorted(groups(listed)):
            if user in await self._members(group):
                return True
        return False

    async def _members(self, group: str) -> frozenset[str]:
        known = self._groups.get(group)
        if known and known[0] > self._now():
            return known[1]
        try:
            with sorted_problems():
                async with asyncio.timeout(ASKING):
                    answer = await self._client.usergroups_users_list(usergroup=group)
        except DeliveryProblem as problem:
            log.warning("a user group is not known", extra={"group": group, "problem": str(problem)})
            if known is None:
                raise
            return known[1]
        self._groups[group] = (self._now() + GROUPS_LIVE, frozenset(answer["users"]))
        return self._groups[group][1]
