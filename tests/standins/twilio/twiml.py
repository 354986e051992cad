"""What Twilio says of a TwiML document: 12100 for what is no XML, 12200 for what its schema does not know.

The attributes that our documents may use are listed here from Twilio's reference; a document that uses another one is
refused, so that a misspelt attribute, which the real one ignores with a warning nobody reads, fails a test.
"""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

SAY = {"voice", "language", "loop"}
VERBS: dict[str, set[str]] = {
    "Say": SAY,
    "Pause": {"length"},
    "Redirect": {"method"},
    "Hangup": set(),
    "Gather": {
        "input", "language", "action", "method", "timeout", "speechTimeout", "numDigits", "actionOnEmptyResult",
        "partialResultCallback", "partialResultCallbackMethod", "profanityFilter", "hints", "bargeIn", "finishOnKey",
    },
    "Dial": {"timeout", "action", "method", "callerId"},
    "Record": {"action", "method", "maxLength", "timeout", "playBeep", "trim"},
    "Message": set(),
    "Connect": {"action", "method"},
    "Stream": {"url", "name"},
    "Parameter": {"name", "value"},
}  # fmt: skip
INSIDE = {"Gather": {"Say", "Pause", "Play"}, "Connect": {"Stream"}, "Stream": {"Parameter"}}
ONLY_INSIDE = {"Stream", "Parameter"}
LANGUAGES = {"fr-FR", "en-GB"}


CONTRACT = Path(__file__).parents[4] / "shared" / "contracts" / "twilio" / "twiml_schema.derived.json"


@cache
def contract() -> dict[str, Any]:
    """Twilio's own schema of voice documents, by verb; empty where it is not at hand."""
    return dict(json.loads(CONTRACT.read_text(encoding="utf-8"))["voice"]) if CONTRACT.exists() else {}


def parsed(document: str) -> ET.Element:
    """The document. Raises AssertionError with Twilio's number for what it would warn of."""
    try:
        root = ET.fromstring(document)
    except ET.ParseError as error:
        raise AssertionError(f"12100 Document parse failure: {error}") from error
    assert root.tag == "Response", "12100 the root is not Response"
    for verb in root:
        _check(verb, set(VERBS) - ONLY_INSIDE)
    if contract() and not any(verb.tag == "Message" for verb in root):
        _check_contract(root)
    return root


def _check_contract(verb: ET.Element) -> None:
    """Names, values and nesting as Twilio's schema has them."""
    known = contract().get(verb.tag)
    assert known is not None, f"12200 {verb.tag} is not in the schema"
    for name, value in verb.attrib.items():
        rule = known["attributes"].get(name)
        assert rule is not None, f"12200 {verb.tag} has no attribute {name}"
        _check_value(f"{verb.tag} {name}", value, rule)
    for inner in verb:
        assert inner.tag in known["children"], f"12200 {inner.tag} does not belong in {verb.tag}"
        _check_contract(inner)


def _check_value(where: str, value: str, rule: Mapping[str, Any]) -> None:
    if rule["type"] == "enum" and "enum" in rule:
        values = value.split() if rule.get("list") == "space-separated" else [value]
        assert set(values) <= set(rule["enum"]), f"12200 {where}={value}"
    if rule["type"] == "integer":
        assert value.lstrip("-").isdecimal(), f"12200 {where}={value}"
    if rule["type"] == "boolean":
        assert value in ("true", "false"), f"12200 {where}={value}"


def _check(verb: ET.Element, allowed: set[str]) -> None:
    assert verb.tag in allowed, f"12200 {verb.tag} is not allowed here"
    unknown = set(verb.attrib) - VERBS[verb.tag]
    assert not unknown, f"12200 {verb.tag} has no attribute {unknown}"
    if "language" in VERBS[verb.tag]:
        assert verb.get("language") in LANGUAGES, "without a language Twilio listens and speaks English"
    if verb.tag == "Gather":
        assert verb.get("action"), "without an action Twilio asks the same address again"
        assert not (verb.get("speechTimeout") == "auto" and verb.get("speechModel")), "13335"
    if verb.tag == "Stream":
        address = verb.get("url", "")
        assert address.startswith("wss://"), "31921 a stream's address begins with wss://"
        assert "?" not in address, "31921 a stream's address has no query: use Parameter"
    for inner in verb:
        _check(inner, INSIDE.get(verb.tag, set()))
