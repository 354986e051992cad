"""What Twilio says of a TwiML document: 12100 for what is no XML, 12200 for what its schema does not know.

The attributes that our documents may use are listed here from Twilio's reference; a document that uses another one is
refused, so that a misspelt attribute, which the real one ignores with a warning nobody reads, fails a test.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET

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


def parsed(document: str) -> ET.Element:
    """The document. Raises AssertionError with Twilio's number for what it would warn of."""
    try:
        root = ET.fromstring(document)
    except ET.ParseError as error:
        raise AssertionError(f"12100 Document parse failure: {error}") from error
    assert root.tag == "Response", "12100 the root is not Response"
    for verb in root:
        _check(verb, set(VERBS) - ONLY_INSIDE)
    return root


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
