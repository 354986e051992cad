"""The methods of the Web API this stand-in knows: arguments, scopes, rates.

Facts read in api-ref (docs.slack.dev); tests compare this table with it where it is present.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.standins.rates import Steady, Window

STRING, BOOLEAN, INTEGER, LIST, OBJECT = "string", "boolean", "integer", "list", "object"

TIER_2 = Window(20, 60)
TIER_3 = Window(50, 60)
TIER_4 = Window(100, 60)
SPECIAL = Window(300, 60)  # "hundreds of requests per minute"
PER_CHANNEL = Steady(1.0, burst=4)  # one a second, short bursts
WORKSPACE = Window(400, 60)  # "several hundred messages per minute" over all channels


@dataclass(frozen=True, slots=True)
class Method:
    """``arguments`` name to kind; ``json`` whether a JSON body is read; ``scopes`` one of which is needed."""

    arguments: Mapping[str, str]
    required: tuple[str, ...] = ()
    limit: Window = TIER_3
    scopes: tuple[str, ...] = ()
    json: bool = True
    app_token: bool = False
    by_kind: bool = field(default=False)  # the scope's prefix follows the kind of channel

    @property
    def tier(self) -> int:
        """Calls a minute."""
        return self.limit.count


_PAGE = {"cursor": STRING, "limit": INTEGER}
_HISTORY = {"include_all_metadata": BOOLEAN, "inclusive": BOOLEAN, "latest": STRING, "oldest": STRING, **_PAGE}
_BODY = {
    "text": STRING,
    "blocks": LIST,
    "attachments": LIST,
    "metadata": OBJECT,
    "markdown_text": STRING,
    "parse": STRING,
    "link_names": BOOLEAN,
    "as_user": BOOLEAN,
}
_FACE = {"icon_emoji": STRING, "icon_url": STRING, "username": STRING}
_TRIGGER = {"trigger_id": STRING, "interactivity_pointer": STRING, "view": OBJECT}
_HISTORY_SCOPES = ("channels:history", "groups:history", "im:history")
_READ_SCOPES = ("channels:read", "groups:read", "im:read")

METHODS: dict[str, Method] = {
    "auth.test": Method({}, limit=SPECIAL),
    "apps.connections.open": Method({}, limit=TIER_3, app_token=True),
    "chat.postMessage": Method(
        {
            **_BODY,
            **_FACE,
            "channel": STRING,
            "thread_ts": STRING,
            "reply_broadcast": BOOLEAN,
            "mrkdwn": BOOLEAN,
            "unfurl_links": BOOLEAN,
            "unfurl_media": BOOLEAN,
        },
        ("channel",),
        WORKSPACE,
        ("chat:write",),
    ),
    "chat.postEphemeral": Method(
        {**_BODY, **_FACE, "channel": STRING, "user": STRING, "thread_ts": STRING},
        ("channel", "user"),
        TIER_4,
        ("chat:write",),
    ),
    "chat.update": Method(
        {**_BODY, "channel": STRING, "ts": STRING, "reply_broadcast": BOOLEAN, "file_ids": LIST},
        ("channel", "ts"),
        TIER_3,
        ("chat:write",),
    ),
    "chat.delete": Method(
        {"channel": STRING, "ts": STRING, "as_user": BOOLEAN}, ("channel", "ts"), TIER_3, ("chat:write",)
    ),
    "chat.getPermalink": Method(
        {"channel": STRING, "message_ts": STRING}, ("channel", "message_ts"), SPECIAL, json=False
    ),
    "conversations.history": Method(
        {"channel": STRING, **_HISTORY}, ("channel",), TIER_3, _HISTORY_SCOPES, by_kind=True
    ),
    "conversations.replies": Method(
        {"channel": STRING, "ts": STRING, **_HISTORY}, ("channel", "ts"), TIER_3, _HISTORY_SCOPES, False, by_kind=True
    ),
    "conversations.info": Method(
        {"channel": STRING, "include_locale": BOOLEAN, "include_num_members": BOOLEAN},
        ("channel",),
        TIER_3,
        _READ_SCOPES,
        False,
        by_kind=True,
    ),
    "conversations.members": Method(
        {"channel": STRING, **_PAGE}, ("channel",), TIER_4, _READ_SCOPES, False, by_kind=True
    ),
    "conversations.open": Method(
        {"channel": STRING, "users": STRING, "return_im": BOOLEAN, "prevent_creation": BOOLEAN},
        (),
        TIER_3,
        ("im:write", "mpim:write", "channels:manage", "groups:write"),
    ),
    "users.info": Method({"user": STRING, "include_locale": BOOLEAN}, ("user",), TIER_4, ("users:read",), False),
    "usergroups.users.list": Method(
        {"usergroup": STRING, "include_disabled": BOOLEAN}, ("usergroup",), TIER_2, ("usergroups:read",), False
    ),
    "usergroups.list": Method(
        {"include_count": BOOLEAN, "include_disabled": BOOLEAN, "include_users": BOOLEAN},
        (),
        TIER_2,
        ("usergroups:read",),
        False,
    ),
    "views.open": Method(_TRIGGER, ("view",), TIER_4),
    "views.push": Method(_TRIGGER, ("view",), TIER_4),
    "views.update": Method(
        {"view_id": STRING, "external_id": STRING, "view": OBJECT, "hash": STRING}, ("view",), TIER_4
    ),
    "views.publish": Method({"user_id": STRING, "view": OBJECT, "hash": STRING}, ("user_id", "view"), TIER_4),
}

TOLERATED = frozenset({"team_id"})  # Bolt adds it to every call, though few methods document it
READS = frozenset(
    name for name in METHODS if name.startswith(("auth.", "conversations.", "users.", "usergroups.", "apps."))
) | {"chat.getPermalink"}
# What the app asks for in its manifest; a test that needs more adds it, as an administrator would.
SCOPES = frozenset(
    {
        "app_mentions:read",
        "channels:history",
        "chat:write",
        "commands",
        "groups:history",
        "im:history",
        "im:write",
        "reactions:read",
        "usergroups:read",
        "users:read",
    }
)
