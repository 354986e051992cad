"""A request's fields in their types, as strictly as the documentation has them; the true server forgives more."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

from tests.standins.telegram.errors import Mistake, wrong
from tests.standins.telegram.methods import BOOLEAN, CHAT, INTEGER, LIST, METHODS, OBJECT, STRING
from tests.standins.wire import Asked

FORM, JSON = "application/x-www-form-urlencoded", "application/json"


def read(name: str, asked: Asked) -> dict[str, Any]:
    """The arguments of one call. Raises Mistake."""
    method = METHODS.get(name)
    if method is None or asked.method not in ("GET", "POST"):
        raise Mistake(404, "method not found")
    given = _fields(asked)
    unknown = sorted(set(given) - set(method.arguments))
    if unknown:
        raise wrong(f"unknown argument {', '.join(unknown)} of {name}")
    missing = [each for each in method.required if each not in given]
    if missing:
        raise wrong(f"{missing[0]} is missing: {name}")
    return {each: _typed(each, method.arguments[each], value) for each, value in given.items()}


def _fields(asked: Asked) -> dict[str, Any]:
    kind = asked.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == JSON:
        found = json.loads(asked.body)
        if not isinstance(found, dict):
            raise wrong("the body is not an object")
        return found
    if asked.body and kind != FORM:
        raise wrong(f"content type {kind}")
    pairs = parse_qsl(asked.body.decode() or asked.query, keep_blank_values=True, strict_parsing=bool(asked.body))
    if len(dict(pairs)) != len(pairs):
        raise wrong("a field was given twice")
    return dict(pairs)


def _typed(name: str, kind: str, value: Any) -> Any:
    if kind == STRING:
        return _expect(name, value, str)
    if kind == CHAT and isinstance(value, str) and value.startswith("@"):
        return value
    found = _parsed(name, value)
    if kind in (INTEGER, CHAT):
        if isinstance(found, bool) or not isinstance(found, int):
            raise wrong(f"{name} must be an Integer, not {value!r}")
        return found
    return _expect(name, found, {BOOLEAN: bool, LIST: list, OBJECT: dict}[kind])


def _parsed(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise wrong(f"can't parse {name}: {value[:60]!r}") from None


def _expect(name: str, value: Any, kind: type) -> Any:
    if not isinstance(value, kind):
        raise wrong(f"{name} must be {kind.__name__}, not {value!r}")
    return value
