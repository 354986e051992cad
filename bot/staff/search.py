"""Procedures found by a few words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from nlp_models.folding import fold
from routing.domain.procedure import Catalogue, Procedure

FOUND = 12
LONGEST, WORDS = 80, 6
NOWHERE = 7
WORD = re.compile(r"\w+")


def find_procedures(catalogue: Catalogue, query: str, count: int = FOUND) -> list[Procedure]:
    """Procedures whose title, label, cue or id hold every word of ``query``, whatever the accents.

    What is called so comes before what is only described so, and a whole word before the beginning of one: "trou" is
    meant for a hole before it is meant for what was "trouvé".
    """
    words = WORD.findall(fold(query[:LONGEST]))[:WORDS]
    ranked = [(max((_rank(item, word) for word in words), default=0), item) for item in catalogue.procedures.values()]
    found = [pair for pair in ranked if pair[0] < NOWHERE]
    return [item for _, item in sorted(found, key=lambda pair: pair[0])[:count]]


def _rank(item: Procedure, word: str) -> int:
    """How far ``word`` is from being the procedure's name; NOWHERE when it is not in it at all."""
    title, label, cue = (_folded(text) for text in (item.title, item.label, item.cue))
    near = [_near(said, word) for _, said in (title, label, cue)]
    places = [near[0] == 0, near[1] == 0, near[0] == 1, near[1] == 1, near[2] == 0, near[2] == 1]
    places.append(any(word in text for text in (title[0], label[0], cue[0], item.id)))
    return places.index(True) if any(places) else NOWHERE


@lru_cache(maxsize=4_096)  # a catalogue's texts several times over: they are looked through at every letter typed
def _folded(text: str) -> tuple[str, tuple[str, ...]]:
    folded = fold(text)
    return folded, tuple(WORD.findall(folded))


def _near(said: Sequence[str], word: str) -> int | None:
    """0 for the very word (or its plural), 1 for the beginning of one, None for neither."""
    if word in said or f"{word}s" in said or f"{word}x" in said:
        return 0
    return 1 if any(each.startswith(word) for each in said) else None
