"""How well places are heard, on messages that were written before the rules: named ones found, others not made up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

from nlp_models.errors import PlacesError
from nlp_models.gazetteer import Gazetteer
from nlp_models.place_finder import Where, find_where

FOLDER = Path(__file__).parent / "assets" / "places"
NAMED, UNNAMED = FOLDER / "named.txt", FOLDER / "unnamed.txt"


@dataclass(slots=True)
class PlaceFigures:
    """Counts as (right, of so many); ``misses`` are lines for a person."""

    commune: tuple[int, int] = (0, 0)
    place: tuple[int, int] = (0, 0)
    wrong: tuple[int, int] = (0, 0)
    invented_commune: tuple[int, int] = (0, 0)
    invented_place: tuple[int, int] = (0, 0)
    times: list[float] = field(default_factory=list)
    misses: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Shares of what was named, of what was made up, and milliseconds a message."""
        ordered = sorted(self.times)
        return {
            "named": self.commune[1],
            "commune": _share(self.commune),
            "place": _share(self.place),
            "wrong commune": _share(self.wrong),
            "unnamed": self.invented_commune[1],
            "invented commune": _share(self.invented_commune),
            "invented place": _share(self.invented_place),
            "p50 ms": 1000 * ordered[len(ordered) // 2],
            "p95 ms": 1000 * ordered[int(len(ordered) * 0.95)],
        }


def measure(named: Path, unnamed: Path, gazetteer: Gazetteer) -> PlaceFigures:
    """Read ``message | commune | place`` lines of ``named`` and plain lines of ``unnamed``.

    Raises PlacesError for a line of another form.
    """
    figures = PlaceFigures()
    for text, commune, place in _rows(named):
        _named(figures, text, commune, place, gazetteer)
    for _, text in _lines(unnamed):
        found = _timed(figures, text, gazetteer)
        figures.invented_commune = _counted(figures.invented_commune, found.commune is not None)
        figures.invented_place = _counted(figures.invented_place, found.place is not None)
        if found.commune or found.place:
            figures.misses.append(f"made up: {text} → {found.commune}, {found.place}")
    return figures


def _named(figures: PlaceFigures, text: str, commune: str, place: str, gazetteer: Gazetteer) -> None:
    found = _timed(figures, text, gazetteer)
    if commune:
        figures.commune = _counted(figures.commune, found.commune == commune)
    figures.wrong = _counted(figures.wrong, found.commune is not None and found.commune != commune)
    same = gazetteer.words.split(found.place or "") == gazetteer.words.split(place)
    if place:
        figures.place = _counted(figures.place, same)
    if (commune and found.commune != commune) or (place and not same):
        figures.misses.append(f"missed: {text} → {found.commune}, {found.place}; said {commune}, {place}")


def _timed(figures: PlaceFigures, text: str, gazetteer: Gazetteer) -> Where:
    begun = perf_counter()
    found = find_where(text, gazetteer)
    figures.times.append(perf_counter() - begun)
    return found


def _rows(path: Path) -> Iterator[tuple[str, str, str]]:
    for number, line in _lines(path):
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) != 3:
            raise PlacesError(f"{path}:{number}: expected message | commune | place")
        yield cells[0], cells[1], cells[2]


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            yield number, line.strip()


def _counted(count: tuple[int, int], hit: bool) -> tuple[int, int]:
    return count[0] + hit, count[1] + 1


def _share(count: tuple[int, int]) -> float:
    return count[0] / count[1] if count[1] else 0.0
