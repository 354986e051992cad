"""Buttons of cards and of checklists."""

from __future__ import annotations

import logging
from typing import Any

from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.house import DatabaseAway
from bot.slack import screens
from bot.slack.account import sorted_problems
from bot.slack.gestures import Gesture, Hands
from bot.slack.screens import Subject
from bot.staff import verbs
from bot.staff.afterwards import Afterwards
from bot.staff.verbs import AWAY
from routing.errors import RoutingError
from routing.ports import DeliveryProblem

log = logging.getLogger(__name__)

Body = dict[str, Any]

EXPIRED = "L'écran n'a pas pu s'ouvrir : réessayez."


class Buttons:
    """What a click does: at once, or by way of a screen."""

    def __init__(self, hands: Hands, client: AsyncWebClient, after: Afterwards) -> None:
        self._hands = hands
        self._client = client
        self._after = after

    async def on_take(self, ack: AsyncAck, body: Body) -> None:
        """One click, one owner. Committed before Slack is told, unless the database is slow."""
        gesture = _on_card(body)
        task = self._after.start(self._hands.do(gesture, verbs.take()))
        await self._after.within(task)
        await ack()
        self._after.start(self._hands.tell(gesture, task))

    async def on_screen(self, ack: AsyncAck, body: Body) -> None:
        """Open the modal that belongs to the button."""
        await ack()
        self._after.start(self._open(body["actions"][0]["action_id"], body["trigger_id"], _on_card(body)))

    async def _open(self, action: str, trigger: str, gesture: Gesture) -> None:
        try:
            view = await self._view(action, gesture.subject)
        except (RoutingError, DatabaseAway) as problem:
            view = screens.notice(AWAY if isinstance(problem, DatabaseAway) else str(problem))
        try:
            with sorted_problems():
                await self._client.views_open(trigger_id=trigger, view=view)
        except DeliveryProblem as problem:
            log.warning("a screen did not open", extra={"screen": action, "problem": str(problem)})
            await self._hands.whisper(gesture.subject.channel, gesture.user, EXPIRED)

    async def _view(self, action: str, subject: Subject) -> Body:
        if action == "etapes":
            return screens.steps(subject, await self._hands.card(subject))
        if action == "reclasser":
            return screens.other_procedure(subject, await self._hands.ranking(subject))
        makers = {
            "resoudre": screens.end,
            "demander": screens.question,
            "astreinte": screens.duty,
            "rouvrir": screens.again,
        }
        return makers[action](subject)

    async def on_tick(self, ack: AsyncAck, body: Body) -> None:
        """A line of a checklist; the screen is redrawn."""
        view, act = body["view"], body["actions"][0]
        gesture = Gesture.of(body, Subject.of(view), f"{view['id']}/{act['block_id']}/{act['action_ts']}")
        task = self._after.start(self._tick(gesture, act["value"], view["id"]))
        await self._after.within(task)
        await ack()

    async def _tick(self, gesture: Gesture, value: str, view: str) -> None:
        if refusal := await self._hands.do(gesture, verbs.check_off(value)):
            await self._hands.whisper(gesture.subject.channel, gesture.user, refusal)
        try:
            redrawn = screens.steps(gesture.subject, await self._hands.card(gesture.subject))
            with sorted_problems():
                await self._client.views_update(view_id=view, view=redrawn)
        except (DeliveryProblem, RoutingError, DatabaseAway) as problem:
            log.warning("a screen was not redrawn", extra={"problem": type(problem).__name__})


def _on_card(body: Body) -> Gesture:
    act, container = body["actions"][0], body["container"]
    subject = Subject(str(act.get("value", "")), container["channel_id"])
    key = f"{container['channel_id']}/{container['message_ts']}/{act['action_id']}/{act['action_ts']}"
    return Gesture.of(body, subject, key)
