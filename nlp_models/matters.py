"""Where a message may pass to another matter: "le lampadaire est éteint **et en plus** les poubelles débordent"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import yaml

from nlp_models.normaliser import ASSETS

_ANY_ACCENT = {
    "a": "[aàâä]",
    "c": "[cç]",
    "e": "[eéèêë]",
    "i": "[iîï]",
    "o": "[oôö]",
    "u": "[uùûü]",
    "'": "['’ ]?",
    " ": r"\s+",
}
_FEWEST_WORDS = 2
_MOST_PLACES = 6  # tried in one message


class Splitter:
    """Proposes where to cut; whether both parts are matters of their own is for the classifier to say."""

    def __init__(self, joins: list[str]) -> None:
        longest_first = sorted(joins, key=len, reverse=True)
        words = "|".join("".join(_ANY_ACCENT.get(sign, re.escape(sign)) for sign in join) for join in longest_first)
        self._joint = re.compile(rf"[,;.!?]*\s+(?:{words})\b[\s,:]*" if joins else r"(?!)", re.IGNORECASE)

    def cuts(self, text: str) -> Iterator[tuple[str, str]]:
        """Yield (before, after) for each place where a second matter may begin."""
        found = 0
        for place in self._joint.finditer(text):
            before, after = text[: place.start()].strip(), text[place.end() :].strip()
            if min(len(before.split()), len(after.split())) >= _FEWEST_WORDS:
                yield before, after
                found += 1
            if found == _MOST_PLACES:
                return


@cache
def splitter_for(language: str) -> Splitter:
    """Return the splitter of a language; one without a list never cuts."""
    path = ASSETS / f"{language}.yaml"
    data = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return Splitter(list(data.get("joins", ())))
