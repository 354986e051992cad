"""How a French name sounds, as a short key: names that a recogniser mixes up get the same or a close key. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

# Ordered: groups of letters first. Capitals are sounds already decided, so that no rule reads them again. A rule is
# only tried on what holds one of its letters, which is much cheaper to see.
_RULES = tuple(
    (re.compile(letters.replace(" ", "|")).search, re.compile(pattern).sub, sound)
    for letters, pattern, sound in (
        ("il iy", r"(?<=[^aeiouy])i(?:ll|y)(?=[aeo])", "iY"),
        ("", r"(.)\1+", r"\1"),
        ("oye", r"oyes?\b", "WA"),
        ("osg", r"(?<=o)sg", "g"),
        ("h", r"\bh|(?<![cp])h", ""),
        ("ph", r"ph", "f"),
        ("il", r"(?<=[aeiouy])ill?(?=e|$|[aou])", "Y"),
        ("y", r"y(?=[aeou])", "Y"),
        ("au ot os op", r"eaux?|aux?|ault?|aud\b|ots?\b|os\b|op\b", "O"),
        ("oin", r"oin", "WE"),
        ("oi oy", r"o[iy]s?", "WA"),
        ("ou", r"ou[xst]?", "U"),
        ("eu", r"oeu|eu[xrs]?\b|eu", "E"),
        ("in yn ym im un um", r"(?:ain|ein|aim|yn|ym|in|im|un|um)(?![aeiouy])[cgstd]?", "3"),
        ("an am en em", r"(?:an|am|en|em)(?![aeiouy])[cgst]?", "4"),
        ("on om", r"(?:on|om)(?![aeiouy])[cgst]?", "5"),
        ("e ai ay", r"a[iy][xst]?|e[iy]|es\b|er\b|ez\b|ets?\b|ect?\b|e(?=[^aeiouy]{2})", "e"),
        ("gn", r"gn", "NY"),
        ("c q k", r"qu|q|ck|c(?=[aouO5 4lr]|$)|k", "K"),
        ("ch sh", r"sch|ch|sh", "S2"),
        ("c ss ti", r"c(?=[eiy])|ss|sc(?=[eiy])|ti(?=on|o5)", "s"),
        ("g j", r"g(?=[eiy])e?|j", "J"),
        ("gu", r"gu(?=[eiy])", "g"),
        ("", r"[stdpxzrgk](?=\b)", ""),
        ("w", r"w", "v"),
        ("y", r"y", "i"),
        ("z", r"z", "s"),
        ("e", r"e\b", ""),
        ("", r"\s+", ""),
    )
)


@lru_cache(maxsize=20_000)
def sound(folded: str) -> str:
    """Return the key of a folded name; empty only when nothing of it is heard.

    Each word is heard by itself: no rule reads further than the space before or behind it, and only what begins with an
    "i" or ends with an "l" sounds otherwise there.
    """
    words = folded.split(" ")
    if " i" not in folded and "l " not in folded:
        return "".join(map(_heard, words))
    last = len(words) - 1
    return "".join(
        _heard(f"{' ' if number and word[:1] == 'i' else ''}{word}{' ' if number < last and word[-1:] == 'l' else ''}")
        for number, word in enumerate(words)
    )


@lru_cache(maxsize=20_000)
def _heard(word: str) -> str:
    key = word
    for may_be_in, replace, heard in _RULES:
        if may_be_in(key):
            key = replace(heard, key)
    return key.lower()
