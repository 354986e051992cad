"""What people do in Telegram, and what it makes bots hear."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tests.standins.deliveries import Delivery
from tests.standins.telegram.html import units
from tests.standins.telegram.mail import Account, Mail
from tests.standins.telegram.markup import buttons
from tests.standins.telegram.network import Chat, Message, Network
from tests.standins.telegram.queries import Queries, Query
from tests.standins.telegram.shapes import chat_json, message_json, user_json

COMMAND = re.compile(r"(?:^|(?<=\s))/[a-z0-9_]{1,32}(?:@\w+)?")


class People:
    """The hands of people. Every act tells the bots that may hear it."""

    def __init__(self, network: Network, queries: Queries, mail: Mail, accounts: Mapping[str, Account]) -> None:
        self._network = network
        self._queries = queries
        self._mail = mail
        self._accounts = accounts

    async def start(self, user: int, bot: int, payload: str = "") -> Message:
        """Open a bot and press Start."""
        self._network.private(user).members[bot] = "member"
        return await self.write(user, user, f"/start {payload}".strip())

    async def write(
        self, chat: int, user: int, text: str, *, to: Message | None = None, topic: int | None = None
    ) -> Message:
        """Write a message; ``to`` answers another one, ``topic`` stands in a forum's topic."""
        commands = [
            {"type": "bot_command", "offset": units(text[: found.start()]), "length": len(found[0])}
            for found in COMMAND.finditer(text)
        ]
        where = topic if topic is not None else to.topic if to else None
        return await self.put(chat, user, text=text, entities=commands, topic=where, reply_to=to.id if to else None)

    async def send(self, chat: int, user: int, *, to: Message | None = None, **more: Any) -> Message:
        """Send something that is not words: location, voice, photo…"""
        return await self.put(chat, user, more=more, reply_to=to.id if to else None)

    async def put(self, chat: int, user: int, **given: Any) -> Message:
        """Any message, which the bots of its chat hear."""
        place = self._network.chats[chat]
        message = self._network.put(place, user, **given)
        for account in self._hearing(place, message):
            await self._mail.tell(account, "message", chat, message_json(self._network, message))
        return message

    async def edit(self, message: Message, text: str = "", **more: Any) -> None:
        """Correct one's own message."""
        message.text, message.edited_at = text or message.text, self._network.now()
        message.more |= more
        place = self._network.chats[message.chat]
        for account in self._hearing(place, message):
            await self._mail.tell(account, "edited_message", place.id, message_json(self._network, message))

    async def press(self, message: Message, words: str, user: int, *, copies: int = 1) -> Query:
        """Press a button by the words on it."""
        found = [each for each in buttons(message.markup) if each["text"] == words or words in each["text"]]
        exact = [each for each in found if each["text"] == words] or found
        assert len(exact) == 1, f"{len(exact)} buttons {words!r} among {message.buttons()}"
        return await self.press_data(message, exact[0]["callback_data"], user, copies=copies)

    async def press_data(self, message: Message, data: str, user: int, *, copies: int = 1) -> Query:
        """What a client sends for a button; a hostile one sends any data."""
        query = self._queries.ask(message.sender, user, message, data)
        account = self._account(message.sender)
        payload = {
            "id": query.id,
            "from": user_json(self._network.users[user]),
            "chat_instance": "-1",
            "data": data,
            "message": message_json(self._network, message),
        }
        self._mail.copies = copies
        await self._mail.tell(account, "callback_query", message.chat, payload)
        self._mail.copies = 1
        return query

    async def react(self, message: Message, user: int, emoji: str | None) -> None:
        """Put a reaction on a message, or take it away again; bots hear of it only if they asked to."""
        place = self._network.chats[message.chat]
        payload = {
            "chat": chat_json(self._network, place),
            "message_id": message.id,
            "user": user_json(self._network.users[user]),
            "date": int(self._network.now().timestamp()),
            "old_reaction": [],
            "new_reaction": [{"type": "emoji", "emoji": emoji}] if emoji else [],
        }
        for account in self._members(place):
            await self._mail.tell(account, "message_reaction", place.id, payload)

    async def migrate(self, chat: int, to: int) -> Chat:
        """The group becomes a supergroup: another id, and the old messages stay behind."""
        old = self._network.chats[chat]
        new = self._network.add_group(to, old.title)
        new.members, old.migrated_to = dict(old.members), to
        told = self._network.put(old, next(iter(new.members)), more={"migrate_to_chat_id": to})
        for account in self._members(new):
            await self._mail.tell(account, "message", chat, message_json(self._network, told))
        return new

    async def set_member(self, chat: int, bot: int, status: str, by: int) -> None:
        """The bot's standing in a chat changes: kicked, left, member, administrator, blocked (in private)."""
        place, account = self._network.chats[chat], self._account(bot)
        before = place.members.get(bot, "left")
        place.members[bot] = status
        payload = {
            "chat": chat_json(self._network, place),
            "from": user_json(self._network.users[by]),
            "date": int(self._network.now().timestamp()),
            "old_chat_member": _standing(account, before),
            "new_chat_member": _standing(account, status),
        }
        await self._mail.tell(account, "my_chat_member", chat, payload)

    async def due(self) -> None:
        """Telegram repeats what was not taken; to be called after the clock moved."""
        for account in self._accounts.values():
            await self._mail.due(account)

    async def raw(self, bot: int, update: dict[str, Any], chat: int = 0) -> Delivery:
        """Any update at all, signed like a true one."""
        return await self._mail.pass_on(self._account(bot), "message", chat, update)

    # Who hears it

    def _account(self, bot: int) -> Account:
        return next(each for each in self._accounts.values() if each.user.id == bot)

    def _members(self, chat: Chat) -> list[Account]:
        gone = ("kicked", "left", "blocked")
        return [each for each in self._accounts.values() if chat.members.get(each.user.id, "left") not in gone]

    def _hearing(self, chat: Chat, message: Message) -> list[Account]:
        """In groups a bot in privacy mode hears commands, answers to itself and mentions only, unless it is admin."""
        return [each for each in self._members(chat) if self._hears(each, chat, message)]

    def _hears(self, account: Account, chat: Chat, message: Message) -> bool:
        if chat.kind == "private" or not account.privacy or chat.members[account.user.id] == "administrator":
            return True
        answered = chat.messages.get(message.reply_to or 0)
        to_the_bot = answered is not None and answered.sender == account.user.id
        return to_the_bot or message.text.startswith("/") or f"@{account.user.username}" in message.text


def _standing(account: Account, status: str) -> dict[str, Any]:
    found: dict[str, Any] = {"status": "kicked" if status == "blocked" else status, "user": user_json(account.user)}
    if found["status"] == "kicked":
        found["until_date"] = 0
    if status == "administrator":
        rights = ("can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats",
                  "can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users",
                  "can_post_stories", "can_edit_stories", "can_delete_stories")  # fmt: skip
        found |= dict.fromkeys(rights, False)
    return found
