"""The words that stand around places in one language: kinds of street, articles, what announces a place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from nlp_models.folding import fold
from nlp_models.phonetics import sound
from nlp_models.yaml_files import read_yaml

FOLDER = Path(__file__).parent / "assets" / "place_words"
_LISTS = (
    "articles", "before_commune", "before_landmark", "before_landmark_of", "before_stop", "crossings", "number_leads",
    "units", "some", "name_articles", "named_bare", "first_names", "common", "breaks", "ends", "things", "heading",
    "away", "counted", "institution", "joins",
)  # fmt: skip
_NUMBER_AND_LETTERS = re.compile(r"^(\d{1,4})(bis|ter|quater)$")


@dataclass(frozen=True, slots=True)
class PlaceWords:
    """``types`` gives the kind of street of each written form; ``free`` are the kinds that may have an unknown name.

    ``hear`` turns a folded name into what is compared by ear.
    """

    type_after: bool
    types: Mapping[str, str]
    free: frozenset[str]
    together: Mapping[str, str]
    spelled: Mapping[str, str]
    lists: Mapping[str, frozenset[str]]
    hear: Callable[[str], str]

    def __getitem__(self, name: str) -> frozenset[str]:
        """One list of words by its name."""
        return self.lists[name]

    def split(self, text: str) -> list[str]:
        """Return the words of a text as place names spell them: folded, dashes split, short forms full."""
        folded = fold(text).replace("-", " ")
        for apart, joined in self.together.items():
            folded = folded.replace(apart, joined)
        cleaned = "".join(c if c.isalnum() else " " for c in folded)
        words = (part for word in cleaned.split() for part in self.spelled.get(word, word).split())
        return [part for word in words for part in _NUMBER_AND_LETTERS.sub(r"\1 \2", word).split()]

    def core(self, words: Iterable[str]) -> str:
        """Return what distinguishes a name: its words without articles (all its words when there is nothing else)."""
        kept = list(words)
        articles = self["articles"]
        return " ".join([word for word in kept if word not in articles] or kept)


@cache
def place_words(language: str) -> PlaceWords:
    """The words of ``language``; one that has no file knows no kinds of street and compares spellings only."""
    path = FOLDER / f"{language}.yaml"
    rows: dict[str, Any] = read_yaml(path) if path.is_file() else {}
    return PlaceWords(
        type_after=rows.get("type_after", False),
        types={
            form: kind
            for part in ("known", "types")
            for kind, forms in rows.get(part, {}).items()
            for form in forms.split()
        },
        free=frozenset(rows.get("types", {})),
        together=rows.get("together", {}),
        spelled=rows.get("spelled", {}),
        lists={name: frozenset(rows.get(name, "").split()) for name in _LISTS},
        hear=sound if rows.get("sounds") == "french" else str,
    )
