"""What Slack tells an application: interactions, commands, events. Only dictionaries are made here."""

from __future__ import annotations

from typing import Any

from tests.standins.slack.shapes import message_json, view_json
from tests.standins.slack.workspace import Channel, Message, View, Workspace

VERIFICATION_TOKEN = "stand-in-verification"
SINGLE = {
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "overflow": "selected_option",
    "users_select": "selected_user",
    "channels_select": "selected_channel",
    "conversations_select": "selected_conversation",
    "checkboxes": "selected_options",
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "multi_users_select": "selected_users",
    "multi_channels_select": "selected_channels",
    "multi_conversations_select": "selected_conversations",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
}


def chosen(element: dict[str, Any], value: Any) -> dict[str, Any]:
    """The state of one element once a person gave ``value``: words, an option's value, or several of them."""
    kind = element["type"]
    key = SINGLE.get(kind, "value")
    if key in ("selected_option", "selected_options"):
        several = key == "selected_options"
        picked = (
            [option_of(element, each) for each in (value or [])] if several else value and option_of(element, value)
        )
        return {"type": kind, key: picked}
    return {"type": kind, key: value}


def option_of(element: dict[str, Any], value: Any) -> dict[str, Any]:
    """The option with this value; of an external source, the option itself is given."""
    if isinstance(value, dict):
        return value
    groups = element.get("option_groups") or [{"options": element.get("options", [])}]
    found = [each for group in groups for each in group["options"] if each["value"] == value]
    assert found, f"no option {value!r} in {[each['value'] for group in groups for each in group['options']]}"
    option: dict[str, Any] = found[0]
    return option


def initial(element: dict[str, Any]) -> Any:
    """What an element holds before a person touches it, as `chosen` takes it."""
    for name, value in element.items():
        if name == "initial_option":
            return value
        if name.startswith("initial_"):
            return value
    return [] if SINGLE.get(element["type"]) == "selected_options" else None


def base(workspace: Workspace, user: str, trigger: str) -> dict[str, Any]:
    """What every interaction holds."""
    person = workspace.users[user]
    who = {"id": user, "username": person.name, "name": person.name, "team_id": workspace.team_id}
    return {
        "user": who,
        "api_app_id": workspace.app_id,
        "token": VERIFICATION_TOKEN,
        "trigger_id": trigger,
        "team": {"id": workspace.team_id, "domain": workspace.team_domain},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def action(block: str, element: dict[str, Any], value: Any, stamp: str) -> dict[str, Any]:
    """One entry of ``actions``."""
    found = {"action_id": element["action_id"], "block_id": block, "type": element["type"], "action_ts": stamp}
    if element["type"] == "button":
        given = {name: element[name] for name in ("text", "value", "style") if name in element}
        return found | given
    return found | chosen(element, value)


def on_message(workspace: Workspace, message: Message, act: dict[str, Any], address: str) -> dict[str, Any]:
    """The rest of a block_actions on a message."""
    channel = workspace.channels[message.channel]
    container: dict[str, Any] = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": message.only_for is not None,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    return {
        "type": "block_actions",
        "container": container,
        "channel": {"id": channel.id, "name": "directmessage" if channel.with_user else channel.name},
        "message": message_json(workspace, message),
        "state": {"values": {}},
        "response_url": address,
        "actions": [act],
    }


def on_view(workspace: Workspace, view: View, act: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """The rest of a block_actions in a view."""
    return {
        "type": "block_actions",
        "container": {"type": "view", "view_id": view.id},
        "view": view_json(workspace, view, values),
        "actions": [act],
    }


def submission(workspace: Workspace, view: View, values: dict[str, Any]) -> dict[str, Any]:
    """The rest of a view_submission."""
    return {"type": "view_submission", "view": view_json(workspace, view, values), "response_urls": []}


def command(workspace: Workspace, name: str, text: str, user: str, channel: Channel) -> dict[str, str]:
    """A slash command's fields, but its trigger and response address."""
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": workspace.team_id,
        "team_domain": workspace.team_domain,
        "channel_id": channel.id,
        "channel_name": "directmessage" if channel.with_user else channel.name,
        "user_id": user,
        "user_name": workspace.users[user].name,
        "command": name,
        "text": text,
        "api_app_id": workspace.app_id,
        "is_enterprise_install": "false",
    }


def event(workspace: Workspace, inner: dict[str, Any], id: str) -> dict[str, Any]:
    """The wrapper of an event."""
    authorization = {
        "enterprise_id": None,
        "team_id": workspace.team_id,
        "user_id": workspace.bot_user,
        "is_bot": True,
        "is_enterprise_install": False,
    }
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": workspace.team_id,
        "api_app_id": workspace.app_id,
        "event": inner,
        "type": "event_callback",
        "event_id": id,
        "event_time": int(workspace.now().timestamp()),
        "authorizations": [authorization],
        "is_ext_shared_channel": False,
        "event_context": f"4-{id}",
    }


def message_event(workspace: Workspace, message: Message) -> dict[str, Any]:
    """The inner event of a message a person wrote."""
    channel = workspace.channels[message.channel]
    kind = {"channels": "channel", "groups": "group", "im": "im"}[channel.kind]
    shown = message_json(workspace, message)
    more = {"channel": channel.id, "channel_type": kind, "event_ts": message.ts, "team": workspace.team_id}
    return shown | more | {"client_msg_id": f"stand-in-{message.ts}"}
