"""How a French name sounds, as a short key: names that a recogniser mixes up get the same or a close key. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

# Ordered: groups of letters first. Capitals are sounds already decided, so that no rule reads them again.
_RULES = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"(?<=[^aeiouy])i(?:ll|y)(?=[aeo])", "iY"),
        (r"(.)\1+", r"\1"),
        (r"oyes?\b", "WA"),
        (r"(?<=o)sg", "g"),
        (r"\bh|(?<![cp])h", ""),
        (r"ph", "f"),
        (r"(?<=[aeiouy])ill?(?=e|$|[aou])", "Y"),
        (r"y(?=[aeou])", "Y"),
        (r"eaux?|aux?|ault?|aud\b|ots?\b|os\b|op\b", "O"),
        (r"oin", "WE"),
        (r"o[iy]s?", "WA"),
        (r"ou[xst]?", "U"),
        (r"oeu|eu[xrs]?\b|eu", "E"),
        (r"(?:ain|ein|aim|yn|ym|in|im|un|um)(?![aeiouy])[cgstd]?", "3"),
        (r"(?:an|am|en|em)(?![aeiouy])[cgst]?", "4"),
        (r"(?:on|om)(?![aeiouy])[cgst]?", "5"),
        (r"a[iy][xst]?|e[iy]|es\b|er\b|ez\b|ets?\b|ect?\b|e(?=[^aeiouy]{2})", "e"),
        (r"gn", "NY"),
        (r"qu|q|ck|c(?=[aouO5 4lr]|$)|k", "K"),
        (r"sch|ch|sh", "S2"),
        (r"c(?=[eiy])|ss|sc(?=[eiy])|ti(?=on|o5)", "s"),
        (r"g(?=[eiy])e?|j", "J"),
        (r"gu(?=[eiy])", "g"),
        (r"[stdpxzrgk](?=\b)", ""),
        (r"w", "v"),
        (r"y", "i"),
        (r"z", "s"),
        (r"e\b", ""),
        (r"\s+", ""),
    )
)


@lru_cache(maxsize=20_000)
def sound(folded: str) -> str:
    """Return the key of a folded name; empty only when nothing of it is heard."""
    key = folded
    for pattern, heard in _RULES:
        key = pattern.sub(heard, key)
    return key.lower()
