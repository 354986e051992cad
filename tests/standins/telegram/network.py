"""The state of Telegram: people, bots, chats, topics, messages; and what a test reads of it.

What a test reads counts as looked at; a message of a bot nobody looked at fails the test in the end.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.standins.telegram.errors import Refused, bad
from tests.standins.telegram.markup import buttons

GENERAL = 1  # the topic every forum has; its messages carry no thread


@dataclass(slots=True)
class User:
    """A person, or a bot."""

    id: int
    first_name: str
    last_name: str = ""
    username: str = ""
    is_bot: bool = False
    language: str = "fr"


@dataclass(slots=True)
class Message:
    """One message as it stands now. ``topic`` is its topic's id, ``reply_to`` the message it answers.

    ``more`` is what else it holds (location, voice, photo, a service message). ``versions`` counts edits.
    """

    id: int
    chat: int
    sender: int
    at: datetime
    text: str = ""
    entities: list[dict[str, Any]] = field(default_factory=list)
    markup: dict[str, Any] | None = None
    topic: int | None = None
    reply_to: int | None = None
    silent: bool = False
    more: dict[str, Any] = field(default_factory=dict)
    edited_at: datetime | None = None
    versions: int = 1
    seen: bool = False

    def buttons(self) -> list[str]:
        """The words on its buttons, in order."""
        return [button["text"] for button in buttons(self.markup)]


@dataclass(slots=True)
class Topic:
    """One topic of a forum."""

    id: int
    name: str
    closed: bool = False


@dataclass(slots=True)
class Chat:
    """A chat. ``members`` maps people and bots to their status; ``migrated_to`` is set once it became a supergroup."""

    id: int
    kind: str
    title: str = ""
    forum: bool = False
    members: dict[int, str] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    migrated_to: int | None = None
    numbers: Any = field(default_factory=lambda: itertools.count(2))  # the first one founded the group

    def said_by(self, *bots: int) -> list[Message]:
        """The messages of these bots, oldest first."""
        return _looked(each for each in self.messages.values() if each.sender in bots and not each.more)

    def topic(self, number: int) -> list[Message]:
        """Everything in a topic, oldest first."""
        return _looked(each for each in self.messages.values() if each.topic == number)


def _looked(messages: Iterable[Message]) -> list[Message]:
    found = list(messages)
    for each in found:
        each.seen = True
    return found


class Network:
    """All chats of the test."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.users: dict[int, User] = {}
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, bytes] = {}
        # Message ids outside supergroups are one sequence.
        self._numbers = itertools.count(int(now().timestamp()) % 1_000_000_000)

    # What a test puts in

    def add_user(self, id: int, first_name: str, last_name: str = "", **more: Any) -> User:
        """A person."""
        user = self.users[id] = User(id, first_name, last_name, **more)
        return user

    def add_group(self, id: int, title: str, *members: int, forum: bool = False, admins: tuple[int, ...] = ()) -> Chat:
        """A group: a supergroup where the id begins with -100, as Telegram's do."""
        kind = "supergroup" if str(id).startswith("-100") else "group"
        chat = self.chats[id] = Chat(id, kind, title, forum)
        chat.members = dict.fromkeys(members, "member") | dict.fromkeys(admins, "administrator")
        return chat

    def private(self, user: int) -> Chat:
        """The private chat of a person with the bots that they started."""
        if user not in self.chats:
            self.chats[user] = Chat(user, "private", members={user: "member"})
        return self.chats[user]

    def add_file(self, id: str, content: bytes) -> None:
        """A file that can be fetched."""
        self.files[id] = content

    # What the methods use

    def reach(self, id: Any, bot: User) -> Chat:
        """The chat a bot may write to. Raises Refused with Telegram's own words."""
        chat = self.chats.get(id)
        if chat is None or (chat.kind == "private" and bot.id not in chat.members):
            raise bad("chat not found")
        if chat.migrated_to is not None:
            raise bad("group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.migrated_to)
        status = chat.members.get(bot.id, "left")
        if status == "blocked":
            raise Refused(403, "bot was blocked by the user")
        if status in ("kicked", "left"):
            group = "supergroup" if chat.kind == "supergroup" else "group"
            raise Refused(403, f"bot was kicked from the {group} chat" if status == "kicked" else
                          f"bot is not a member of the {group} chat")  # fmt: skip
        if status == "restricted":
            raise bad("not enough rights to send text messages to the chat")
        return chat

    def number(self, chat: Chat) -> int:
        """The id of a chat's next message."""
        return next(chat.numbers) if chat.kind == "supergroup" else next(self._numbers)

    def put(self, chat: Chat, sender: int, **more: Any) -> Message:
        """One more message in a chat."""
        message = Message(self.number(chat), chat.id, sender, self.now(), **more)
        chat.messages[message.id] = message
        return message

    def unseen(self) -> list[str]:
        """Messages of bots no test looked at."""
        found = [each for chat in self.chats.values() for each in chat.messages.values()]
        return [
            f"message in {each.chat}: {each.text[:120]!r}"
            for each in found
            if self.users[each.sender].is_bot and not each.seen and not each.more
        ]
