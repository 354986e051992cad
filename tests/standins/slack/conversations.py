"""conversations.*, users.*, usergroups.*: what the app may read of the workspace."""

from __future__ import annotations

import base64
import re
from typing import Any

from tests.standins.slack.errors import Refused
from tests.standins.slack.shapes import channel_json, message_json, user_json
from tests.standins.slack.workspace import Channel, Message, Workspace

PAGE, LARGEST_PAGE = 100, 1000
TS = re.compile(r"^\d+(\.\d{1,6})?$")


def replies(workspace: Workspace, arguments: dict[str, Any]) -> dict[str, Any]:
    """conversations.replies: the root first, then its replies, oldest first."""
    channel = _readable(workspace, arguments["channel"])
    found = channel.messages.get(arguments["ts"])
    if found is None or found.only_for:
        raise Refused("thread_not_found")
    root = found.thread_ts or found.ts
    under = [each for each in _between(channel, arguments) if each.thread_ts == root]
    return _page(workspace, [channel.messages[root], *under], arguments, LARGEST_PAGE)


def history(workspace: Workspace, arguments: dict[str, Any]) -> dict[str, Any]:
    """conversations.history: what stands in the channel itself, latest first."""
    channel = _readable(workspace, arguments["channel"])
    roots = [each for each in _between(channel, arguments) if each.thread_ts is None or each.broadcast]
    page = _page(workspace, roots[::-1], arguments, PAGE)
    return {**page, "pin_count": 0, "channel_actions_ts": None, "channel_actions_count": 0}


def info(workspace: Workspace, arguments: dict[str, Any]) -> dict[str, Any]:
    """conversations.info"""
    channel = workspace.visible(arguments["channel"])
    more = {"num_members": len(channel.members)} if arguments.get("include_num_members") else {}
    return {"channel": channel_json(workspace, channel) | more}


def members(workspace: Workspace, arguments: dict[str, Any]) -> dict[str, Any]:
    """conversations.members"""
    channel = workspace.visible(arguments["channel"])
    start, stop = _slice(arguments, PAGE)
    everybody = sorted(channel.members)
    return {"members": everybody[start:stop], "response_metadata": {"next_cursor": _cursor(stop, len(everybody))}}


def open_direct(workspace: Workspace, arguments: dict[str, Any]) -> dict[str, Any]:
    """conversations.open with one person."""
    users = [each for each in arguments.get("users", "").split(",") if each]
    if not users and not arguments.get("channel"):
        raise Refused("users_list_not_supplied")
    if len(users) > 1:
        raise Refused("method_not_supported_for_channel_type", "the stand-in opens direct messages with one person")
    if users and users[0] not in workspace.users:
        raise Refused("user_not_found")
    channel = workspace.direct(users[0]) if users else workspace.visible(arguments["channel"])
    return {"channel": channel_json(workspace, channel) if arguments.get("return_im") else {"id": channel.id}}


def user_info(workspace: Workspace, arguments: dict[str, Any]) -> dict[str, Any]:
    """users.info"""
    user = workspace.users.get(arguments["user"])
    if user is None:
        raise Refused("user_not_found")
    return {"user": user_json(workspace, user)}


def group_users(workspace: Workspace, arguments: dict[str, Any]) -> dict[str, Any]:
    """usergroups.users.list"""
    users = workspace.groups.get(arguments["usergroup"])
    if users is None:
        raise Refused("no_such_subteam")
    return {"users": list(users)}


def groups(workspace: Workspace, arguments: dict[str, Any]) -> dict[str, Any]:
    """usergroups.list"""
    found = []
    for id, users in workspace.groups.items():
        more: dict[str, Any] = {"users": list(users)} if arguments.get("include_users") else {}
        handle = id.lower()
        found.append({"id": id, "team_id": workspace.team_id, "name": handle, "handle": handle, **more})
    return {"usergroups": found}


def _readable(workspace: Workspace, id: str) -> Channel:
    channel = workspace.visible(id)
    if workspace.bot_user not in channel.members:
        raise Refused("not_in_channel")
    return channel


def _between(channel: Channel, arguments: dict[str, Any]) -> list[Message]:
    for name in ("oldest", "latest"):
        if name in arguments and not TS.match(arguments[name]):
            raise Refused(f"invalid_ts_{name}")
    oldest, latest = float(arguments.get("oldest", 0)), float(arguments.get("latest", "inf"))
    inclusive = bool(arguments.get("inclusive"))

    def within(message: Message) -> bool:
        at = float(message.ts)
        return oldest < at < latest or (inclusive and at in (oldest, latest))

    return [each for each in channel.messages.values() if within(each) and each.only_for is None]


def _page(workspace: Workspace, found: list[Message], arguments: dict[str, Any], usual: int) -> dict[str, Any]:
    start, stop = _slice(arguments, usual)
    with_metadata = bool(arguments.get("include_all_metadata"))
    shown = [message_json(workspace, each, metadata=with_metadata) for each in found[start:stop]]
    cursor = _cursor(stop, len(found))
    more: dict[str, Any] = {"response_metadata": {"next_cursor": cursor}} if cursor else {}
    return {"messages": shown, "has_more": bool(cursor), **more}


def _slice(arguments: dict[str, Any], usual: int) -> tuple[int, int]:
    limit = arguments.get("limit", usual)
    if not 1 <= limit <= LARGEST_PAGE:
        raise Refused("invalid_limit")
    cursor = arguments.get("cursor") or ""
    try:
        start = int(base64.b64decode(cursor).removeprefix(b"next:")) if cursor else 0
    except ValueError:
        raise Refused("invalid_cursor") from None
    return start, start + limit


def _cursor(stop: int, total: int) -> str:
    return base64.b64encode(f"next:{stop}".encode()).decode() if stop < total else ""
