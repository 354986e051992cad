"""Response addresses: where an application may answer an interaction or a command, five times within thirty minutes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.standins.slack.chat import body_of
from tests.standins.slack.errors import Refused
from tests.standins.slack.workspace import Message, Workspace
from tests.standins.wire import Answer, Call

USES, LIFE = 5, timedelta(minutes=30)
FIELDS = frozenset(
    {
        "attachments",
        "blocks",
        "delete_original",
        "metadata",
        "mrkdwn",
        "replace_original",
        "response_type",
        "text",
        "thread_ts",
        "unfurl_links",
        "unfurl_media",
    }
)
PREFIX = "/response/"


@dataclass(slots=True)
class _Given:
    channel: str
    user: str
    at: datetime
    original: Message | None
    left: int = USES


class ResponseUrls:
    """The addresses given out. ``origin`` gives the server's, known only once it listens."""

    def __init__(self, workspace: Workspace, origin: Callable[[], str]) -> None:
        self._workspace = workspace
        self._origin = origin
        self._given: dict[str, _Given] = {}

    def give(self, channel: str, user: str, original: Message | None = None) -> str:
        """A new address for what ``user`` just did."""
        path = f"{PREFIX}{self._workspace.team_id}/{len(self._given) + 1}/stand-in"
        self._given[path] = _Given(channel, user, self._workspace.now(), original)
        return f"{self._origin()}{path}"

    def answer(self, call: Call) -> Answer:
        """A post to an address: ``ok`` in JSON, or 404 for one that is used up."""
        given = self._given.get(call.asked.path)
        if given is None or given.left == 0 or self._workspace.now() - given.at > LIFE:
            return Answer.of_json({"ok": False, "error": "used_url" if given else "no_active_hooks"}, 404)
        given.left -= 1
        try:
            self._carry_out(given, dict(call.arguments))
        except Refused as refusal:
            return Answer.of_json(refusal.body(), 400)
        return Answer.of_json({"ok": True})

    def say(self, address: str, said: dict[str, Any]) -> None:
        """The answer to a command may itself be a message; it uses the address up by nothing."""
        self._carry_out(self._given[address.removeprefix(self._origin())], said)

    def _carry_out(self, given: _Given, said: dict[str, Any]) -> None:
        unknown = sorted(set(said) - FIELDS)
        if unknown:
            raise Refused("invalid_arguments", *(f"unknown argument: {name}" for name in unknown))
        if said.get("delete_original"):
            self._delete(given)
        elif said.get("replace_original") and given.original is not None:
            self._replace(given.original, body_of(said))
        else:
            self._post(given, said)

    def _delete(self, given: _Given) -> None:
        if given.original is None:
            raise Refused("message_not_found")
        self._workspace.channels[given.channel].messages.pop(given.original.ts, None)

    def _replace(self, original: Message, body: dict[str, Any]) -> None:
        self._workspace.name_blocks(body["blocks"])
        for name, value in body.items():
            setattr(original, name, value)
        original.versions += 1

    def _post(self, given: _Given, said: dict[str, Any]) -> None:
        kind = said.get("response_type", "ephemeral")
        if kind not in ("ephemeral", "in_channel"):
            raise Refused("invalid_arguments", f"response_type {kind!r}")
        only_for = given.user if kind == "ephemeral" else None
        ts, sender = self._workspace.stamp(), self._workspace.bot_user
        thread = said.get("thread_ts")
        message = Message(ts, given.channel, sender, bot=True, only_for=only_for, thread_ts=thread, **body_of(said))
        self._workspace.keep(message)


def said_in(call_body: bytes) -> dict[str, Any]:
    """The JSON of a post to an address. Raises `Refused`."""
    try:
        said = json.loads(call_body)
    except ValueError:
        raise Refused("invalid_payload") from None
    if not isinstance(said, dict):
        raise Refused("invalid_payload")
    return said
