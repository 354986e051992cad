"""Streets and house numbers bound into the file that ``StreetBook`` reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nlp_models.errors import PlacesError
from nlp_models.street_book import REPEATS, Name, grams
from nlp_models.street_file import Array, save


@dataclass(frozen=True, slots=True)
class StreetRow:
    """One street of one commune. ``doors`` are (number, repeat, latitude, longitude) in millionths of a degree."""

    name: Name
    commune: str
    doors: Sequence[tuple[int, str, int, int]]


def bind(path: Path, rows: Iterable[StreetRow], facts: Mapping[str, Any]) -> None:
    """Write the file whole or not at all; the same rows give the same bytes. ``facts`` are kept with it (JSON)."""
    streets = sorted(rows, key=lambda row: (row.name, row.commune))
    communes = sorted({row.commune for row in streets})
    repeats = ["", *sorted({repeat for row in streets for _, repeat, _, _ in row.doors} - {""})]
    if len(repeats) > REPEATS:
        raise PlacesError(f"more than {REPEATS} different repeats of house numbers (bis, ter…): is the column right?")
    names = sorted({row.name for row in streets})
    arrays = {**_name_arrays(names), **_street_arrays(names, streets, communes, repeats)}
    save(path, {**facts, "communes": communes, "repeats": repeats}, arrays)


def _name_arrays(names: Sequence[Name]) -> dict[str, Array]:
    texts = ["\n".join(name).encode() for name in names]
    runs = [grams(name.key) for name in names]
    gram = np.concatenate(runs) if runs else np.zeros(0, np.uint32)
    owner = np.repeat(np.arange(len(names), dtype=np.uint32), [len(one) for one in runs])
    order = np.argsort(gram, kind="stable")
    known, at = np.unique(gram[order], return_index=True)
    return {
        "text": np.frombuffer(b"".join(texts), dtype=np.uint8),
        "text_at": _starts(len(text) for text in texts),
        "runs": np.array([len(one) for one in runs], dtype=np.uint16),
        "gram": known.astype(np.uint32),
        "gram_at": np.append(at, len(gram)).astype(np.uint32),
        "gram_name": owner[order],
    }


def _street_arrays(
    names: Sequence[Name], streets: Sequence[StreetRow], communes: Sequence[str], repeats: Sequence[str]
) -> dict[str, Array]:
    number = {name: at for at, name in enumerate(names)}
    of_commune = {commune: at for at, commune in enumerate(communes)}
    of_repeat = {repeat: at for at, repeat in enumerate(repeats)}
    doors = [
        sorted((house * REPEATS + of_repeat[repeat], lat, lon) for house, repeat, lat, lon in row.doors)
        for row in streets
    ]
    flat = np.array([door for street in doors for door in street], dtype=np.int64).reshape(-1, 3)
    counts = np.bincount([number[row.name] for row in streets], minlength=len(names))
    return {
        "street_at": _starts(counts),
        "street_commune": np.array([of_commune[row.commune] for row in streets], dtype=np.uint16),
        "door_at": _starts(len(street) for street in doors),
        "door": flat[:, 0].astype(np.uint32),
        "lat": flat[:, 1].astype(np.int32),
        "lon": flat[:, 2].astype(np.int32),
    }


def _starts(lengths: Iterable[int]) -> Array:
    return np.concatenate([[0], np.cumsum(list(lengths), dtype=np.int64)]).astype(np.uint32)
