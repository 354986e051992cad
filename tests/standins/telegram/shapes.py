"""Telegram's JSON of what the network holds."""

from __future__ import annotations

from typing import Any

from tests.standins.telegram.network import Chat, Message, Network, User


def user_json(user: User) -> dict[str, Any]:
    """User"""
    found = {"id": user.id, "is_bot": user.is_bot, "first_name": user.first_name}
    named = {"last_name": user.last_name, "username": user.username}
    return found | {name: value for name, value in named.items() if value} | _language(user)


def _language(user: User) -> dict[str, Any]:
    return {} if user.is_bot else {"language_code": user.language}


def chat_json(network: Network, chat: Chat) -> dict[str, Any]:
    """Chat"""
    found: dict[str, Any] = {"id": chat.id, "type": chat.kind}
    if chat.kind == "private":
        return found | {"first_name": network.users[chat.id].first_name}
    return found | {"title": chat.title} | ({"is_forum": True} if chat.forum else {})


def message_json(network: Network, message: Message, *, nested: bool = False) -> dict[str, Any]:
    """Message; the one it answers is shown one level deep."""
    chat = network.chats[message.chat]
    found: dict[str, Any] = {
        "message_id": message.id,
        "from": user_json(network.users[message.sender]),
        "chat": chat_json(network, chat),
        "date": int(message.at.timestamp()),
        **message.more,
    }
    if message.text:
        found["text"] = message.text
        found |= {"entities": message.entities} if message.entities else {}
    if message.markup and "inline_keyboard" in message.markup:
        found["reply_markup"] = message.markup
    if message.edited_at:
        found["edit_date"] = int(message.edited_at.timestamp())
    if message.topic is not None:
        found |= {"message_thread_id": message.topic, "is_topic_message": True}
    answered = chat.messages.get(message.reply_to or 0)
    if answered is not None and not nested:
        found["reply_to_message"] = message_json(network, answered, nested=True)
    return found
