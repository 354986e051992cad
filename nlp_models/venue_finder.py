"""Places that bear a name though no list holds it: "parking Malraux", "école Voltaire", "cimetière des Péjoces"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nlp_models.place_words import PlaceWords, Said
from nlp_models.street_finder import PARTICIPLES, name_end, spelled_out

_WEAKER = 60.0  # than any street and any known name


@dataclass(frozen=True, slots=True)
class Venue:
    """Words ``start``..``end`` name a venue; ``score`` orders overlapping finds."""

    start: int
    end: int
    label: str
    score: float = _WEAKER


def venues_in(said: Said, kinds: PlaceWords) -> Iterator[Venue]:
    """Yield the named venues, kept as they were said: nobody knows in which commune they are."""
    words = said.words
    for at, word in enumerate(words):
        kind = kinds.venues.get(word)
        if kind is None:
            continue
        begin = at + 1
        while begin < min(len(words), at + 3) and words[begin] in kinds["name_articles"]:
            begin += 1
        end = name_end(said, begin, kinds)
        if end == begin or not (begin in said.proper or _can_be_no_other_word(said, begin, kinds)):
            continue
        yield Venue(at, end, f"{kind} {spelled_out(words[at + 1 : end], begin - at - 1, kinds)}")


def _can_be_no_other_word(said: Said, begin: int, kinds: PlaceWords) -> bool:
    """Spoken names have no capitals: a word that no list knows, unless it says what kind of venue it is."""
    word = said.words[begin]
    ordinary = word in kinds["no_venue"] or word.endswith(PARTICIPLES) or word.isdigit()
    return not said.proper and not ordinary
