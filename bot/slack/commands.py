"""What agents ask in words: the /vigie command, and the same words after a mention."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from slack_bolt.async_app import AsyncAck
from sqlalchemy.ext.asyncio import AsyncSession

from bot.house import DatabaseAway, House
from bot.slack.cards import escape
from bot.slack.gestures import SCHEME, Hands
from bot.slack.people import People
from bot.staff import Asked, agent_of, answer, parse
from bot.staff.afterwards import Afterwards
from bot.staff.verbs import AWAY
from bot.staff.words import cut
from routing.errors import RoutingError

Body = dict[str, Any]

COMMAND = "/vigie"
LONGEST_ANSWER = 3900
WAIT = "Un instant, la réponse arrive ici."
MENTION = re.compile(r"^\s*<@[UW][A-Z0-9]+(?:\|[^>]*)?>")


class Commands:
    """Answers are for the person who asked, and nobody else."""

    def __init__(self, house: House, hands: Hands, people: People, after: Afterwards) -> None:
        self._house = house
        self._hands = hands
        self._people = people
        self._after = after

    async def on_command(self, ack: AsyncAck, body: Body) -> None:
        """/vigie, answered in place when that is quick enough."""
        shown = str(body.get("user_name") or "")
        key = f"command/{_digest(body['trigger_id'])}"
        task = self._after.start(self._answer(body["user_id"], shown, str(body.get("text") or ""), key))
        if await self._after.within(task):
            await ack(escape(task.result()))
        else:
            await ack(WAIT)
            self._after.start(self._later(body["channel_id"], body["user_id"], task))

    async def on_mention(self, event: Body, body: Body) -> None:
        """@Vigie qui voirie: as the command. Without a verb it is talk about us, not to us."""
        verb, rest = parse(MENTION.sub("", str(event.get("text") or ""), count=1))
        user, name = event.get("user"), str(body.get("event_id", ""))
        if not user or event.get("bot_id") or not name or (event.get("thread_ts") and verb == "aide"):
            return
        task = self._after.start(self._answer(user, "", f"{verb} {rest}", f"mention/{name}"))
        self._after.start(self._later(event["channel"], user, task))

    async def _later(self, channel: str, user: str, task: Any) -> None:
        await self._hands.whisper(channel, user, await task)

    async def _answer(self, user: str, shown: str, words: str, key: str) -> str:
        verb, rest = parse(words)
        asked = Asked(verb, rest, SCHEME, key, f"{COMMAND} ")
        name = await self._people.name(user, shown)

        async def work(session: AsyncSession) -> str:
            agent = await agent_of(session, name, slack=user)
            return await answer(session, self._house.desk, agent, asked)

        try:
            said = await self._house.run(work)
        except RoutingError as refusal:
            said = str(refusal)
        except DatabaseAway:
            said = AWAY
        return cut(said, LONGEST_ANSWER)


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:32]
