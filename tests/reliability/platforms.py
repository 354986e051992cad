"""The platforms that every case is played on. To add one: write its stage and name it here."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager
from pathlib import Path
from unittest.mock import patch

from bot.slack import account
from routing.domain.pace import Errand
from tests.acceptance.connected import with_slack
from tests.city import City, founded
from tests.clock import DrivenClock
from tests.reliability.play import HOLE
from tests.reliability.stage import Stage
from tests.standins.faults import Fault
from tests.standins.slack import Message, SlackStandIn
from tests.standins.wire import Call
from tests.understood import Scripted

CHANNEL = "C0VOIRIE"
SHORT = 0.3  # real seconds we wait for an answer, instead of some


class OnSlack:
    """Stage of a Slack workspace."""

    address = f"slack:{CHANNEL}"

    def __init__(self, city: City, slack: SlackStandIn, stack: ExitStack) -> None:
        self.city = city
        self.slack = slack
        self.stack = stack

    def misbehave(self, fault: Fault, errand: Errand | None, times: int = 1) -> None:
        """Cards and lines are the same method; lines name a thread."""
        method, when = {
            Errand.CARD: ("chat.postMessage", _in_channel),
            Errand.LINE: ("chat.postMessage", _in_thread),
            Errand.EDIT: ("chat.update", None),
            Errand.LOOK: ("conversations.history", None),
            None: ("*", None),
        }[errand]
        self.slack.faults.add(fault, method, times=times, when=when)

    def says_it_failed(self, *, committed: bool) -> Fault:
        """``fatal_error``: its documentation says that some of the work may have been done."""
        return SlackStandIn.failing("fatal_error", committed=committed)

    def close_channel(self) -> None:
        """Archived."""
        self.slack.workspace.channels[CHANNEL].archived = True

    def dismiss(self) -> None:
        """Removed."""
        self.slack.workspace.remove_bot(CHANNEL)

    def lose_channel(self) -> None:
        """A wrong line in the channels file."""
        del self.slack.workspace.channels[CHANNEL]

    def withdraw_token(self) -> None:
        """Uninstalled by an administrator."""
        self.slack.expect("invalid_auth")
        self.slack.workspace.bot_token = "xoxb-another"

    def refuse_strangely(self) -> None:
        """HTTP 200, ``ok: false``, and a word of tomorrow."""
        self.slack.refuse("chat.postMessage", "paused_for_maintenance_of_the_workspace_theme")

    def delete_card(self) -> None:
        """By hand."""
        [card] = self._shown()
        del self.slack.workspace.channels[CHANNEL].messages[card.ts]

    def freeze_card(self) -> None:
        """The workspace limits how long messages may be edited."""
        self.slack.refuse("chat.update", "edit_window_closed")

    def cards(self) -> list[str]:
        """Messages of the bot in the channel itself."""
        return [each.words for each in self._shown()]

    def lines(self) -> list[str]:
        """Replies under it."""
        channel = self.slack.workspace.channels[CHANNEL]
        return [each.words for card in self._shown() for each in channel.thread(card)]

    def breaches(self) -> list[str]:
        """Of rates, and mistakes of the client."""
        return [*self.slack.rates.breaches, *self.slack.mistakes()]

    def _shown(self) -> list[Message]:
        channel = self.slack.workspace.channels.get(CHANNEL)
        return channel.cards() if channel else []


def _in_channel(call: Call) -> bool:
    return "thread_ts" not in call.arguments


def _in_thread(call: Call) -> bool:
    return "thread_ts" in call.arguments


@asynccontextmanager
async def on_slack(url: str, folder: Path) -> AsyncIterator[Stage]:
    """A city on the database at ``url`` whose Voirie reads Slack."""
    scripted = Scripted()
    scripted.expect(HOLE, ("voirie-nid-de-poule", 0.93), place="rue Monge")
    async with SlackStandIn(DrivenClock()) as slack:
        slack.workspace.add_channel(CHANNEL, "voirie")
        settings = with_slack(folder, slack)
        channels = {"voirie": (OnSlack.address,)}
        with ExitStack() as stack:
            stack.enter_context(patch.object(account, "ANSWER_TIME", SHORT))
            async with founded(url, folder, scripted, settings=settings, channels=channels) as city:
                slack.clock = city.clock
                yield OnSlack(city, slack, stack)


PLATFORMS: Mapping[str, Callable[[str, Path], AbstractAsyncContextManager[Stage]]] = {"Slack": on_slack}
