"""The national address base as a CSV file (format of adresse.data.gouv.fr): read, checked, bound into a street file."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import re
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from nlp_models.bind_streets import StreetRow, bind
from nlp_models.errors import PlacesError
from nlp_models.gazetteer import typed
from nlp_models.place_words import PlaceWords
from nlp_models.street_book import DEGREE, Name

COLUMNS = ("numero", "rep", "nom_voie", "code_insee", "lon", "lat")
_TOLD = 20  # problems listed before reading stops
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")  # no database takes them
_GZIP = b"\x1f\x8b"
_STEP = 5_000  # rows between two looks at the progress
_NO_NUMBER = 5000  # 5000 and above are numbers the base makes up for addresses that have none

Progress = Callable[[str, float], None]


@dataclass(slots=True)
class Summary:
    """What an import found. ``outside`` are rows of communes that are not the city's, ``unnamed`` rows of streets
    without a kind that is known ("Le Bourg"), ``repeated`` doors that stood there already: all are left out."""

    rows: int = 0
    addresses: int = 0
    streets: int = 0
    outside: int = 0
    unnamed: int = 0
    repeated: int = 0
    communes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Doors:
    numbers: array[int] = field(default_factory=lambda: array("i"))
    repeats: list[str] = field(default_factory=list)
    lats: array[int] = field(default_factory=lambda: array("i"))
    lons: array[int] = field(default_factory=lambda: array("i"))
    seen: set[int | tuple[int, str]] = field(default_factory=set)


def import_addresses(
    source: Path,
    target: Path,
    communes: Mapping[str, str],
    words: PlaceWords,
    progress: Progress = lambda step, share: None,
) -> Summary:
    """Read ``source`` (.csv or .csv.gz) and replace the street file ``target``, whole or not at all.

    ``communes`` gives the official name of each INSEE code that is kept. Raises PlacesError listing ``file:line:
    problem`` for what cannot be read, and when nothing of the city's communes is left.
    """
    summary = Summary()
    streets = _streets(source, communes, words, summary, progress)
    if not streets:
        nameless = (
            f"; {summary.unnamed} name no kind of street that is known (docs/places.md)" if summary.unnamed else ""
        )
        raise PlacesError(
            f"{source}: no address of the city's {len(communes)} communes in {summary.rows} rows{nameless}."
        )
    progress("index", 0.95)
    summary.streets = len(streets)
    summary.communes = sorted({commune for _, commune in streets})
    facts = {"source": source.name, "sha256": _digest(source), "rows": summary.rows, "addresses": summary.addresses}
    bind(target, (_row(name, commune, doors) for (name, commune), doors in streets.items()), facts)
    progress("done", 1.0)
    return summary


def _streets(
    source: Path, communes: Mapping[str, str], words: PlaceWords, summary: Summary, progress: Progress
) -> dict[tuple[Name, str], _Doors]:
    found: dict[tuple[Name, str], _Doors] = {}
    names: dict[str, Name | None] = {}
    problems: list[str] = []
    for line, cells in _cells(source, progress):
        summary.rows += 1
        number, repeat, label, insee, lon, lat = cells
        commune = communes.get(insee)
        if commune is None:
            summary.outside += 1
            continue
        try:
            if label not in names:
                names[label] = _name(label, words)
            name = names[label]
            if name is None:
                summary.unnamed += 1
                continue
            summary.repeated += not _keep(found.setdefault((name, commune), _Doors()), number, repeat, lon, lat)
        except ValueError as problem:
            problems.append(f"{source.name}:{line}: {problem}")
            if len(problems) >= _TOLD:
                raise PlacesError("\n".join([*problems, "…"])) from None
    if problems:
        raise PlacesError("\n".join(problems))
    summary.addresses = sum(len(doors.numbers) for doors in found.values())
    return found


def _keep(doors: _Doors, number: str, repeat: str, lon: str, lat: str) -> bool:
    """Add one address; False when that door is known already. Raises ValueError in words."""
    if not number.isdecimal() or len(number) > 5:
        raise ValueError(f"numero is not a house number: {number[:20]!r}")
    try:
        north, east = float(lat), float(lon)
    except ValueError:
        raise ValueError(f"lon, lat are not degrees: {lon[:20]!r}, {lat[:20]!r}") from None
    if not (-90 <= north <= 90 and -180 <= east <= 180):
        raise ValueError(f"lon, lat are not on Earth: {lon[:20]}, {lat[:20]} (the columns x and y are not degrees)")
    if int(number) >= _NO_NUMBER:
        return True
    again = repeat.strip().lower()[:10]
    door = (int(number), again) if again else int(number)
    if door in doors.seen:
        return False
    doors.seen.add(door)
    doors.numbers.append(int(number))
    doors.repeats.append(again)
    doors.lats.append(round(north * DEGREE))
    doors.lons.append(round(east * DEGREE))
    return True


def _name(label: str, words: PlaceWords) -> Name | None:
    """How a street is called here: "Rue de Longvic" is "rue de Longvic"; None without a known kind of street.

    Raises ValueError in words.
    """
    if _CONTROL.search(label):
        raise ValueError(f"nom_voie holds signs that are no letters: {label[:40]!r}")
    parts = words.split(label)
    kind, core = typed(parts, words)
    if not kind or not core:
        return None
    written = " ".join(label.split())
    if not words.type_after:
        written = re.sub(r"^\S+(?:[ -]point)?", kind, written, count=1, flags=re.IGNORECASE)
    return Name(written, kind, core, words.hear(core))


def _row(name: Name, commune: str, doors: _Doors) -> StreetRow:
    return StreetRow(name, commune, list(zip(doors.numbers, doors.repeats, doors.lats, doors.lons, strict=True)))


def _cells(source: Path, progress: Progress) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield (line number, the cells of ``COLUMNS``). Raises PlacesError for a file of another form."""
    try:
        with source.open("rb") as raw:
            zipped = raw.read(2) == _GZIP
            raw.seek(0)
            size = max(source.stat().st_size, 1)
            with (
                gzip.GzipFile(fileobj=raw) if zipped else nullcontext(raw) as plain,
                io.TextIOWrapper(plain, encoding="utf-8-sig", newline="") as text,
            ):
                yield from _read(source.name, text, lambda: progress("read", 0.9 * raw.tell() / size))
    except UnicodeDecodeError as error:
        line = _not_utf8(source, zipped)
        raise PlacesError(f"{source.name}:{line}: not UTF-8 text; save the file as UTF-8.") from error
    except (OSError, EOFError) as error:
        raise PlacesError(f"{source}: cannot be read: {error}") from error


def _read(name: str, text: IO[str], tick: Callable[[], None]) -> Iterator[tuple[int, Sequence[str]]]:
    rows = csv.reader(text, delimiter=";")
    try:
        header = next(rows, [])
        missing = [column for column in COLUMNS if column not in header]
        if missing:
            raise PlacesError(
                f"{name}:1: no column {', '.join(missing)}; expected the national address base, with semicolons"
                + (" (these are commas)." if "," in "".join(header) and len(header) == 1 else ".")
            )
        at = [header.index(column) for column in COLUMNS]
        begun = rows.line_num
        for cells in rows:
            began, begun = begun + 1, rows.line_num
            if not cells:
                continue
            if len(cells) != len(header):
                to = f" to {begun} (a quotation mark is open)" if begun > began else ""
                raise PlacesError(f"{name}:{began}{to}: {len(cells)} columns, the first line has {len(header)}.")
            if rows.line_num % _STEP == 0:
                tick()
            yield rows.line_num, [cells[one] for one in at]
    except csv.Error as error:
        raise PlacesError(f"{name}:{rows.line_num}: {error}.") from error


def _not_utf8(source: Path, zipped: bool) -> int:
    """The first line that is not UTF-8; the reader decodes many lines at once and cannot tell."""
    number = 0
    with gzip.open(source, "rb") if zipped else source.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return number
    return number


def _digest(source: Path) -> str:
    with source.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
