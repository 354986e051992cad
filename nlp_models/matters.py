"""Where a message may pass to another matter: "le lampadaire est éteint **et en plus** les poubelles débordent"."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice, takewhile
from pathlib import Path

from nlp_models.folding import fold
from nlp_models.normaliser import ASSETS
from nlp_models.yaml_files import read_yaml

MATTERS = Path(__file__).parent / "assets" / "matters"
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
# Where a new matter may begin without a word that says so: only two very sure and very different parts count there.
_PAUSE = r"\s*[,;.!?+:]+\s+|\s+\+\s+"
_FEWEST_WORDS = 2
_MOST_PLACES = 16  # tried in one message


@dataclass(frozen=True, slots=True)
class Cut:
    """``said`` tells that the words themselves announce another matter, ``further`` that they seem to."""

    before: str
    after: str
    said: bool
    further: bool = False


class Splitter:
    """Proposes where to cut; whether both parts are matters of their own is for the classifier to say."""

    def __init__(
        self, joins: Sequence[str], links: Sequence[str], opens: Sequence[str] = (), further: Sequence[str] = ()
    ) -> None:
        self._joint = re.compile(rf"[,;.!?]*\s+(?:{_words(joins)})\b[\s,:]*", re.IGNORECASE)
        self._pause = re.compile(
            rf"{_PAUSE}|[,;]?\s+(?:{_words(links)})\s+|\s+(?=(?:{_words([*opens, *further])})\b)", re.IGNORECASE
        )
        self._further = re.compile(rf"\W*(?:(?:{_words([*links, *opens])})\W+)*(?:{_words(further)})\b", re.IGNORECASE)

    def cuts(self, text: str) -> Iterator[Cut]:
        """Yield the places where a second matter may begin, those the words announce first."""
        met: set[str] = set()
        for said, pattern in ((True, self._joint), (False, self._pause)):
            found = ((text[: place.start()].strip(), text[place.end() :].strip()) for place in pattern.finditer(text))
            enough = (pair for pair in found if min(len(part.split()) for part in pair) >= _FEWEST_WORDS)
            for before, after in islice(enough, _MOST_PLACES):
                if after not in met:
                    met.add(after)
                    yield Cut(before, after, said, said or self._further.match(after) is not None)


def _words(listed: Sequence[str]) -> str:
    longest_first = sorted(listed, key=len, reverse=True)
    return (
        "|".join("".join(_ANY_ACCENT.get(sign, re.escape(sign)) for sign in words) for words in longest_first) or "(?!)"
    )


@cache
def splitter_for(language: str) -> Splitter:
    """Return the splitter of a language; one without lists only cuts at pauses."""
    path = ASSETS / f"{language}.yaml"
    data = read_yaml(path) if path.is_file() else {}
    known = MATTERS / path.name
    begun = read_yaml(known) if known.is_file() else {}
    return Splitter(data.get("joins", ()), data.get("links", ()), begun.get("opens", ()), begun.get("further", ()))


@dataclass(frozen=True, slots=True)
class Beginnings:
    """How a matter of its own begins, in plain words: what may come ``before``, ``articles``, other ``small`` words."""

    before: tuple[tuple[str, ...], ...]
    articles: frozenset[str]
    small: frozenset[str]

    def a_thing(self, words: Sequence[str], streets: Container[str], nothing: Container[str]) -> bool:
        """Whether ``words`` name a thing before their street: with its article, or with no other small word at all.

        ``streets`` are kinds of street ("rue"), ``nothing`` words that tell no matter.
        """
        lead = list(takewhile(lambda word: word not in streets, words))
        for opener in self.before:
            if tuple(lead[: len(opener)]) == opener:
                lead = lead[len(opener) :]
        if not any(word not in self.articles and word not in nothing for word in lead):
            return False
        return lead[0] in self.articles or (self.small.isdisjoint(lead) and self.articles.isdisjoint(lead))

    def goes_on(self, words: Sequence[str], streets: Container[str]) -> bool:
        """Whether ``words`` only say what else the first matter does, and to which street ("… et inonde la rue Y")."""
        lead = list(takewhile(lambda word: word not in streets, words))
        return len(lead) == 2 and lead[0] not in self.articles and lead[1] in self.articles


@cache
def beginnings_for(language: str) -> Beginnings | None:
    """How matters begin in a language; None for one without a list."""
    path = MATTERS / f"{language}.yaml"
    if not path.is_file():
        return None
    rows = read_yaml(path)
    before = tuple(tuple(fold(words).replace("'", " ").split()) for words in rows["before"])
    return Beginnings(before, frozenset(rows["articles"].split()), frozenset(rows["small"].split()))
