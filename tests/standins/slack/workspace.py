"""The state of a workspace: people, channels, messages, views; and what a test reads of it.

What a test reads counts as looked at; a message of the bot nobody looked at fails the test in the end.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.standins.slack.blocks import interactive, words_of
from tests.standins.slack.errors import Refused
from tests.standins.slack.methods import SCOPES


@dataclass(slots=True)
class User:
    """A person of the workspace, or a bot."""

    id: str
    name: str
    real_name: str
    is_bot: bool = False


@dataclass(slots=True)
class Message:
    """One message as it stands now. ``ts`` is its name in its channel; ``thread_ts`` its root's, None for a root.

    ``sender`` is a user's id; ``only_for`` the person an ephemeral message is shown to; ``versions`` counts edits.
    """

    ts: str
    channel: str
    sender: str
    text: str
    bot: bool = False
    blocks: list[Any] = field(default_factory=list)
    attachments: list[Any] = field(default_factory=list)
    metadata: dict[str, Any] | None = None
    thread_ts: str | None = None
    broadcast: bool = False
    only_for: str | None = None
    edited_ts: str | None = None
    versions: int = 1
    identical_edits: int = 0
    locked: bool = False
    seen: bool = False

    @property
    def words(self) -> str:
        """Everything a person reads in it: blocks where there are some, else the text."""
        return "\n".join(words_of(self.blocks)) if self.blocks else self.text

    def elements(self) -> list[tuple[str, dict[str, Any]]]:
        """Its interactive elements with the block each stands in."""
        return [(block["block_id"], each) for block in self.blocks for each in interactive(block)]

    def buttons(self) -> list[str]:
        """The words on its buttons, in order."""
        return [each["text"]["text"] for _, each in self.elements() if each["type"] == "button"]


@dataclass(slots=True)
class Channel:
    """A channel, or the direct messages of one person with the bot (``with_user``)."""

    id: str
    name: str
    private: bool = False
    archived: bool = False
    with_user: str | None = None
    members: set[str] = field(default_factory=set)
    messages: dict[str, Message] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """The prefix of its scopes: channels, groups, im."""
        return "im" if self.with_user else "groups" if self.private else "channels"

    def roots(self) -> list[Message]:
        """Everything that stands in the channel itself, oldest first (broadcast replies too)."""
        return self._looked(each for each in self.messages.values() if each.thread_ts is None or each.broadcast)

    def cards(self) -> list[Message]:
        """The bot's messages in the channel itself, oldest first."""
        return [each for each in self.roots() if each.bot and each.thread_ts is None and each.only_for is None]

    def thread(self, root: Message | str) -> list[Message]:
        """The replies under a message, oldest first."""
        ts = root if isinstance(root, str) else root.ts
        return self._looked(each for each in self.messages.values() if each.thread_ts == ts)

    def shown_only_to(self, user: str) -> list[Message]:
        """The ephemeral messages a person was shown."""
        return self._looked(each for each in self.messages.values() if each.only_for == user)

    def _looked(self, messages: Iterable[Message]) -> list[Message]:
        found = list(messages)
        for each in found:
            each.seen = True
        return found


@dataclass(slots=True)
class View:
    """A modal on somebody's screen, or a home tab. ``body`` is what the app sent."""

    id: str
    user: str
    body: dict[str, Any]
    hash: str
    root: str
    previous: str | None = None
    open: bool = True
    seen: bool = False
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """Everything a person reads in it."""
        return "\n".join(words_of([self.body.get("title"), self.body["blocks"]]))


class Workspace:
    """One workspace with one app in it. Tests put people and channels in; the methods change the rest."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.team_id, self.team_domain = "T0DIJON", "dijon"
        self.app_id, self.bot_id, self.bot_user = "A0VIGIE", "B0VIGIE", "U0VIGIE"
        self.bot_token = "xoxb-stand-in-bot"
        self.app_token = "xapp-stand-in-app"
        self.signing_secret = "stand-in-signing-secret"
        self.scopes = set(SCOPES)
        self.socket_mode = False  # the switch on the application's page
        self.users: dict[str, User] = {self.bot_user: User(self.bot_user, "vigie", "Vigie", is_bot=True)}
        self.channels: dict[str, Channel] = {}
        self.groups: dict[str, list[str]] = {}
        self.views: dict[str, View] = {}
        self.homes: dict[str, View] = {}
        self.numbers = itertools.count(1)
        self._last = (0, 0)

    # What a test puts in

    def add_channel(self, id: str, name: str | None = None, *, private: bool = False, bot: bool = True) -> Channel:
        """A channel; ``bot`` whether the app was invited."""
        channel = Channel(id, name or id.lower(), private, members={self.bot_user} if bot else set())
        self.channels[id] = channel
        return channel

    def add_user(self, id: str, real_name: str, *channels: str) -> User:
        """A person, member of some channels."""
        user = self.users[id] = User(id, real_name.lower().replace(" ", "."), real_name)
        for each in channels:
            self.channels[each].members.add(id)
        return user

    def add_group(self, id: str, *users: str) -> None:
        """A user group."""
        self.groups[id] = list(users)

    def remove_bot(self, channel: str) -> None:
        """Somebody removed the app from a channel."""
        self.channels[channel].members.discard(self.bot_user)

    def channel(self, id: str) -> Channel:
        """A channel as people see it."""
        return self.channels[id]

    def direct(self, user: str) -> Channel:
        """The direct messages of a person with the bot."""
        id = f"D0{user.removeprefix('U0')}"
        if id not in self.channels:
            self.channels[id] = Channel(id, user, private=True, with_user=user, members={user, self.bot_user})
        return self.channels[id]

    def screen(self, user: str) -> View | None:
        """The modal on top of a person's screen."""
        opened = [view for view in self.views.values() if view.user == user and view.open]
        if opened:
            opened[-1].seen = True
        return opened[-1] if opened else None

    def home(self, user: str) -> View | None:
        """A person's home tab, once published."""
        view = self.homes.get(user)
        if view is not None:
            view.seen = True
        return view

    # What the methods use

    def stamp(self) -> str:
        """A new ``ts``: unique and growing."""
        second = int(self.now().timestamp())
        last_second, last = self._last
        self._last = (second, 100) if second > last_second else (last_second, last + 100)
        return f"{self._last[0]}.{self._last[1]:06d}"

    def visible(self, id: str) -> Channel:
        """The channel, as far as the bot may know of it. Raises channel_not_found."""
        channel = self.channels.get(id)
        if channel is None or (channel.private and self.bot_user not in channel.members):
            raise Refused("channel_not_found")
        return channel

    def keep(self, message: Message) -> Message:
        """Put a message where it belongs; blocks without a name get one."""
        self.name_blocks(message.blocks)
        self.channels[message.channel].messages[message.ts] = message
        return message

    def name_blocks(self, blocks: list[Any]) -> None:
        """Give every block and element the identifier Slack would."""
        for block in blocks:
            block.setdefault("block_id", f"b{next(self.numbers)}")
            for each in interactive(block):
                each.setdefault("action_id", f"a{next(self.numbers)}")

    def unseen(self) -> list[str]:
        """What reached people and no test looked at."""
        messages = [each for channel in self.channels.values() for each in channel.messages.values()]
        found = [f"message in {each.channel}: {each.words[:120]!r}" for each in messages if each.bot and not each.seen]
        views = [*self.views.values(), *self.homes.values()]
        return found + [f"view for {each.user}: {each.words[:120]!r}" for each in views if not each.seen]
