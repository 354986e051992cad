"""What people on duty answer in their direct messages: a button, or ✅ or 👍 on the message."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncAck
from sqlalchemy.ext.asyncio import AsyncSession

from bot.house import DatabaseAway, House
from bot.slack.duty import TAKE, reference
from bot.slack.gestures import Hands
from bot.staff.afterwards import Afterwards
from bot.staff.duty import answer_own, page_number
from bot.staff.verbs import AWAY
from routing.errors import RoutingError
from routing.store import pages

Body = dict[str, Any]

YES = ("white_check_mark", "heavy_check_mark", "ballot_box_with_check", "+1", "thumbsup", "ok_hand", "saluting_face")


class DutyAnswers:
    """Carries them out: at once, and for one's own pages only."""

    def __init__(self, house: House, hands: Hands, after: Afterwards) -> None:
        self._house = house
        self._hands = hands
        self._after = after

    async def on_button(self, ack: AsyncAck, body: Body) -> None:
        """Je prends, je ne peux pas. Committed before Slack is told, unless the database is slow."""
        act, channel, user = body["actions"][0], body["container"]["channel_id"], body["user"]["id"]
        value = str(act.get("value", ""))
        ids = page_number(value)
        task = self._after.start(self._answer(user, ids, takes=act["action_id"] == TAKE))
        await self._after.within(task)
        await ack()
        if refusal := await task:
            await self._hands.whisper(channel, user, refusal)

    async def on_reaction(self, event: Body) -> None:
        """✅ or 👍, of whatever skin (``+1::skin-tone-2``), on the message takes everything it is about."""
        item = event.get("item") or {}
        if str(event.get("reaction")).partition("::")[0] not in YES or item.get("type") != "message":
            return
        ref = reference(str(item.get("channel")), str(item.get("ts")))
        found = await self._house.run(lambda session: pages.carried_as(session, ref))
        if found:
            task = self._after.start(self._answer(str(event.get("user")), [page.id for page in found], takes=True))
            if await self._after.within(task) and task.result() == AWAY:
                raise DatabaseAway

    async def _answer(self, user: str, ids: list[int], *, takes: bool) -> str | None:
        async def work(session: AsyncSession) -> str | None:
            return await answer_own(session, self._house.desk, ids, lambda one: one.slack == user, takes=takes)

        try:
            return await self._house.run(work)
        except RoutingError as refusal:
            return str(refusal)
        except DatabaseAway:
            return AWAY
