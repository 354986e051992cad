"""Communes and landmarks in the words of a message, by their own names.

A name that is also an ordinary word, and whatever only sounds like a name, counts only where a place is announced.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from nlp_models.gazetteer import LENGTHS_APART, Entry, Gazetteer, Kind, Lead, Names
from nlp_models.likeness import likeness
from nlp_models.place_words import LEAD_ARTICLES, OF, PlaceWords

_LONGEST = 5  # words of a name
_AT = 88.0
_UNANNOUNCED_AT = 92.0  # a landmark of several words heard a little wrong, with nothing before it
_PER_WORD = 3.0
_SHORT = 6  # letters; below, only the very name or its very sound
_SHORTEST_KEY = 3  # sounds
_NOTHING = Names(())
_NO_LEAD = Lead()


@dataclass(frozen=True, slots=True)
class Named:
    """Words ``start``..``end`` are the name ``entry``; ``score`` orders overlapping finds."""

    start: int
    end: int
    entry: Entry
    score: float

    @property
    def kind(self) -> Kind:
        """What the name stands for."""
        return self.entry.kind


def names_in(words: Sequence[str], gazetteer: Gazetteer) -> Iterator[Named]:
    """Yield every name that may be meant, overlapping ones too."""
    kinds, first_words = gazetteer.words, gazetteer.first_words
    articles, common, institution = kinds["articles"], kinds["common"], kinds["institution"]
    for start, word in enumerate(words):
        if len(word) < 2 or word in articles or (word in common and word not in first_words):
            continue
        lead = _lead(words, start, kinds) if start and words[start - 1] in kinds.announcing else _NO_LEAD
        audible = _NOTHING if word in common else gazetteer.audible(kinds.hear(word)[:1], lead)
        if not audible.entries and word not in first_words:
            continue
        kept: list[str] = []  # what ``kinds.core`` keeps of these words
        for end in range(start + 1, min(len(words), start + _LONGEST) + 1):
            last = words[end - 1]
            if last in articles:
                continue
            kept.append(last)
            if end < len(words) and words[end] in institution:
                continue  # "Dijon métropole" is who, not where
            core = " ".join(kept)
            ordinary = word in common or last in common
            likely = gazetteer.by_core.get(core, ())
            if not ordinary and len(core) in audible.lengths and _heard(core, audible, lead, kinds):
                likely = (*likely, *audible.entries)
            if not likely:
                continue
            for entry, score in _matches(core, likely, lead, ordinary, kinds):
                yield Named(start, end, entry, score + _PER_WORD * (entry.core.count(" ") + 1))


def _heard(core: str, audible: Names, lead: Lead, kinds: PlaceWords) -> bool:
    """Whether it is worth comparing with each of these names."""
    if lead.commune or lead.landmark:
        return audible.resemble(core, kinds.hear(core), _AT)
    return " " in core and audible.resemble(core, kinds.hear(core), _UNANNOUNCED_AT)


def _matches(
    core: str, likely: Iterable[Entry], lead: Lead, ordinary: bool, kinds: PlaceWords
) -> Iterator[tuple[Entry, float]]:
    """Yield the names that are like enough, and how much."""
    for entry in likely:
        if abs(len(core) - len(entry.core)) > LENGTHS_APART or not lead.announces(entry):
            continue
        if entry.kind is Kind.COMMUNE and lead.joined:
            continue  # the end of another name: "Asnières-lès-Dijon" is not Dijon
        score = _score(core, entry, lead, ordinary, kinds)
        if score >= _AT:
            yield entry, score


def _score(core: str, entry: Entry, lead: Lead, ordinary: bool, kinds: PlaceWords) -> float:
    """How surely this is the name."""
    announced = lead.commune if entry.kind in (Kind.COMMUNE, Kind.ELSEWHERE) else lead.landmark
    if core == entry.core:
        alone = not ordinary or " " in core
        return 100.0 if announced or (alone and (entry.official or len(core) >= _SHORT)) else 0.0
    spoken = entry.kind is Kind.LANDMARK and " " in core
    if ordinary or entry.kind is Kind.ELSEWHERE or not (announced or spoken):
        return 0.0
    key = kinds.hear(core)  # costly, so after all that can be told without it
    if len(key) < _SHORTEST_KEY:
        return 0.0
    if len(entry.core) < _SHORT:
        return 95.0 if announced and key == entry.key else 0.0
    alike = likeness(core, key, entry)
    return alike if announced or alike >= _UNANNOUNCED_AT else 0.0


def _lead(words: Sequence[str], start: int, kinds: PlaceWords) -> Lead:
    """What the words before ``start`` announce, articles left out ("près de la", "à l'arrêt de bus")."""
    before = start - 1
    while before >= 0 and words[before] in LEAD_ARTICLES:
        before -= 1
    if before < 0 or (words[before] not in kinds.leading and words[start - 1] not in kinds["joins"]):
        return _NO_LEAD
    word = words[before]
    further = words[before - 1] if before else ""
    of = word in OF and further in kinds["before_landmark_of"]
    stop = word in kinds["before_stop"] or (of and further in kinds["before_stop"])
    landmark = word in kinds["before_landmark"] or of or stop
    return Lead(word in kinds["before_commune"], landmark, stop, words[start - 1] in kinds["joins"])
