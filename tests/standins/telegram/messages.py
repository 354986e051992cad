"""Messages and topics: the methods that put and change them."""

from __future__ import annotations

from typing import Any

from tests.standins.telegram import markup
from tests.standins.telegram.errors import bad, wrong
from tests.standins.telegram.html import parse, units
from tests.standins.telegram.network import GENERAL, Chat, Message, Network, Topic, User
from tests.standins.telegram.shapes import message_json

LONGEST, TOPIC_NAME = 4096, 128


def send(network: Network, bot: User, arguments: dict[str, Any]) -> dict[str, Any]:
    """sendMessage"""
    chat = network.reach(arguments["chat_id"], bot)
    text, entities = _words(arguments)
    markup.check(arguments)
    topic = _topic(chat, arguments)
    message = network.put(
        chat,
        bot.id,
        text=text,
        entities=entities,
        markup=arguments.get("reply_markup"),
        topic=topic,
        reply_to=_answered(chat, topic, arguments.get("reply_parameters")),
        silent=bool(arguments.get("disable_notification")),
    )
    return message_json(network, message)


def edit_text(network: Network, bot: User, arguments: dict[str, Any]) -> dict[str, Any]:
    """editMessageText"""
    message = _own(network, bot, arguments, "edit")
    text, entities = _words(arguments)
    markup.check(arguments)
    _changed(network, message, text, entities, arguments.get("reply_markup"))
    return message_json(network, message)


def edit_markup(network: Network, bot: User, arguments: dict[str, Any]) -> dict[str, Any]:
    """editMessageReplyMarkup"""
    message = _own(network, bot, arguments, "edit")
    markup.check(arguments)
    _changed(network, message, message.text, message.entities, arguments.get("reply_markup"))
    return message_json(network, message)


def _changed(
    network: Network, message: Message, text: str, entities: list[Any], keyboard: dict[str, Any] | None
) -> None:
    if (message.text, message.entities, message.markup) == (text, entities, keyboard):
        raise bad(
            "message is not modified: specified new message content and reply markup are exactly the same "
            "as a current content and reply markup of the message"
        )
    message.text, message.entities, message.markup = text, entities, keyboard
    message.edited_at, message.versions = network.now(), message.versions + 1


def delete(network: Network, bot: User, arguments: dict[str, Any]) -> bool:
    """deleteMessage"""
    message = _own(network, bot, arguments, "delete")
    del network.chats[message.chat].messages[message.id]
    return True


def _own(network: Network, bot: User, arguments: dict[str, Any], what: str) -> Message:
    if "chat_id" not in arguments or "message_id" not in arguments:
        raise wrong("chat_id and message_id are needed here")
    chat = network.reach(arguments["chat_id"], bot)
    message = chat.messages.get(arguments["message_id"])
    if message is None:
        raise bad(f"message to {what} not found")
    if message.sender != bot.id or message.more:
        raise bad(f"message can't be {what}{'ed' if what == 'edit' else 'd'}")
    return message


def _words(arguments: dict[str, Any]) -> tuple[str, list[dict[str, Any]]]:
    mode, raw = arguments.get("parse_mode"), arguments["text"]
    if mode not in (None, "HTML"):
        raise wrong(f"this stand-in reads HTML only, not {mode}")
    text, entities = parse(raw) if mode else (raw.strip(), arguments.get("entities", []))
    if not text:
        raise wrong("message text is empty")
    if units(text) > LONGEST:
        raise wrong("message is too long")
    return text, entities


def _topic(chat: Chat, arguments: dict[str, Any]) -> int | None:
    number = arguments.get("message_thread_id")
    if number is None:
        return None
    topic = chat.topics.get(number)
    if not chat.forum or number == GENERAL or topic is None:
        raise bad("message thread not found")
    if topic.closed:
        raise bad("TOPIC_CLOSED")
    return int(number)


def _answered(chat: Chat, topic: int | None, reply: dict[str, Any] | None) -> int | None:
    if not reply:
        return None
    found = chat.messages.get(reply.get("message_id", 0))
    if found is not None and found.topic == topic:
        return found.id
    if not reply.get("allow_sending_without_reply"):
        raise bad("message to be replied not found")
    return None


def create_topic(network: Network, bot: User, arguments: dict[str, Any]) -> dict[str, Any]:
    """createForumTopic: the topic's number is the id of the service message that tells of it."""
    chat = _forum(network, bot, arguments)
    name = arguments["name"]
    if not 0 < len(name) <= TOPIC_NAME:
        raise wrong("TOPIC_NAME_INVALID" if name else "topic name must be non-empty")
    told = network.put(chat, bot.id, more={"forum_topic_created": {"name": name, "icon_color": 7322096}})
    told.topic = told.id
    chat.topics[told.id] = Topic(told.id, name)
    return {"message_thread_id": told.id, "name": name, "icon_color": 7322096}


def close_topic(network: Network, bot: User, arguments: dict[str, Any]) -> bool:
    """closeForumTopic"""
    return _set_closed(network, bot, arguments, closed=True)


def reopen_topic(network: Network, bot: User, arguments: dict[str, Any]) -> bool:
    """reopenForumTopic"""
    return _set_closed(network, bot, arguments, closed=False)


def _set_closed(network: Network, bot: User, arguments: dict[str, Any], *, closed: bool) -> bool:
    topic = _forum(network, bot, arguments).topics.get(arguments["message_thread_id"])
    if topic is None:
        raise bad("message thread not found")
    if topic.closed is closed:
        raise bad("TOPIC_NOT_MODIFIED")
    topic.closed = closed
    return True


def _forum(network: Network, bot: User, arguments: dict[str, Any]) -> Chat:
    chat = network.reach(arguments["chat_id"], bot)
    if not chat.forum:
        raise bad("the chat is not a forum")
    if chat.members.get(bot.id) != "administrator":
        raise bad("not enough rights to create a topic")
    return chat
