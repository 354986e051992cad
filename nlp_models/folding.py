"""One spelling for all: lower case, no accents, plain apostrophes. Pure, and cheap enough for the web process."""

from __future__ import annotations

import re
import unicodedata

# Controls, half characters and the marks that flip reading direction carry no meaning and break what reads them.
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]+")
_MARKUP = re.compile(r"<[a-zA-Z/!][^<>]{0,200}>")
_MARKS = re.compile("[\u0300-\u034e\u0350-\u036f]+")  # what combines in European languages: nearly all there is
_LIGATURES = tuple(  # replaced one by one: most are not there, and looking is cheaper than a table for every letter
    {"œ": "oe", "æ": "ae", "ß": "ss", "ı": "i", "ł": "l", "’": "'", "‘": "'", "´": "'", "ʼ": "'"}.items()
)
_LIGATURE = re.compile(f"[{''.join(sign for sign, _ in _LIGATURES)}]")


def fold(text: str) -> str:
    """Return ``text`` in lower case, without accents, with plain apostrophes and single spaces.

    The result may be longer or shorter than the text: do not use its offsets on the original.
    """
    lowered = text.lower().replace("`", "'")
    if not lowered.isascii():
        if _LIGATURE.search(lowered):
            for sign, plain in _LIGATURES:
                lowered = lowered.replace(sign, plain)
        lowered = _MARKS.sub("", unicodedata.normalize("NFKD", lowered))
        if not lowered.isascii():
            lowered = "".join(c for c in lowered if not unicodedata.combining(c))
    return " ".join(lowered.split())


def readable(text: str, limit: int) -> str:
    """Return at most ``limit`` characters of ``text`` without control characters, direction marks or HTML tags."""
    visible = text[: limit * 5]
    if not visible.isprintable():
        visible = _INVISIBLE.sub(" ", visible)
    if "<" in visible:
        visible = _MARKUP.sub(" ", visible)
    return " ".join(visible.split())[:limit]
