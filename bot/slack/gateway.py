"""ChatGateway on the Web API."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import cards
from bot.slack.account import sorted_problems
from routing.domain.card import Card, Line
from routing.domain.pace import Errand, Rate
from routing.ports import DeliveryProblem, Gone

EVENT = "vigie"
LOOK_BACK = timedelta(minutes=2)  # a message cannot be older than what it is about, but for two clocks that differ
PAGE, PAGES = 200, 5

Read = Callable[..., Awaitable[Any]]


class SlackChat:
    """Posts, edits and looks for what may have arrived already. References travel in the messages' metadata."""

    # One message a second for each channel, several hundred a minute in all; fifty edits and as many looks at
    # what a channel holds a minute in all. Short bursts are allowed: a turn that we were late for is made up for.
    # Source: https://docs.slack.dev/apis/web-api/rate-limits
    rates: Sequence[Rate] = (
        Rate("posts", frozenset({Errand.CARD, Errand.LINE}), every=1.05, burst=2),
        Rate("all posts", frozenset({Errand.CARD, Errand.LINE}), every=0.17, burst=30, shared=True),
        Rate("edits", frozenset({Errand.EDIT}), every=1.5, burst=10, shared=True),
        Rate("looks", frozenset({Errand.LOOK}), every=1.5, burst=10, shared=True),
    )

    def __init__(self, client: AsyncWebClient, zone: ZoneInfo) -> None:
        self._client = client
        self._zone = zone

    async def post_card(self, address: str, card: Card, ref: str, *, again: bool = False) -> str:
        """Post a card; returns its ts."""
        with sorted_problems():
            if again and (found := await self._find(self._client.conversations_history, ref, card.opened_at, address)):
                return found
            answer = await self._client.chat_postMessage(
                channel=address,
                text=cards.fallback(card),
                blocks=cards.blocks(card, self._zone),
                metadata=_metadata(ref),
                unfurl_links=False,
                unfurl_media=False,
            )
        return str(answer["ts"])

    async def edit_card(self, address: str, thread: str, card: Card) -> None:
        """Bring a card up to date."""
        try:
            with sorted_problems():
                await self._client.chat_update(
                    channel=address, ts=thread, text=cards.fallback(card), blocks=cards.blocks(card, self._zone)
                )
        except Gone:
            await self._take_down(address, thread)
            raise

    async def _take_down(self, address: str, thread: str) -> None:
        """A card that can be seen but not edited any more must not stand beside the new one."""
        with suppress(DeliveryProblem), sorted_problems():
            await self._client.chat_delete(channel=address, ts=thread)

    async def post_line(self, address: str, thread: str, line: Line, ref: str, *, again: bool = False) -> str:
        """Reply under the card; a broadcast line stands in the channel too."""
        with sorted_problems():
            if again and (
                found := await self._find(self._client.conversations_replies, ref, line.at, address, ts=thread)
            ):
                return found
            answer = await self._client.chat_postMessage(
                channel=address,
                thread_ts=thread,
                text=cards.line_text(line),
                blocks=cards.line_blocks(line),
                metadata=_metadata(ref),
                unfurl_links=False,
                unfurl_media=False,
                reply_broadcast=line.broadcast,
            )
        return str(answer["ts"])

    async def _find(self, read: Read, ref: str, since: datetime, channel: str, **more: str) -> str | None:
        """The ts of our message with that reference, None when it is not there."""
        cursor: dict[str, str] = {}
        oldest = f"{(since - LOOK_BACK).timestamp():.6f}"
        for _ in range(PAGES):
            page = await read(channel=channel, oldest=oldest, limit=PAGE, include_all_metadata=True, **more, **cursor)
            for message in page["messages"]:
                if _ref_of(message) == ref:
                    return str(message["ts"])
            following = (page.get("response_metadata") or {}).get("next_cursor")
            if not following:
                return None
            cursor = {"cursor": following}
        return None


def _metadata(ref: str) -> dict[str, Any]:
    return {"event_type": EVENT, "event_payload": {"ref": ref}}


def _ref_of(message: dict[str, Any]) -> str | None:
    found = message.get("metadata") or {}
    return found["event_payload"].get("ref") if found.get("event_type") == EVENT and message.get("bot_id") else None
