"""The methods of the Bot API this stand-in knows, with their arguments. A test compares this table with api.json.

Source: https://core.telegram.org/bots/api
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

STRING, INTEGER, BOOLEAN, CHAT, LIST, OBJECT = "string", "integer", "boolean", "chat", "list", "object"


@dataclass(frozen=True, slots=True)
class Method:
    """``arguments`` name to kind. ``posts``: puts a message in a chat; ``edits``: changes one."""

    arguments: Mapping[str, str]
    required: tuple[str, ...] = ()
    posts: bool = False
    edits: bool = False


_SHOWN = {
    "business_connection_id": STRING,
    "parse_mode": STRING,
    "entities": LIST,
    "link_preview_options": OBJECT,
    "reply_markup": OBJECT,
}
_SENT = {
    "chat_id": CHAT,
    "message_thread_id": INTEGER,
    "direct_messages_topic_id": INTEGER,
    "disable_notification": BOOLEAN,
    "protect_content": BOOLEAN,
    "allow_paid_broadcast": BOOLEAN,
    "message_effect_id": STRING,
    "suggested_post_parameters": OBJECT,
    "reply_parameters": OBJECT,
}
_WHICH = {"chat_id": CHAT, "message_id": INTEGER, "inline_message_id": STRING}
_TOPIC = {"chat_id": CHAT, "message_thread_id": INTEGER}

METHODS: dict[str, Method] = {
    "getMe": Method({}),
    "getUpdates": Method({"offset": INTEGER, "limit": INTEGER, "timeout": INTEGER, "allowed_updates": LIST}),
    "setWebhook": Method(
        {
            "url": STRING,
            "ip_address": STRING,
            "max_connections": INTEGER,
            "allowed_updates": LIST,
            "drop_pending_updates": BOOLEAN,
            "secret_token": STRING,
        },
        ("url",),
    ),
    "deleteWebhook": Method({"drop_pending_updates": BOOLEAN}),
    "getWebhookInfo": Method({}),
    "sendMessage": Method({**_SENT, **_SHOWN, "text": STRING}, ("chat_id", "text"), posts=True),
    "editMessageText": Method({**_WHICH, **_SHOWN, "text": STRING}, ("text",), edits=True),
    "editMessageReplyMarkup": Method(
        {**_WHICH, "business_connection_id": STRING, "reply_markup": OBJECT}, (), edits=True
    ),
    "deleteMessage": Method({"chat_id": CHAT, "message_id": INTEGER}, ("chat_id", "message_id"), edits=True),
    "answerCallbackQuery": Method(
        {
            "callback_query_id": STRING,
            "text": STRING,
            "show_alert": BOOLEAN,
            "url": STRING,
            "cache_time": INTEGER,
        },
        ("callback_query_id",),
    ),
    "createForumTopic": Method(
        {"chat_id": CHAT, "name": STRING, "icon_color": INTEGER, "icon_custom_emoji_id": STRING},
        ("chat_id", "name"),
        posts=True,
    ),
    "closeForumTopic": Method(_TOPIC, ("chat_id", "message_thread_id"), edits=True),
    "reopenForumTopic": Method(_TOPIC, ("chat_id", "message_thread_id"), edits=True),
    "getChat": Method({"chat_id": CHAT}, ("chat_id",)),
    "getFile": Method({"file_id": STRING}, ("file_id",)),
    "setMyCommands": Method({"commands": LIST, "scope": OBJECT, "language_code": STRING}, ("commands",)),
}
READS = frozenset({"getMe", "getUpdates", "getWebhookInfo", "getChat", "getFile", "file"})
