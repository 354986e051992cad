"""House numbers as they are said: "douze bis", "vingt et un", "cent quatre" — up to 999. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

_VALUES = {
    "zero": 0, "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8,
    "neuf": 9, "dix": 10, "onze": 11, "douze": 12, "treize": 13, "quatorze": 14, "quinze": 15, "seize": 16,
    "vingt": 20, "vingts": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60, "cent": 100,
    "cents": 100, "septante": 70, "huitante": 80, "nonante": 90,
}  # fmt: skip
SUFFIXES = frozenset({"bis", "ter", "quater"})


def number_before(words: Sequence[str]) -> str | None:
    """Return the house number that a list of folded words ends with ("au 12 bis" → "12 bis"), or None."""
    rest = list(words)
    suffix = f" {rest.pop()}" if rest and rest[-1] in SUFFIXES else ""
    if rest and rest[-1].rstrip("abc").isdigit() and len(rest[-1]) <= 4:
        return rest[-1] + suffix
    said: list[str] = []
    while rest and (rest[-1] in _VALUES or (rest[-1] == "et" and said)):
        said.insert(0, rest.pop())
    value = _value([word for word in said if word != "et"])
    # "un" or "une" alone is an article far more often than a house number.
    return f"{value}{suffix}" if value > 1 or (value == 1 and suffix) else None


def number_ahead(words: Sequence[str], units: Collection[str]) -> str | None:
    """Return the house number that a list of folded words begins with, or None when it counts something ("12 ans").

    ``units`` are the words that make a count of a number.
    """
    if words and words[0].rstrip("abc").isdigit():
        end = 1
    else:
        end = next((at for at, word in enumerate(words) if word not in _VALUES and word != "et"), len(words))
    end += words[end : end + 1] != [] and words[end] in SUFFIXES
    return None if end < len(words) and words[end] in units else number_before(words[:end])


def _value(said: Sequence[str]) -> int:
    total = 0
    for word in said:
        value = _VALUES[word]
        if value == 100:
            total = max(total, 1) * 100
        elif value == 20 and total % 100 == 4:
            total += 76  # quatre-vingts
        else:
            total += value
    return total if total < 1000 else 0
