"""Twilio's machine-readable specification, where it lies beside the project; nothing is found wrong elsewhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tests.standins.contracts import specification

ACCOUNT = "/2010-04-01/Accounts/{AccountSid}"
FORM = "application/x-www-form-urlencoded"
OPERATIONS = {
    "messages.create": ("post", f"{ACCOUNT}/Messages.json"),
    "messages.list": ("get", f"{ACCOUNT}/Messages.json"),
    "calls.create": ("post", f"{ACCOUNT}/Calls.json"),
    "calls.list": ("get", f"{ACCOUNT}/Calls.json"),
    "calls.update": ("post", f"{ACCOUNT}/Calls/{{Sid}}.json"),
    "calls.fetch": ("get", f"{ACCOUNT}/Calls/{{Sid}}.json"),
}
KINDS: Mapping[str, Any] = {"string": str, "integer": int, "array": list, "object": dict, "boolean": bool}


def spec() -> dict[str, Any] | None:
    """{"paths": …, "components": …} or None."""
    return specification("twilio/twilio_api_v2010.json.gz")


def asked_wrongly(name: str, given: Mapping[str, str]) -> list[str]:
    """What Twilio does not document of the parameters of a call."""
    if (operation := _operation(name)) is None:
        return []
    known = {one["name"]: one["schema"] for one in operation.get("parameters", ())}
    form = operation.get("requestBody", {}).get("content", {}).get(FORM, {}).get("schema", {})
    known |= form.get("properties", {})
    missing = [f"{name}: {one} is missing" for one in form.get("required", ()) if one not in given]
    return missing + [
        problem
        for one, value in given.items()
        for problem in (
            [f"{name}: unknown {one}"] if one not in known else _of_text(known[one], value, f"{name}.{one}")
        )
    ]


def answered_wrongly(name: str, status: int, body: Any) -> list[str]:
    """What Twilio does not document of a successful answer."""
    if (operation := _operation(name)) is None:
        return []
    described = operation["responses"].get(str(status))
    if described is None:
        return [f"{name}: status {status} is none of {sorted(operation['responses'])}"]
    return _problems(described["content"]["application/json"]["schema"], body, name)


def _operation(name: str) -> dict[str, Any] | None:
    known = spec()
    if known is None or name not in OPERATIONS:
        return None
    method, path = OPERATIONS[name]
    found: dict[str, Any] = known["paths"][path][method]
    return found


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    known = spec()
    assert known is not None
    if "$ref" not in schema:
        return schema
    found: dict[str, Any] = known["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return found


def _of_text(schema: dict[str, Any], value: str, at: str) -> list[str]:
    """A form has texts only: lists and numbers are told by their own kind, which is not looked at."""
    described = _resolved(schema)
    return _problems(described, value, at) if described.get("type") == "string" else []


def _problems(schema: dict[str, Any], value: Any, at: str) -> list[str]:
    described = _resolved(schema)
    if value is None:
        return [] if described.get("nullable") else [f"{at} is null"]
    if not isinstance(value, KINDS[described.get("type", "object")]):
        return [f"{at}: {value!r} is no {described['type']}"]
    if "enum" in described and value not in described["enum"]:
        return [f"{at}: {value!r} is none of {described['enum']}"]
    if "pattern" in described and not re.search(described["pattern"], value):
        return [f"{at}: {value!r} is not {described['pattern']}"]
    if isinstance(value, list):
        inner = described["items"]
        return [each for number, item in enumerate(value) for each in _problems(inner, item, f"{at}/{number}")]
    return _of_object(described, value, at) if isinstance(value, dict) else []


def _of_object(described: dict[str, Any], value: dict[str, Any], at: str) -> list[str]:
    fields = described.get("properties", {})
    found = [f"{at}: unknown {name}" for name in value if name not in fields]
    return found + [
        each for name, one in value.items() if name in fields for each in _problems(fields[name], one, f"{at}.{name}")
    ]
