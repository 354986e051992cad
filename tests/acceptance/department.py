"""A department that reads Slack, as the stories act in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.acceptance.connected import with_slack
from tests.city import City, founded
from tests.standins.slack import Message, SlackStandIn, payloads
from tests.standins.slack.workspace import View
from tests.understood import Scripted

HOLE = "un trou rue Monge"
VOIRIE = "C0VOIRIE"
CHANNELS = {"voirie": (f"slack:{VOIRIE}",), "proprete": ("slack:C0PROPRETE",)}


def hole_is_heard(scripted: Scripted) -> None:
    """What the story's first report is taken for."""
    scripted.expect(HOLE, ("voirie-nid-de-poule", 0.93), ("eau-assainissement-fuite", 0.05), place="rue Monge")


class Department:
    """The story's hands: people act in Slack, and Vigie carries out what follows."""

    def __init__(self, city: City, slack: SlackStandIn) -> None:
        self.city = city
        self.slack = slack
        self.people = slack.through_http(city.web)

    async def rest(self) -> None:
        """Until Vigie has done everything."""
        await self.city.app.state.doors.slack.rest()
        await self.city.settle(seconds=4)  # a channel takes one message a second

    def card(self, channel: str = VOIRIE) -> Message:
        """The only card of a channel."""
        [found] = self.slack.workspace.channel(channel).cards()
        return found

    def thread(self, channel: str = VOIRIE) -> list[str]:
        """What is said under it."""
        return [each.words for each in self.slack.workspace.channel(channel).thread(self.card(channel))]

    async def click(self, action: str, user: str = "U0ANA", *, channel: str = VOIRIE, copies: int = 1) -> None:
        """Press a button of the card."""
        delivery = await self.people.click(channel, self.card(channel), action, user, copies=copies)
        assert delivery.accepted
        await self.rest()

    def screen(self, user: str = "U0ANA") -> View:
        """The modal on somebody's screen."""
        found = self.slack.workspace.screen(user)
        assert found is not None
        return found

    async def submit(self, values: dict[str, dict[str, Any]], user: str = "U0ANA", *, copies: int = 1) -> View:
        """Fill in the modal and send it."""
        view = self.screen(user)
        delivery = await self.people.submit(view, values, copies=copies)
        assert delivery.accepted
        await self.rest()
        return view

    async def tick(self, view: View, line: int) -> None:
        """Press the button of one line of a checklist; all of them have the same name."""
        lines = [block for block in view.body["blocks"] if block.get("accessory")]
        act = payloads.action(lines[line]["block_id"], lines[line]["accessory"], None, self.slack.workspace.stamp())
        assert (await self.people.press(view, act)).accepted
        await self.rest()

    def whispers(self, user: str, channel: str = VOIRIE) -> list[str]:
        """What only this person was shown in the channel."""
        return [each.words for each in self.slack.workspace.channel(channel).shown_only_to(user)]


@asynccontextmanager
async def at_slack(
    url: str, folder: Path, scripted: Scripted, slack: SlackStandIn, **settings: Any
) -> AsyncIterator[Department]:
    """A city on the database at ``url`` whose departments read the workspace."""
    hole_is_heard(scripted)
    given = with_slack(folder, slack, **settings)
    async with founded(url, folder, scripted, settings=given, channels=CHANNELS) as city:
        slack.clock = city.clock
        yield Department(city, slack)
