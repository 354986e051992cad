"""The two ways an interaction reaches the application: signed HTTP requests, or a socket."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import urlencode

import httpx

from tests.standins.deliveries import Reply, posted
from tests.standins.slack.signing import signed_headers

PATHS = {
    "events_api": "/webhooks/slack/events",
    "interactive": "/webhooks/slack/interactions",
    "slash_commands": "/webhooks/slack/commands",
}
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


class Carrier(Protocol):
    """Carries one payload of a kind: events_api, interactive or slash_commands."""

    async def carry(self, kind: str, payload: Mapping[str, Any], attempt: int, failure: str | None) -> Reply:
        """One attempt."""
        ...


class HttpCarrier:
    """Signed requests through an httpx client, which may stand on the ASGI application itself."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        secret: Callable[[], str],
        now: Callable[[], datetime],
        paths: Mapping[str, str],
        patience: float,
    ) -> None:
        self._client = client
        self._secret = secret
        self._now = now
        self._paths = {**PATHS, **paths}
        self._patience = patience

    async def carry(self, kind: str, payload: Mapping[str, Any], attempt: int, failure: str | None) -> Reply:
        """Sign and send; the retry headers are Slack's."""
        body = encoded(kind, payload)
        headers = {
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "Content-Type": JSON if kind == "events_api" else FORM,
            **signed_headers(self._secret(), self._now().timestamp(), body),
        }
        if attempt:
            headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": failure or "unknown_error"}
        return await posted(self._client, self._paths[kind], body, headers, self._patience)


def encoded(kind: str, payload: Mapping[str, Any]) -> bytes:
    """The body of a request of this kind."""
    if kind == "events_api":
        return json.dumps(payload).encode()
    if kind == "interactive":
        return urlencode({"payload": json.dumps(payload)}).encode()
    return urlencode(payload).encode()
