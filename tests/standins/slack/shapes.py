"""The JSON Slack shows of its state."""

from __future__ import annotations

from typing import Any

from tests.standins.slack.workspace import Channel, Message, User, View, Workspace


def message_json(workspace: Workspace, message: Message, *, metadata: bool = False) -> dict[str, Any]:
    """One message. Metadata is shown only to who asks for it."""
    found: dict[str, Any] = {"type": "message", "user": message.sender, "text": message.text, "ts": message.ts}
    if message.bot:
        found |= {"bot_id": workspace.bot_id, "app_id": workspace.app_id, "team": workspace.team_id}
        found["bot_profile"] = {"id": workspace.bot_id, "app_id": workspace.app_id, "name": "Vigie", "deleted": False}
    if message.blocks:
        found["blocks"] = message.blocks
    if message.attachments:
        found["attachments"] = message.attachments
    if message.edited_ts:
        found["edited"] = {"user": message.sender, "ts": message.edited_ts}
    if metadata and message.metadata:
        found["metadata"] = message.metadata
    return found | _threaded(workspace.channels[message.channel], message)


def _threaded(channel: Channel, message: Message) -> dict[str, Any]:
    if message.thread_ts is not None:
        root = channel.messages[message.thread_ts]
        found = {"thread_ts": message.thread_ts, "parent_user_id": root.sender}
        return found | ({"subtype": "thread_broadcast"} if message.broadcast else {})
    replies = [each for each in channel.messages.values() if each.thread_ts == message.ts and not each.only_for]
    if not replies:
        return {}
    people = list(dict.fromkeys(each.sender for each in replies))
    counts = {"reply_count": len(replies), "reply_users_count": len(people), "reply_users": people}
    return {"thread_ts": message.ts, "latest_reply": replies[-1].ts, "is_locked": message.locked, **counts}


def channel_json(workspace: Workspace, channel: Channel) -> dict[str, Any]:
    """One conversation."""
    if channel.with_user:
        return {"id": channel.id, "created": 1700000000, "is_im": True, "user": channel.with_user, "is_archived": False}
    return {
        "id": channel.id,
        "name": channel.name,
        "created": 1700000000,
        "is_channel": not channel.private,
        "is_group": channel.private,
        "is_im": False,
        "is_private": channel.private,
        "is_archived": channel.archived,
        "is_member": workspace.bot_user in channel.members,
        "is_general": False,
        "is_mpim": False,
    }


def user_json(workspace: Workspace, user: User) -> dict[str, Any]:
    """One person."""
    profile = {"real_name": user.real_name, "display_name": user.real_name, "team": workspace.team_id}
    return {
        "id": user.id,
        "team_id": workspace.team_id,
        "name": user.name,
        "real_name": user.real_name,
        "deleted": False,
        "is_bot": user.is_bot,
        "tz": "Europe/Paris",
        "profile": profile,
    }


def view_json(workspace: Workspace, view: View, values: dict[str, Any] | None = None) -> dict[str, Any]:
    """One view with the state of its fields."""
    defaults = {
        "private_metadata": "",
        "callback_id": "",
        "external_id": "",
        "title": None,
        "submit": None,
        "close": None,
    }
    return {
        **defaults,
        "clear_on_close": False,
        "notify_on_close": False,
        **view.body,
        "id": view.id,
        "team_id": workspace.team_id,
        "state": {"values": values or {}},
        "hash": view.hash,
        "previous_view_id": view.previous,
        "root_view_id": view.root,
        "app_id": workspace.app_id,
        "app_installed_team_id": workspace.team_id,
        "bot_id": workspace.bot_id,
    }
