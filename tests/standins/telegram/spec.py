"""Telegram's machine-readable specification, where it lies beside the project; None elsewhere."""

from __future__ import annotations

from typing import Any

from tests.standins.contracts import specification

PLAIN = {"Integer": int, "String": str, "Boolean": bool, "True": bool, "Float": (int, float)}


def spec() -> dict[str, Any] | None:
    """{"methods": …, "types": …} or None."""
    return specification("telegram/api.json.gz")


def problems(kinds: list[str], value: Any, at: str = "") -> list[str]:
    """Why ``value`` is none of these types; nothing when the specification is not there."""
    if spec() is None:
        return []
    found = [_problems(kind, value, at) for kind in kinds]
    return [] if any(not each for each in found) else min(found, key=len)


def _problems(kind: str, value: Any, at: str) -> list[str]:
    if kind.startswith("Array of "):
        if not isinstance(value, list):
            return [f"{at}: no list"]
        inner = [kind.removeprefix("Array of ")]
        return [each for number, item in enumerate(value) for each in problems(inner, item, f"{at}/{number}")]
    if kind in PLAIN:
        good = isinstance(value, PLAIN[kind]) and (kind in ("Boolean", "True") or not isinstance(value, bool))  # type: ignore[arg-type]
        return [] if good else [f"{at}: {value!r} is no {kind}"]
    known = spec()
    assert known is not None
    described = known["types"][kind]
    if "subtypes" in described:
        return problems(described["subtypes"], value, at)
    return _of_object(described, value, f"{at}/{kind}")


def _of_object(described: dict[str, Any], value: Any, at: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{at}: no object"]
    fields = {each["name"]: each for each in described.get("fields", [])}
    found = [f"{at}: unknown {name}" for name in value if name not in fields]
    for name, each in fields.items():
        if name in value:
            found += problems(each["types"], value[name], f"{at}.{name}")
        elif each["required"]:
            found.append(f"{at}: {name} is missing")
    return found
