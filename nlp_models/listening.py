"""A message as the danger rules hear it: folded words between single spaces, however thumbs wrote them. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path

from nlp_models.folding import fold, readable
from nlp_models.yaml_files import read_yaml

_SPELLING = Path(__file__).parent / "assets" / "danger" / "spelling.yaml"
LONGEST = 4_000  # characters listened to; more than a model reads, because danger may be said last
_SENTENCE_END = re.compile(r"[.!?;:\n]+(?=\s|$)")
_NOT_A_WORD = re.compile(r"[^\w|]+|_+")
_STRETCH = re.compile(r"([a-z])\1{2,}")


def listened(text: str) -> str:
    """Return the text as the rules hear it: folded words between single spaces, sentence ends as ``|``."""
    plain = _NOT_A_WORD.sub(" ", fold(_SENTENCE_END.sub(" | ", readable(text, LONGEST))))
    words = (_spelled(word) for word in plain.split())
    return f" {' '.join(word for word in words if word)} "


@lru_cache(maxsize=20_000)
def _spelled(word: str) -> str:
    """A word with letters that are stretched said once, cut where two are stuck together, and written out.

    Nothing is left of one that only hesitates or stresses, so that rules hear the others side by side.
    """
    glued, whole = _spelling()
    return " ".join(whole.get(part, part) for part in glued.sub(r"\1 ", _STRETCH.sub(r"\1", word)).split())


@cache
def _spelling() -> tuple[re.Pattern[str], Mapping[str, str]]:
    """(Small words stuck to the next one, how small words are shortened or misheard → the words that are meant)."""
    rows = read_yaml(_SPELLING)
    glued = "|".join(f"{letter}(?=(?:{'|'.join(begun.split())}))" for letter, begun in rows["glued"].items())
    unsaid: dict[str, str] = dict.fromkeys(rows["unsaid"].split(), "")
    spelled = unsaid | {short: whole for whole, shorts in rows["spelled"].items() for short in shorts.split()}
    return re.compile(rf"\b({glued})"), spelled
