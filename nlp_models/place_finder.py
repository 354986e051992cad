"""Find the commune and the place a message names, however it was typed or heard.

Streets are only looked for after a type word ("rue", "avenue"); communes and landmarks anywhere, but the short ones
need a preposition before them, because "daix" and "des" sound alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz import fuzz

from nlp_models.folding import fold
from nlp_models.gazetteer import ARTICLES, TYPES, Entry, Gazetteer, Kind, core_of, place_words
from nlp_models.phonetics import sound
from nlp_models.spoken_numbers import number_before
from nlp_models.yaml_files import read_yaml

_LONGEST = 5  # words of a name
_SPELLING_HANDICAP = 3.0
_STREET_AT, _NAMED_AT = 82.0, 88.0
_PER_WORD = 3.0
_STREET_BONUS = 20.0  # a type word before it makes a street surer than any name
_SHORTEST_KEY = 3  # sounds
_SHORT = 6  # letters; below, a name needs a preposition and an exact spelling or sound
_FREE_TYPES = frozenset(
    {"rue", "avenue", "boulevard", "impasse", "allée", "chemin", "square", "quai", "route", "place"}
)
_WORDS = {
    name: frozenset(words.split())
    for name, words in read_yaml(Path(__file__).parent / "assets" / "place_words.yaml").items()
}
_PREPOSITIONS, _COMMON = _WORDS["prepositions"], _WORDS["common"]
_BREAKS, _THINGS = _WORDS["breaks"], _WORDS["things"]


@dataclass(frozen=True, slots=True)
class Found:
    """Words ``start``..``end`` of the message name ``label``; ``score`` orders overlapping finds."""

    start: int
    end: int
    kind: Kind
    label: str
    communes: tuple[str, ...]
    score: float


@dataclass(frozen=True, slots=True)
class Where:
    """The official name of a commune of the metropolis and a readable place, each None when not named."""

    commune: str | None = None
    place: str | None = None


def find_where(text: str, gazetteer: Gazetteer) -> Where:
    """Return the commune and place that a message names."""
    words = place_words(fold(text))
    found = _apart([*_streets(words, gazetteer), *_named(words, gazetteer)])
    streets = [one for one in found if one.kind is Kind.STREET]
    landmarks = [one for one in found if one.kind is Kind.LANDMARK]
    communes = [one.communes[0] for one in found if one.kind is Kind.COMMUNE]
    place = _street_label(words, streets) if streets else (landmarks[0].label if landmarks else None)
    elsewhere = any(one.kind is Kind.ELSEWHERE for one in found)
    return Where(_commune(communes, streets or landmarks, elsewhere), place)


def _commune(named: Sequence[str], places: Sequence[Found], elsewhere: bool) -> str | None:
    """The commune said; "Dijon" said beside a smaller one only tells the region. Else the place's, when unique."""
    if named:
        return next((name for name in named if name != "Dijon"), "Dijon")
    if elsewhere or not places:
        return None
    return places[0].communes[0] if len(places[0].communes) == 1 else None


def _street_label(words: Sequence[str], streets: Sequence[Found]) -> str:
    first = streets[0]
    crossing = {"angle", "croisement", "intersection", "coin"}.intersection(words)
    if crossing and len(streets) > 1:
        return f"{first.label} / {streets[1].label}"
    number = _house_number(words, first)
    return f"{number} {first.label}" if number else first.label


def _house_number(words: Sequence[str], street: Found) -> str | None:
    """The number said before the street ("au 12 de la rue"), or after it ("rue Monge numéro 12")."""
    before = list(words[max(0, street.start - 6) : street.start])
    while before and before[-1] in ARTICLES:
        before.pop()
    after = words[street.end : street.end + 4]
    if after[:1] in (["numero"], ["n"], ["no"], ["au"]) and len(after) > 1 and after[1].isdigit():
        return number_before(before) or number_before(after[1:3] if after[2:3] == ["bis"] else after[1:2])
    return number_before(before)


def _apart(found: list[Found]) -> list[Found]:
    """Keep the best of overlapping finds, in the order of the message."""
    kept: list[Found] = []
    for one in sorted(found, key=lambda one: (-one.score, one.start)):
        if all(one.end <= other.start or one.start >= other.end for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda one: one.start)


def _streets(words: Sequence[str], gazetteer: Gazetteer) -> Iterator[Found]:
    for start, word in enumerate(words):
        if (kind := TYPES.get(word)) is None:
            continue
        best = max(_known_streets(words, start, kind, gazetteer), key=lambda one: one.score, default=None)
        free = best or _unknown_street(words, start, kind)
        if free:
            yield free


def _known_streets(words: Sequence[str], start: int, kind: str, gazetteer: Gazetteer) -> Iterator[Found]:
    for end, core in _windows(words, start + 1):
        key = sound(core)
        for entry in gazetteer.streets.get(key[:1], ()):
            if entry.type != kind and (core in _THINGS or "Dijon" not in entry.communes):
                continue
            score = _likeness(core, key, entry) + (4 if entry.type == kind else -4)
            if score >= _STREET_AT + (4 if len(entry.core) < 5 else 0):
                bonus = _PER_WORD * (core.count(" ") + 1) + _STREET_BONUS
                yield Found(start, end, Kind.STREET, entry.label, entry.communes, score + bonus)


def _unknown_street(words: Sequence[str], start: int, kind: str) -> Found | None:
    """A street that is not in the list, when an article announces its name: "rue des lilas"."""
    end = start + 1
    while end < len(words) and words[end] in ARTICLES - {"au", "aux", "et", "le", "les"} and end < start + 3:
        end += 1
    if end == start + 1 or end >= len(words) or kind not in _FREE_TYPES:
        return None
    name = words[end]
    if name in _THINGS or name in _BREAKS or name in ARTICLES or len(name) < 3:
        return None
    label = _spelled(kind, words[start + 1 : end], words[end : end + 1])
    return Found(start, end + 1, Kind.STREET, label, (), 90.0)


def _spelled(kind: str, articles: Sequence[str], name: Sequence[str]) -> str:
    written = "".join(f"{word}'" if word in ("d", "l") else f"{word} " for word in articles)
    return f"{kind} {written}{' '.join(word.capitalize() for word in name)}"


def _named(words: Sequence[str], gazetteer: Gazetteer) -> Iterator[Found]:
    for start, word in enumerate(words):
        if word in ARTICLES or len(word) < 2:
            continue
        if word in _COMMON and (start == 0 or words[start - 1] not in ("a", "sur")):
            continue
        announced = start > 0 and _announced(words, start)
        for end, core in _windows(words, start):
            if words[end - 1] not in _COMMON or end == start + 1:
                yield from _matches(core, start, end, announced, gazetteer)


def _matches(core: str, start: int, end: int, announced: bool, gazetteer: Gazetteer) -> Iterator[Found]:
    key = sound(core)
    for entry in gazetteer.named.get(key[:1], ()):
        if abs(len(core) - len(entry.core)) > 4:
            continue
        score = _name_score(core, key, entry, announced)
        if score >= _NAMED_AT:
            bonus = _PER_WORD * (entry.core.count(" ") + 1)
            yield Found(start, end, entry.kind, entry.label, entry.communes, score + bonus)


def _name_score(core: str, key: str, entry: Entry, announced: bool) -> float:
    """How surely this is the name: short names and everyday words need more than a likeness."""
    if core == entry.core:
        return 100.0 if announced or len(core) >= _SHORT else 0.0
    if core in _COMMON or len(key) < _SHORTEST_KEY:
        return 0.0
    if len(entry.core) < _SHORT:
        return 95.0 if announced and key == entry.key else 0.0
    return _likeness(core, key, entry) - (0.0 if announced else 3.0)


def _announced(words: Sequence[str], start: int) -> bool:
    before = start - 1
    while before > 0 and words[before] in ("la", "le", "les", "l"):
        before -= 1
    return words[before] in _PREPOSITIONS


def _windows(words: Sequence[str], start: int) -> Iterator[tuple[int, str]]:
    """Yield (end, core) for names of one to five words from ``start``, articles not counted."""
    for end in range(start + 1, min(len(words), start + _LONGEST + 1) + 1):
        if words[end - 1] not in ARTICLES:
            yield end, core_of(words[start:end])


def _likeness(core: str, key: str, entry: Entry) -> float:
    """0..100: the better of the spellings' and the sounds' likeness."""
    spelling = fuzz.ratio(core, entry.core, score_cutoff=75) - _SPELLING_HANDICAP
    heard = fuzz.ratio(key, entry.key, score_cutoff=75) if key and entry.key else 0.0
    return 100.0 if core == entry.core else max(spelling, heard)
