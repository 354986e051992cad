"""The places that are known by name, ready to be compared by spelling and by sound."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from nlp_models.folding import fold
from nlp_models.phonetics import sound
from nlp_models.yaml_files import read_yaml

ASSET = Path(__file__).parent / "assets" / "places.yaml"
ARTICLES = frozenset({"de", "du", "des", "d", "la", "le", "les", "l", "lès", "lez", "au", "aux", "et"})
# Longer names first when a short form stands for several.
TYPES = {
    "rue": "rue", "r": "rue", "ru": "rue", "avenue": "avenue", "av": "avenue", "ave": "avenue",
    "boulevard": "boulevard", "bd": "boulevard", "bld": "boulevard", "blvd": "boulevard",
    "bvd": "boulevard", "boul": "boulevard", "boulvard": "boulevard", "place": "place", "pl": "place", "quai": "quai",
    "cours": "cours", "allee": "allée", "all": "allée", "impasse": "impasse", "imp": "impasse",
    "chemin": "chemin", "che": "chemin", "route": "route", "rte": "route", "square": "square", "passage": "passage",
    "pont": "pont", "faubourg": "faubourg", "fbg": "faubourg", "esplanade": "esplanade", "ruelle": "ruelle",
    "rondpoint": "rond-point", "sentier": "sentier",
}  # fmt: skip
_SPELLED = {"st": "saint", "ste": "sainte", "gal": "general", "mal": "marechal", "dr": "docteur",
            "premier": "1er", "republik": "republique", "rep": "republique", "jj": "jean jacques"}  # fmt: skip


class Kind(StrEnum):
    """What a name stands for."""

    COMMUNE = "commune"
    ELSEWHERE = "elsewhere"
    STREET = "street"
    LANDMARK = "landmark"


@dataclass(frozen=True, slots=True)
class Entry:
    """One way of naming one place: ``core`` is what is compared, without type word or articles."""

    kind: Kind
    label: str
    communes: tuple[str, ...]
    core: str
    key: str
    type: str = ""


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Every way of naming every place, by first sound: a name that begins with another sound is another name.

    Streets stand apart because they are only looked for after a type word.
    """

    streets: dict[str, tuple[Entry, ...]]
    named: dict[str, tuple[Entry, ...]]
    data: dict[str, Any] = field(repr=False)


def place_words(folded: str) -> list[str]:
    """Return the words of a folded text as place names spell them: apostrophes and dashes split, short forms full."""
    split = folded.replace("rond-point", "rondpoint").replace("rond point", "rondpoint")
    cleaned = "".join(c if c.isalnum() else " " for c in split)
    return [part for word in cleaned.split() for part in _SPELLED.get(word, word).split()]


def core_of(words: Iterable[str]) -> str:
    """Return what distinguishes a name: its words without articles (all its words when there is nothing else)."""
    kept = list(words)
    return " ".join([word for word in kept if word not in ARTICLES] or kept)


@cache
def dijon() -> Gazetteer:
    """The gazetteer that comes with the project."""
    return gazetteer_from(read_yaml(ASSET))


def gazetteer_from(data: dict[str, Any]) -> Gazetteer:
    """Build a gazetteer from the keys ``communes``, ``elsewhere``, ``streets`` and ``landmarks``."""
    return Gazetteer(_by_sound(_streets(data["streets"])), _by_sound(_named(data)), data)


def _by_sound(entries: Iterable[Entry]) -> dict[str, tuple[Entry, ...]]:
    grouped: dict[str, list[Entry]] = {}
    for entry in entries:
        grouped.setdefault(entry.key[:1], []).append(entry)
    return {first: tuple(alike) for first, alike in grouped.items()}


def _streets(streets: dict[str, list[str]]) -> Iterator[Entry]:
    communes: dict[str, list[str]] = {}
    for commune, labels in streets.items():
        for label in labels:
            communes.setdefault(label, []).append(commune)
    for label, where in communes.items():
        first, *rest = place_words(fold(label))
        core = core_of(rest)
        yield Entry(Kind.STREET, label, tuple(where), core, sound(core), TYPES[first])


def _named(data: dict[str, Any]) -> Iterator[Entry]:
    for commune in data["communes"]:
        yield from _entries(Kind.COMMUNE, commune, (commune["name"],))
    for name in data["elsewhere"]:
        yield from _entries(Kind.ELSEWHERE, {"name": name}, ())
    for landmark in data["landmarks"]:
        yield from _entries(Kind.LANDMARK, landmark, tuple(filter(None, [landmark["commune"]])))


def _entries(kind: Kind, place: dict[str, Any], communes: tuple[str, ...]) -> Iterator[Entry]:
    cores = dict.fromkeys(core_of(place_words(fold(name))) for name in (place["name"], *place.get("said", ())))
    for core in cores:
        yield Entry(kind, place["name"], communes, core, sound(core))
