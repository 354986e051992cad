"""Citizens' words made fit for a department's channel: no telephone number, address or plate of a person."""

from __future__ import annotations

import re
import unicodedata

_RULES = (
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "[courriel]"),
    (re.compile(r"(?<![\w])(?:\+|00)\d(?:[\s.\-/]?\d){7,14}(?!\d)"), "[téléphone]"),
    (re.compile(r"(?<![\w])0(?:[\s.\-/]?\d){9}(?!\d)"), "[téléphone]"),
    (re.compile(r"\b[A-HJ-NP-TV-Za-hj-np-tv-z]{2}[\s-]?\d{3}[\s-]?[A-HJ-NP-TV-Za-hj-np-tv-z]{2}\b"), "[plaque]"),
    (re.compile(r"\b[12](?:[\s.]?\d){12}(?:[\s.]?\d{2})?\b"), "[numéro]"),
)
# Controls that reorder or hide text on a screen (bidirectional overrides, zero-width signs, C0 and C1 controls).
_HIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def readable(text: str) -> str:
    """``text`` without the control characters that a database refuses or a screen would obey; new lines stay."""
    return _HIDDEN.sub("", unicodedata.normalize("NFC", text)).strip()


def redact(text: str, limit: int = 600) -> str:
    """``text`` for a channel: personal numbers hidden, at most ``limit`` characters."""
    for pattern, shown in _RULES:
        text = pattern.sub(shown, text)
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"
