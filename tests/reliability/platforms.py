"""The platforms that every case is played on. To add one: write its stage and name it here."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager
from pathlib import Path
from types import ModuleType
from unittest.mock import patch

from bot.slack import account
from bot.telegram import account as telegram_account
from routing.domain.pace import Errand
from routing.service import deliver
from tests.acceptance.connected import with_slack
from tests.city import City, founded, settings_in
from tests.clock import DrivenClock
from tests.reliability.play import HOLE
from tests.reliability.stage import Stage
from tests.standins.faults import Fault
from tests.standins.slack import Message, SlackStandIn
from tests.standins.telegram import Message as Sent
from tests.standins.telegram import TelegramStandIn
from tests.standins.wire import Call
from tests.understood import Scripted

CHANNEL = "C0VOIRIE"
GROUP, BOT = -1001000000001, 900
SHORT = 0.8  # real seconds we wait for an answer that never comes, instead of some


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


def _be_impatient(stack: ExitStack, account: ModuleType, *, silent: bool) -> None:
    """Only where nothing is answered: elsewhere a slow machine must not look like a silent provider."""
    if silent:
        stack.enter_context(patch.object(account, "ANSWER_TIME", SHORT))
        stack.enter_context(patch.object(deliver, "CARRY_TIME", SHORT))


@asynccontextmanager
async def on_slack(url: str, folder: Path, *, silent: bool = False) -> AsyncIterator[Stage]:
    """A city on the database at ``url`` whose Voirie reads Slack."""
    scripted = Scripted()
    scripted.expect(HOLE, ("voirie-nid-de-poule", 0.93), place="rue Monge")
    async with SlackStandIn(DrivenClock()) as slack:
        slack.workspace.add_channel(CHANNEL, "voirie")
        settings = with_slack(folder, slack)
        channels = {"voirie": (OnSlack.address,)}
        with ExitStack() as stack:
            _be_impatient(stack, account, silent=silent)
            async with founded(url, folder, scripted, settings=settings, channels=channels) as city:
                slack.clock = city.clock
                yield OnSlack(city, slack, stack)


class OnTelegram:
    """Stage of a Telegram group; ``forum`` where each incident has its topic."""

    def __init__(self, city: City, telegram: TelegramStandIn, stack: ExitStack, group: int) -> None:
        self.city = city
        self.telegram = telegram
        self.stack = stack
        self.group = group
        self.address = f"telegram:{group}"

    def misbehave(self, fault: Fault, errand: Errand | None, times: int = 1) -> None:
        """A card has buttons under it, a line has none; what was lost is looked for by editing it."""
        method, when = {
            Errand.CARD: ("sendMessage", _with_buttons),
            Errand.LINE: ("sendMessage", _without_buttons),
            Errand.EDIT: ("editMessageText", None),
            Errand.LOOK: ("editMessageText", None),
            None: ("*", None),
        }[errand]
        self.telegram.faults.add(fault, method, times=times, when=when)

    def says_it_failed(self, *, committed: bool) -> Fault:
        """HTTP 500 in Telegram's own form."""
        return TelegramStandIn.failing(500, "Internal Server Error", committed=committed)

    def close_channel(self) -> None:
        """The group was deleted."""
        del self.telegram.network.chats[self.group]

    def dismiss(self) -> None:
        """Thrown out."""
        self.telegram.network.chats[self.group].members[BOT] = "kicked"

    def lose_channel(self) -> None:
        """A wrong line in the channels file."""
        del self.telegram.network.chats[self.group]

    def withdraw_token(self) -> None:
        """Revoked at BotFather."""
        self.telegram.mistakes_expected = True
        [account] = self.telegram.accounts.values()
        account.token = f"{BOT}:another"

    def refuse_strangely(self) -> None:
        """400, and words of tomorrow."""
        self.telegram.faults.add(TelegramStandIn.failing(400, "CHAT_GUEST_SEND_FORBIDDEN_TODAY"), "sendMessage")

    def delete_card(self) -> None:
        """By hand."""
        [card] = self._shown()
        del self.telegram.network.chats[self.group].messages[card.id]

    def freeze_card(self) -> None:
        """Telegram lets some messages be edited for a while only."""
        self.telegram.faults.add(TelegramStandIn.failing(400, "message can't be edited"), "editMessageText")

    def cards(self) -> list[str]:
        """Messages of the bot with a card's buttons."""
        return [each.text for each in self._shown()]

    def lines(self) -> list[str]:
        """What answers the card, or stands in its topic."""
        chat = self.telegram.network.chats[self.group]
        said = [each for each in chat.said_by(BOT) if not each.markup]
        return [each.text for card in self._shown() for each in said if each.topic == card.topic]

    def breaches(self) -> list[str]:
        """Of rates, and mistakes of the client."""
        return [*self.telegram.rates.breaches, *self.telegram.mistakes()]

    def _shown(self) -> list[Sent]:
        chat = self.telegram.network.chats.get(self.group)
        return [each for each in chat.said_by(BOT) if each.buttons()] if chat else []


def _with_buttons(call: Call) -> bool:
    return "reply_markup" in call.arguments


def _without_buttons(call: Call) -> bool:
    return "reply_markup" not in call.arguments


@asynccontextmanager
async def on_telegram(url: str, folder: Path, *, silent: bool = False, forum: bool = False) -> AsyncIterator[Stage]:
    """A city on the database at ``url`` whose Voirie reads Telegram."""
    scripted = Scripted()
    scripted.expect(HOLE, ("voirie-nid-de-poule", 0.93), place="rue Monge")
    async with TelegramStandIn(DrivenClock()) as stand_in:
        token = stand_in.add_bot(BOT, "VigieAgentsBot").token
        stand_in.network.add_group(GROUP, "Voirie", admins=(BOT,), forum=forum)
        settings = settings_in(folder, telegram_staff_token=token, telegram_base_url=stand_in.origin)
        channels = {"voirie": (f"telegram:{GROUP}",)}
        with ExitStack() as stack:
            _be_impatient(stack, telegram_account, silent=silent)
            async with founded(url, folder, scripted, settings=settings, channels=channels) as city:
                stand_in.clock = city.clock
                yield OnTelegram(city, stand_in, stack, GROUP)


@asynccontextmanager
async def on_telegram_forum(url: str, folder: Path, *, silent: bool = False) -> AsyncIterator[Stage]:
    """The same, in a forum."""
    async with on_telegram(url, folder, silent=silent, forum=True) as stage:
        yield stage


PLATFORMS: Mapping[str, Callable[..., AbstractAsyncContextManager[Stage]]] = {
    "Slack": on_slack,
    "Telegram": on_telegram,
    "Telegram forum": on_telegram_forum,
}
