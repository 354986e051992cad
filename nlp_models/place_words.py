"""The words that stand around places in one language: kinds of street, articles, what announces a place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
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
    "away", "counted", "institution", "joins", "no_venue",
)  # fmt: skip
OF = frozenset(("de", "du", "des", "d", "of"))
LEAD_ARTICLES = frozenset(("la", "le", "les", "l", "the"))  # between what announces a name and the name
_LEADS = ("before_commune", "before_landmark", "before_stop")
_NUMBER_AND_LETTERS = re.compile(r"^(\d{1,4})(bis|ter|quater)$")
# A word, the dash after it, and what closes a name after it.
_WRITTEN = re.compile(r"([^\W_]+)(?=(-)?(\s*[,;:!?()\n]|\.(?:\s|$))?)")
_MOST_WORDS = 20_000  # whose spelling is remembered
_SPELT_OUT = 4  # letters: a dot after fewer shortens a word ("rue Gal. Delaborde")
_INITIALS = re.compile(r"\b(?:[^\W\d_]\.){2,}")


@dataclass(frozen=True, slots=True)
class Said:
    """The ``words`` of a message as place names spell them, and how they were written.

    ``proper`` are those with a capital, in a message that has small letters too; ``tied`` are joined to the next one by
    a dash; after ``closed`` ones a comma or the like stands. All are positions; nothing is in them for what was spoken.
    """

    words: list[str]
    proper: frozenset[int] = frozenset()
    tied: frozenset[int] = frozenset()
    closed: frozenset[int] = frozenset()

    def one_name(self, at: int) -> bool:
        """Whether the word at ``at`` and the next one were written as parts of one name."""
        return at in self.tied or {at, at + 1} <= self.proper


@dataclass(frozen=True, slots=True)
class PlaceWords:
    """``types`` gives the kind of street of each written form; ``free`` are the kinds that may have an unknown name.

    ``venues`` are other kinds of places that bear names ("parking", "école"), as they are written. ``hear`` turns a
    folded name into what is compared by ear. ``leading`` are the words after which a name is announced at all,
    ``announcing`` what may stand right before one then; ``joining`` the second ones of those written ``together``.
    """

    type_after: bool
    types: Mapping[str, str]
    free: frozenset[str]
    venues: Mapping[str, str]
    together: Mapping[str, str]
    spelled: Mapping[str, str]
    lists: Mapping[str, frozenset[str]]
    hear: Callable[[str], str]
    leading: frozenset[str] = field(init=False, repr=False, compare=False)
    announcing: frozenset[str] = field(init=False, repr=False, compare=False)
    joining: frozenset[str] = field(init=False, repr=False, compare=False)
    _known: dict[str, list[str]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Nothing but these announces a name.
        object.__setattr__(self, "leading", OF.union(*(self.lists[name] for name in _LEADS)))
        object.__setattr__(self, "announcing", self.leading | LEAD_ARTICLES | self.lists["joins"])
        object.__setattr__(self, "joining", frozenset(words.partition(" ")[2] for words in self.together))

    def __getitem__(self, name: str) -> frozenset[str]:
        """One list of words by its name."""
        return self.lists[name]

    def split(self, text: str) -> list[str]:
        """Return the words of a text as place names spell them: folded, dashes split, short forms full."""
        return self.read(text).words

    def read(self, text: str) -> Said:
        """Return the words of a text as place names spell them, with how they were written."""
        written = _INITIALS.sub(lambda found: found.group().replace(".", ""), text.replace("€", " euros "))
        mixed = not written.isupper() and written.lower() != written
        words: list[str] = []
        proper: set[int] = set()
        tied: set[int] = set()
        closed: set[int] = set()
        for found, dash, closing in _WRITTEN.findall(written):
            before = len(words)
            words += self._known.get(found) or self._spelled(found)
            if words and words[-1] in self.joining and (joined := self.together.get(" ".join(words[-2:]))):
                words[-2:] = [joined]
                before = len(words) - 1
            if mixed and found[0].isupper():
                proper.update(range(before, len(words)))
            if dash:
                tied.add(len(words) - 1)
            elif closing and not (len(found) < _SPELT_OUT and closing[0] == "."):
                closed.add(len(words) - 1)
        return Said(words, frozenset(proper), frozenset(tied), frozenset(closed))

    def _spelled(self, written: str) -> list[str]:
        known = self._read(written.lower() if written.isascii() else fold(written))
        if len(self._known) < _MOST_WORDS:
            self._known[written] = known
        return known

    def _read(self, folded: str) -> list[str]:
        if folded not in self.spelled and not folded[0].isdigit() and " " not in folded:
            return [folded]
        words = (part for word in folded.split() for part in self.spelled.get(word, word).split())
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
        venues={fold(kind): kind for kind in rows.get("venues", "").split()},
        together=rows.get("together", {}),
        spelled=rows.get("spelled", {}),
        lists={name: frozenset(rows.get(name, "").split()) for name in _LISTS},
        hear=sound if rows.get("sounds") == "french" else str,
    )
