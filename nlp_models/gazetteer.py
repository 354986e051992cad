"""The places that are known by name, ready to be compared by spelling and by sound."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from rapidfuzz.fuzz import ratio as alike
from rapidfuzz.process import extract, extractOne

import routing
from nlp_models.place_words import PlaceWords, place_words
from nlp_models.street_book import StreetBook
from nlp_models.yaml_files import read_yaml

OWN = Path(routing.__file__).parent / "catalogue" / "places.yaml"
_OWN_LANGUAGE = "fr"
WORTH = 75.0  # a name less alike is not compared any further
LENGTHS_APART = 4  # letters; names whose lengths differ more are not compared
_GLUED = ("d", "l")  # "d'Aubenton" and "Daubenton", "l'Ouche" and "Louche" sound the same


class Kind(StrEnum):
    """What a name stands for."""

    COMMUNE = "commune"
    ELSEWHERE = "elsewhere"
    STREET = "street"
    LANDMARK = "landmark"


class Needs(StrEnum):
    """What has to stand before a name that is also an ordinary word."""

    NOTHING = ""
    PLACE = "place"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Entry:
    """One way of naming one place: ``core`` is what is compared, without type word or articles.

    ``official`` is False for names people give it; ``point`` is (latitude, longitude) in degrees; ``number`` is the
    name's own in the book of streets.
    """

    kind: Kind
    label: str
    communes: tuple[str, ...]
    core: str
    key: str
    type: str = ""
    official: bool = True
    needs: Needs = Needs.NOTHING
    point: tuple[float, float] | None = None
    number: int | None = None


class Lead(NamedTuple):
    """What the words before a name announce; ``joined``: they are the beginning of a longer name."""

    commune: bool = False
    landmark: bool = False
    stop: bool = False
    joined: bool = False

    def announces(self, entry: Entry) -> bool:
        """Whether what has to stand before the name does."""
        if entry.needs is Needs.STOP:
            return self.stop
        return entry.needs is Needs.NOTHING or self.landmark


class Names:
    """Names to be compared all at once, by their spellings and sounds."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = entries
        self.cores = [entry.core for entry in entries]
        self.keys = [entry.key for entry in entries]
        long = [*map(len, self.cores)]
        self.lengths = range(min(long) - LENGTHS_APART, max(long) + LENGTHS_APART + 1) if long else range(0)
        self._by_length: dict[tuple[int, float, bool], list[str]] = {}

    def resemble(self, core: str, key: str, at: float) -> bool:
        """Whether any of them may be so much alike."""
        keys = self._as_long(len(key), at, heard=True)
        if keys and extractOne(key, keys, scorer=alike, score_cutoff=at):
            return True
        cores = self._as_long(len(core), at, heard=False)
        return bool(cores and extractOne(core, cores, scorer=alike, score_cutoff=at))

    def worth_comparing(self, core: str, key: str) -> Iterator[Entry]:
        """Yield those that are somewhat alike."""
        spelled = extract(core, self.cores, scorer=alike, score_cutoff=WORTH, limit=None)
        heard = extract(key, self.keys, scorer=alike, score_cutoff=WORTH, limit=None)
        for number in sorted({number for *_, number in (*spelled, *heard)}):
            yield self.entries[number]

    def _as_long(self, length: int, at: float, *, heard: bool) -> list[str]:
        """The sounds or spellings whose length allows so much likeness: 200 % less the share of the longer one."""
        wanted = (length, at, heard)
        known = self._by_length.get(wanted)
        if known is None:
            names = dict.fromkeys(self.keys if heard else self.cores)
            known = [name for name in names if 200 * min(length, len(name)) >= at * (length + len(name))]
            self._by_length[wanted] = known
        return known


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Every way of naming every place, by first sound: a name that begins with another sound is another name.

    ``by_core`` finds communes and landmarks by their very names, which begin with ``first_words``. Streets stand apart
    because they are only looked for beside a type word. ``centre`` is the commune that gives the territory its name;
    ``book`` holds imported addresses.
    """

    words: PlaceWords
    streets: Mapping[str, Names]
    named: Mapping[str, tuple[Entry, ...]]
    by_core: Mapping[str, tuple[Entry, ...]] = field(default_factory=dict, repr=False)
    first_words: frozenset[str] = field(init=False, repr=False)
    commune_cores: frozenset[str] = frozenset()
    centre: str | None = None
    book: StreetBook | None = field(default=None, repr=False)
    _audible: dict[tuple[str, Lead], Names] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "first_words", frozenset(core.partition(" ")[0] for core in self.by_core))

    def audible(self, first_sound: str, lead: Lead) -> Names:
        """The names that count here though they are only heard: where they are announced, or of several words."""
        wanted = (first_sound, lead)
        known = self._audible.get(wanted)
        if known is None:
            heard = (one for one in self.named.get(first_sound, ()) if _audible(one, lead))
            known = self._audible[wanted] = Names(sorted(heard, key=lambda one: len(one.core)))
        return known

    def streets_like(self, core: str, key: str) -> Iterator[Entry]:
        """Yield the city's own streets whose name may be the one written or heard; the caller scores them."""
        names = self.streets.get(key[:1])
        return names.worth_comparing(core, key) if names else iter(())

    def imported_like(self, core: str, key: str) -> Iterator[Entry]:
        """The same of the imported ones."""
        if self.book is None:
            return
        for number in self.book.alike(key):
            name = self.book.name(number)
            if alike(core, name.core) < WORTH and alike(key, name.key) < WORTH:
                continue
            yield Entry(
                Kind.STREET, name.label, self.book.communes_of(number), name.core, name.key, name.type, number=number
            )

    def with_book(self, book: StreetBook | None) -> Gazetteer:
        """The same with imported addresses beside its own streets."""
        return replace(self, book=book)


@cache
def own(language: str) -> Gazetteer:
    """The gazetteer that comes with the project; in any other language than its own, one that knows nothing."""
    rows = read_yaml(OWN) if language == _OWN_LANGUAGE else {}
    return gazetteer_from(rows, place_words(language))


def gazetteer_from(rows: Mapping[str, Any], words: PlaceWords, communes: Iterable[str] = ()) -> Gazetteer:
    """Build a gazetteer from the keys of places.yaml. ``communes`` are known by their names though it says nothing."""
    said: dict[str, Any] = dict.fromkeys(communes) | dict(rows.get("communes", {}))
    named = list(_named(rows, said, words))
    streets = _streets(rows.get("streets", {}), words)
    return Gazetteer(
        words,
        {sound: Names(found) for sound, found in _grouped(streets, lambda entry: entry.key[:1]).items()},
        _grouped(named, lambda entry: entry.key[:1]),
        _grouped(named, lambda entry: entry.core),
        frozenset(words.core(words.split(name)) for name in said),
        rows.get("centre"),
    )


def glued(core: str) -> str | None:
    """The name without a "d" or "l" that may be the article before it, None when it begins with neither."""
    return core[1:] if len(core) > 5 and core[0] in _GLUED and core[1] in "aeiouyh" else None


def _audible(entry: Entry, lead: Lead) -> bool:
    if entry.kind is Kind.COMMUNE:
        return lead.commune
    return entry.kind is Kind.LANDMARK and (lead.landmark or " " in entry.core) and lead.announces(entry)


def _grouped(entries: Iterable[Entry], by: Callable[[Entry], str]) -> dict[str, tuple[Entry, ...]]:
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(by(entry), []).append(entry)
    return {name: tuple(alike) for name, alike in groups.items()}


def _streets(streets: Mapping[str, list[Any]], words: PlaceWords) -> Iterator[Entry]:
    where: dict[str, list[str]] = {}
    said: dict[str, list[str]] = {}
    for commune, rows in streets.items():
        for row in rows:
            label, names = (row, []) if isinstance(row, str) else (row["name"], row.get("said", []))
            where.setdefault(label, []).append(commune)
            said.setdefault(label, []).extend(names)
    for label, communes in where.items():
        for name in (label, *said[label]):
            kind, whole = typed(words.split(name), words)
            for core in filter(None, (whole, glued(whole))):
                official = name == label and core == whole
                yield Entry(Kind.STREET, label, tuple(communes), core, words.hear(core), kind, official)


def typed(parts: list[str], words: PlaceWords) -> tuple[str, str]:
    """Return the kind and the core of a street's full name; the kind is "" when no known type word is in its place."""
    at = -1 if words.type_after else 0
    kind = words.types.get(parts[at], "") if parts else ""
    if not kind:
        return "", words.core(parts)
    return kind, words.core(parts[:-1] if words.type_after else parts[1:])


def _named(rows: Mapping[str, Any], communes: Mapping[str, Any], words: PlaceWords) -> Iterator[Entry]:
    for name, said in communes.items():
        yield from _entries(Kind.COMMUNE, {"name": name, "said": said or ()}, (name,), words)
    for row in rows.get("elsewhere", ()):
        yield from _entries(Kind.ELSEWHERE, {"name": row} if isinstance(row, str) else row, (), words)
    for landmark in rows.get("landmarks", ()):
        yield from _entries(Kind.LANDMARK, landmark, tuple(filter(None, [landmark["commune"]])), words)


def _entries(kind: Kind, place: Mapping[str, Any], communes: tuple[str, ...], words: PlaceWords) -> Iterator[Entry]:
    point = (place["lat"], place["lon"]) if "lat" in place else None
    seen: set[str] = set()
    names = [(place["name"], "needs"), *((name, "") for name in place.get("said", ()))]
    names += [(name, "ordinary") for name in place.get("ordinary", ())]
    for name, how in names:
        core = words.core(words.split(name))
        if core in seen:
            continue
        seen.add(core)
        needs = Needs(place.get("needs", "")) if how == "needs" else Needs.PLACE if how else Needs.NOTHING
        official = name == place["name"]
        yield Entry(kind, place["name"], communes, core, words.hear(core), "", official, needs, point)
