"""What agents write under a card joins the incident's timeline."""

from __future__ import annotations

import html
import re
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.house import House
from bot.slack.gestures import SCHEME
from bot.slack.people import People
from bot.staff import agent_of
from bot.staff.words import ATTACHED
from routing.service.note import Change, Reply, note
from routing.store.models import Incident

Event = dict[str, Any]

CHANGES = {
    None: Change.WRITTEN,
    "thread_broadcast": Change.WRITTEN,
    "file_share": Change.WRITTEN,
    "message_changed": Change.EDITED,
    "message_deleted": Change.DELETED,
}
MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
LINK = re.compile(r"<([^>|]+)(?:\|([^>]*))?>")


class Threads:
    """Hears replies; what the bot itself said, and what is under no card of ours, is nobody's reply."""

    def __init__(self, house: House, people: People) -> None:
        self._house = house
        self._people = people

    async def hear(self, event: Event, event_id: str) -> Incident | None:
        """Keep a reply. Raises DatabaseAway, so that Slack sends it again."""
        change = CHANGES.get(event.get("subtype"))
        message = _message(event, change)
        if change is None or message is None or not event_id:
            return None
        words = await self._read(str(message.get("text") or ""))
        shown = await self._people.name(message["user"])

        async def work(session: AsyncSession) -> Incident | None:
            agent = await agent_of(session, shown, slack=message["user"])
            reply = Reply(
                channel=f"{SCHEME}:{event['channel']}",
                thread=message["thread_ts"],
                by=agent.name,
                text=f"{words} {ATTACHED}".strip() if message.get("files") else words,
                provider=SCHEME,
                event_id=event_id,
                change=change,
            )
            return await note(session, self._house.desk, reply)

        return await self._house.run(work)

    async def _read(self, text: str) -> str:
        """Slack's markup as people read it."""
        for user in set(MENTION.findall(text)):
            text = re.sub(rf"<@{user}(?:\|[^>]*)?>", f"@{await self._people.name(user)}", text)
        return html.unescape(LINK.sub(lambda found: found[2] or found[1], text))


def _message(event: Event, change: Change | None) -> Event | None:
    """The reply in question, None when it is not a person's reply in a thread."""
    before = event.get("previous_message") or {}
    if change is Change.DELETED:
        message = before
    elif change is Change.EDITED:
        message = event.get("message") or {}
        if message.get("text") == before.get("text"):
            return None  # Slack edits too, to add what it knows of a link
    else:
        message = event
    if message.get("bot_id") or not message.get("user") or not event.get("channel"):
        return None
    root = message.get("thread_ts")
    return message if root and root != message.get("ts") else None
