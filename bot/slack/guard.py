"""Only what Slack signed comes in, and only in the shape Bolt can read.

Source: https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

log = logging.getLogger(__name__)

LARGEST = 1024 * 1024
PATIENCE = 300  # seconds between Slack's clock and ours
TIMESTAMP = re.compile(r"^\d{9,11}$")
SIGNATURE = re.compile(r"^v0=[0-9a-f]{64}$")
JSON, FORM = "application/json", "application/x-www-form-urlencoded"


class Refused(Exception):
    """The request is answered with ``status`` and nothing else."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


class SlackGuard:
    """Size, age, signature, shape, in this order; nothing of the body is logged."""

    def __init__(self, signing_secret: str, now: Callable[[], datetime]) -> None:
        self._secret = signing_secret.encode()
        self._now = now

    def check(self, headers: Mapping[str, str], body: bytes) -> None:
        """Raise Refused (413, 401, 400) for what may not go further."""
        if len(body) > LARGEST:
            raise Refused(413)
        if not self._signed(headers, body):
            log.warning("a webhook without Slack's signature was refused")
            raise Refused(401)
        if not _readable(headers.get("content-type", "").partition(";")[0].strip().lower(), body):
            raise Refused(400)

    def _signed(self, headers: Mapping[str, str], body: bytes) -> bool:
        stamp = headers.get("x-slack-request-timestamp", "")
        given = headers.get("x-slack-signature", "")
        if not (TIMESTAMP.match(stamp) and SIGNATURE.match(given)):
            return False
        if abs(self._now().timestamp() - int(stamp)) > PATIENCE:
            return False
        expected = hmac.new(self._secret, b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
        return hmac.compare_digest(f"v0={expected}", given)


def _readable(kind: str, body: bytes) -> bool:
    """Whether Bolt reads it without falling: UTF-8, an object in JSON, or a form whose payload is one."""
    try:
        text = body.decode("utf-8")
        if kind == JSON:
            return _is_event(json.loads(text))
        if kind != FORM:
            return False
        fields = parse_qs(text, keep_blank_values=True, strict_parsing=True, max_num_fields=100)
        return _is_interaction(fields["payload"][0]) if "payload" in fields else "command" in fields
    except (ValueError, RecursionError):
        return False


def _is_event(value: Any) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("type"), str):
        return False
    return value["type"] != "event_callback" or (
        isinstance(value.get("event"), dict) and isinstance(value["event"].get("type"), str)
    )


def _is_interaction(payload: str) -> bool:
    value = json.loads(payload)
    if not (isinstance(value, dict) and isinstance(value.get("type"), str) and isinstance(value.get("user"), dict)):
        return False
    acts = value.get("actions")
    return value["type"] != "block_actions" or (isinstance(acts, list) and bool(acts) and isinstance(acts[0], dict))
