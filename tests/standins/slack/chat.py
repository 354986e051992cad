"""The chat.* methods. Each takes checked arguments and returns the answer without ``ok``; refusals are `Refused`."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.standins.slack.blocks import check_blocks
from tests.standins.slack.errors import Refused
from tests.standins.slack.shapes import message_json
from tests.standins.slack.workspace import Channel, Message, Workspace

LONGEST_TEXT, LONGEST_EDIT, LONGEST_MARKDOWN = 40_000, 4_000, 12_000
LARGEST_METADATA = 16_000  # bytes
TS = re.compile(r"^\d{10}\.\d{6}$")
TOO_MANY_ATTACHMENTS = 100


def post_message(workspace: Workspace, arguments: dict[str, Any]) -> dict[str, Any]:
    """chat.postMessage"""
    channel = _writable(workspace, arguments["channel"])
    body = body_of(arguments)
    thread = _root(channel, arguments)
    broadcast = bool(arguments.get("reply_broadcast")) and thread is not None
    ts = workspace.stamp()
    message = Message(ts, channel.id, workspace.bot_user, bot=True, thread_ts=thread, broadcast=broadcast, **body)
    workspace.keep(message)
    return {"channel": channel.id, "ts": ts, "message": message_json(workspace, message, metadata=True)}


def post_ephemeral(workspace: Workspace, arguments: dict[str, Any]) -> dict[str, Any]:
    """chat.postEphemeral"""
    channel = _writable(workspace, arguments["channel"])
    if arguments["user"] not in channel.members:
        raise Refused("user_not_in_channel")
    body = body_of(arguments)
    message = Message(
        workspace.stamp(),
        channel.id,
        workspace.bot_user,
        bot=True,
        thread_ts=_root(channel, arguments),
        only_for=arguments["user"],
        **body,
    )
    return {"message_ts": workspace.keep(message).ts}


def update(workspace: Workspace, arguments: dict[str, Any]) -> dict[str, Any]:
    """chat.update. An identical edit is an edit for Slack; it is counted, because it is a wasted one."""
    channel = workspace.visible(arguments["channel"])
    message = _own(workspace, channel, arguments["ts"], "cant_update_message")
    if channel.archived:
        raise Refused("is_inactive")
    body = body_of(arguments, LONGEST_EDIT)
    if "metadata" not in arguments:
        body["metadata"] = message.metadata
    workspace.name_blocks(body["blocks"])
    before = (message.text, message.blocks, message.attachments, message.metadata)
    if before == (body["text"], body["blocks"], body["attachments"], body["metadata"]):
        message.identical_edits += 1
    for name, value in body.items():
        setattr(message, name, value)
    message.broadcast = message.broadcast or bool(arguments.get("reply_broadcast"))
    message.edited_ts, message.versions = workspace.stamp(), message.versions + 1
    shown = message_json(workspace, message, metadata=True)
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": shown}


def delete(workspace: Workspace, arguments: dict[str, Any]) -> dict[str, Any]:
    """chat.delete"""
    channel = workspace.visible(arguments["channel"])
    message = _own(workspace, channel, arguments["ts"], "cant_delete_message")
    del channel.messages[message.ts]
    return {"channel": channel.id, "ts": message.ts}


def permalink(workspace: Workspace, arguments: dict[str, Any]) -> dict[str, Any]:
    """chat.getPermalink"""
    channel = workspace.visible(arguments["channel"])
    message = channel.messages.get(arguments["message_ts"])
    if message is None or message.only_for:
        raise Refused("message_not_found")
    thread = f"?thread_ts={message.thread_ts}&cid={channel.id}" if message.thread_ts else ""
    path = f"archives/{channel.id}/p{message.ts.replace('.', '')}{thread}"
    return {"channel": channel.id, "permalink": f"https://{workspace.team_domain}.slack.com/{path}"}


def _writable(workspace: Workspace, id: str) -> Channel:
    channel = workspace.direct(id) if id in workspace.users and id != workspace.bot_user else workspace.visible(id)
    if channel.archived:
        raise Refused("is_archived")
    if workspace.bot_user not in channel.members:
        raise Refused("not_in_channel")
    return channel


def _own(workspace: Workspace, channel: Channel, ts: str, refusal: str) -> Message:
    message = channel.messages.get(ts)
    if message is None or message.only_for:
        raise Refused("message_not_found")
    if message.sender != workspace.bot_user or workspace.bot_user not in channel.members:
        raise Refused(refusal)
    return message


def _root(channel: Channel, arguments: dict[str, Any]) -> str | None:
    ts: str | None = arguments.get("thread_ts")
    if ts is None:
        return None
    if not TS.match(ts):
        raise Refused("invalid_thread_ts", f"{ts} is not a valid thread_ts")
    root = channel.messages.get(ts)
    if root is None:
        raise Refused("thread_not_found")
    if root.thread_ts is not None or root.only_for:
        raise Refused("cannot_reply_to_message")
    if root.locked:
        raise Refused("restricted_action_thread_locked")
    return ts


def body_of(arguments: dict[str, Any], longest: int = LONGEST_TEXT) -> dict[str, Any]:
    """What a message says, checked: text, blocks, attachments, metadata."""
    blocks, markdown = arguments.get("blocks") or [], arguments.get("markdown_text")
    text, attachments = arguments.get("text") or "", arguments.get("attachments") or []
    if markdown is not None and (text or blocks):
        raise Refused("markdown_text_conflict")
    if not (text or blocks or markdown or attachments):
        raise Refused("no_text")
    if len(text) > longest or len(markdown or "") > LONGEST_MARKDOWN:
        raise Refused("msg_too_long")
    if len(attachments) > TOO_MANY_ATTACHMENTS:
        raise Refused("too_many_attachments")
    check_blocks(blocks)
    return {
        "text": text or markdown or "",
        "blocks": blocks,
        "attachments": attachments,
        "metadata": _metadata(arguments.get("metadata")),
    }


def _metadata(value: dict[str, Any] | None) -> dict[str, Any] | None:
    if not value:
        return None
    unknown = set(value) - {"event_type", "event_payload"}
    if unknown or not isinstance(value.get("event_type"), str) or not isinstance(value.get("event_payload"), dict):
        raise Refused("invalid_metadata_format", "metadata is event_type (string) and event_payload (object)")
    if len(json.dumps(value, ensure_ascii=False).encode()) > LARGEST_METADATA:
        raise Refused("metadata_too_large")
    return value
