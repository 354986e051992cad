"""Reads the arguments of a call from JSON, a form or the query, and refuses what the method does not take."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from tests.standins.slack.errors import Refused
from tests.standins.slack.methods import BOOLEAN, INTEGER, LIST, OBJECT, STRING, TOLERATED, Method
from tests.standins.wire import Asked

BOOLEANS = {"true": True, "false": False, "1": True, "0": False}
PYTHON = {BOOLEAN: bool, INTEGER: int, STRING: str, LIST: list, OBJECT: dict}


def raw_arguments(asked: Asked, method: Method | None) -> dict[str, Any]:
    """Arguments as they came, the token among them. Raises `Refused`."""
    found: dict[str, Any] = dict(parse_qsl(asked.query, keep_blank_values=True))
    kind = asked.headers.get("content-type", "").partition(";")[0].strip()
    if not asked.body:
        return found
    if kind == "application/json":
        if method is not None and not method.json:
            raise Refused("invalid_post_type", "this method reads no JSON")
        return found | _json(asked.body)
    if kind == "application/x-www-form-urlencoded":
        return found | dict(parse_qsl(asked.body.decode(), keep_blank_values=True))
    raise Refused("invalid_post_type", f"content type {kind!r}")


def _json(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except ValueError:
        raise Refused("invalid_json") from None
    if not isinstance(value, dict):
        raise Refused("json_not_object")
    return value


def checked(method: Method, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments in their types, the token left out. Raises `Refused`: invalid_arguments, invalid_blocks_format."""
    given = {
        name: value for name, value in raw.items() if name != "token" and name not in TOLERATED - {*method.arguments}
    }
    unknown = [f"unknown argument: {name}" for name in given if name not in method.arguments]
    missing = [f"missing required field: {name}" for name in method.required if given.get(name) in (None, "")]
    if unknown or missing:
        raise Refused("invalid_arguments", *unknown, *missing)
    return {name: _typed(name, method.arguments[name], value) for name, value in given.items() if value is not None}


def _typed(name: str, kind: str, value: Any) -> Any:
    if kind in (LIST, OBJECT) and isinstance(value, str):
        value = _decoded(name, value)
    elif kind == BOOLEAN and isinstance(value, str):
        value = BOOLEANS.get(value.lower(), value)
    elif kind == INTEGER and isinstance(value, str) and value.isdecimal():
        value = int(value)
    elif kind == BOOLEAN and value in (0, 1):
        value = bool(value)
    if not isinstance(value, PYTHON[kind]) or (kind == INTEGER and isinstance(value, bool)):
        raise Refused(*_wrong(name, f"must provide a {kind} [json-pointer:/{name}]"))
    return value


def _decoded(name: str, value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        raise Refused(*_wrong(name, f"must be valid JSON [json-pointer:/{name}]")) from None


def _wrong(name: str, message: str) -> tuple[str, str]:
    errors = {
        "blocks": "invalid_blocks_format",
        "metadata": "invalid_metadata_format",
        "thread_ts": "invalid_thread_ts",
        "attachments": "invalid_attachments",
    }
    return errors.get(name, "invalid_arguments"), message
