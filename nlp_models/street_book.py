"""The streets and house numbers of an imported address base: one file, mapped into memory, shared by every process.

Names are found by the runs of three sounds they share with what was heard. The file is read-only and replaced whole.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from nlp_models.street_file import Array, open_mapped

DEGREE = 1_000_000  # coordinates are kept as whole millionths of a degree
_ALIKE_AT = 0.4  # share of common runs of sounds, twice the common ones over both
_OF_BEST = 0.6  # of the likeliest one's share
_MOST = 16  # names that are compared letter by letter
_METRES = 111_195  # of one degree of latitude
REPEATS = 256  # "bis", "ter", "a"… that a house number may have


class Name(NamedTuple):
    """A street's name: as people write it, its kind, and what is compared by spelling and by sound."""

    label: str
    type: str
    core: str
    key: str


class Door(NamedTuple):
    """The address nearest to a point: metres away, and where it is."""

    metres: float
    number: str
    label: str
    commune: str


class StreetBook:
    """Reads the file that ``bind`` made."""

    def __init__(self, path: Path) -> None:
        """Map the file. Raises PlacesError when it is none of ours or incomplete."""
        self.facts, arrays = open_mapped(path)
        self.communes: list[str] = self.facts["communes"]
        self._repeats: list[str] = self.facts["repeats"]
        self._text, self._text_at = arrays["text"], arrays["text_at"]
        self._street_at, self._street_commune, self._door_at = (
            arrays[name] for name in ("street_at", "street_commune", "door_at")
        )
        self._door, self._lat, self._lon = arrays["door"], arrays["lat"], arrays["lon"]
        self._gram, self._gram_at, self._gram_name = arrays["gram"], arrays["gram_at"], arrays["gram_name"]
        self._runs = arrays["runs"]

    def __len__(self) -> int:
        """How many names there are."""
        return len(self._runs)

    def alike(self, key: str) -> list[int]:
        """The numbers of the names that sound like ``key``, likeliest first, at most sixteen."""
        heard = wanted = grams(key)
        at = np.searchsorted(self._gram, wanted)
        there = at < len(self._gram)
        at, wanted = at[there], wanted[there]
        at = at[self._gram[at] == wanted]
        if not len(at):
            return []
        shared = np.concatenate([self._gram_name[self._gram_at[one] : self._gram_at[one + 1]] for one in at])
        common = np.bincount(shared, minlength=len(self))
        likely = np.flatnonzero(common)
        share = 2 * common[likely] / (self._runs[likely] + len(heard))
        kept = np.flatnonzero(share >= max(_ALIKE_AT, _OF_BEST * share.max()))
        return [int(likely[one]) for one in kept[np.argsort(-share[kept], kind="stable")][:_MOST]]

    def name(self, number: int) -> Name:
        """The name of that number."""
        raw = self._text[self._text_at[number] : self._text_at[number + 1]].tobytes()
        return Name(*raw.decode().split("\n"))

    def communes_of(self, number: int) -> tuple[str, ...]:
        """The communes that have a street of that name."""
        begin, end = self._street_at[number], self._street_at[number + 1]
        return tuple(self.communes[one] for one in self._street_commune[begin:end])

    def door(self, number: int, commune: str, house: str) -> tuple[float, float] | None:
        """The (latitude, longitude) in degrees of a house ("12 bis"), None when the base does not have it."""
        street = self._street(number, commune)
        code = self._code(house)
        if street is None or code is None:
            return None
        begin, end = self._door_at[street], self._door_at[street + 1]
        at = begin + np.searchsorted(self._door[begin:end], code)
        if at >= end or self._door[at] != code:
            return None
        return float(self._lat[at]) / DEGREE, float(self._lon[at]) / DEGREE

    def nearest(self, lat: float, lon: float, within: float = 60.0) -> Door | None:
        """The address nearest to a point in degrees, None when none is ``within`` so many metres."""
        wide = math.cos(math.radians(lat))
        north = np.abs(self._lat - round(lat * DEGREE)) * (_METRES / DEGREE)
        near = np.flatnonzero(north <= within)
        if not len(near):
            return None
        east = np.abs(self._lon[near] - round(lon * DEGREE)) * (_METRES * wide / DEGREE)
        metres = np.hypot(north[near], east)
        best = int(np.argmin(metres))
        return self._told(int(near[best]), float(metres[best])) if metres[best] <= within else None

    def rows(self) -> Iterator[tuple[str, str, int]]:
        """Yield (label, commune, house numbers) of every street, by name."""
        for number in range(len(self)):
            label = self.name(number).label
            for street in range(self._street_at[number], self._street_at[number + 1]):
                yield (
                    label,
                    self.communes[self._street_commune[street]],
                    int(self._door_at[street + 1] - self._door_at[street]),
                )

    def _street(self, number: int, commune: str) -> int | None:
        streets = range(self._street_at[number], self._street_at[number + 1])
        return next((one for one in streets if self.communes[self._street_commune[one]] == commune), None)

    def _code(self, house: str) -> int | None:
        digits = house.split(" ")[0].rstrip("abcdefghijklmnopqrstuvwxyz")
        repeat = house.removeprefix(digits).strip()
        if not digits.isdecimal() or repeat not in self._repeats:
            return None
        return int(digits) * REPEATS + self._repeats.index(repeat)

    def _told(self, door: int, metres: float) -> Door:
        street = int(np.searchsorted(self._door_at, door, side="right")) - 1
        number = int(np.searchsorted(self._street_at, street, side="right")) - 1
        house, repeat = divmod(int(self._door[door]), REPEATS)
        written = f"{house} {self._repeats[repeat]}".strip()
        return Door(metres, written, self.name(number).label, self.communes[self._street_commune[street]])


def grams(key: str) -> Array:
    """The runs of three sounds of a key, its ends marked, as sorted numbers."""
    marked = f"^{key}$".encode("ascii", "replace")
    runs = {marked[at] << 16 | marked[at + 1] << 8 | marked[at + 2] for at in range(len(marked) - 2)}
    return np.array(sorted(runs), dtype=np.uint32)
