"""boundaries.json: where the communes lie. Not part of the catalogue as we ship it: each city draws its own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from routing.catalogue.schema import Row
from routing.domain.area import Area
from routing.domain.procedure import Commune
from routing.errors import CatalogueError

BOUNDARIES = "boundaries.json"
_FEWEST_CORNERS = 3
CODES = ("code", "insee", "INSEE_COM", "com_insee")  # what publishers call the INSEE code


class BoundariesFile(Row):
    """Rings of [longitude, latitude] by INSEE code, with who drew them."""

    source: str
    communes: dict[str, list[list[list[float]]]]


def area(folder: Path, communes: Mapping[str, Commune], problems: list[str]) -> Area | None:
    """Where the communes lie, None when nobody drew it."""
    path = folder / BOUNDARIES
    if not path.is_file():
        return None
    try:
        rows = BoundariesFile.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, ValidationError) as error:
        problems.append(f"{BOUNDARIES}:1: {str(error).splitlines()[0]}")
        return None
    if wrong := _wrong(rows):
        problems.append(f"{BOUNDARIES}:1: {wrong}")
        return None
    names = {commune.insee: commune.name for commune in communes.values()}
    problems += [f"{BOUNDARIES}:1: unknown commune '{code}'" for code in rows.communes if names and code not in names]
    return Area(
        {
            names[code]: [[(corner[0], corner[1]) for corner in ring] for ring in rings]
            for code, rings in rows.communes.items()
            if code in names
        },
        rows.source,
    )


def drawn(file: Path, communes: Iterable[Commune], source: str) -> BoundariesFile:
    """The outer rings of these communes in a GeoJSON, with those of communes that became part of them.

    Raises CatalogueError when there is none.
    """
    codes = {code: one.insee for one in communes for code in (one.insee, *one.former)}
    try:
        features = json.loads(file.read_text(encoding="utf-8"))["features"]
        rings: dict[str, list[list[list[float]]]] = {}
        for feature in features:
            code = _code(feature["properties"])
            if code in codes:
                rings.setdefault(codes[code], []).extend(_outer_rings(feature["geometry"]))
        found = BoundariesFile(source=source, communes=rings)
        if wrong := _wrong(found):
            raise CatalogueError([f"{file}:1: {wrong}"])
    except OSError as error:
        raise CatalogueError([f"{file}:1: cannot be read ({error.strerror})"]) from error
    except ValidationError as error:
        raise CatalogueError([f"{file}:1: not a GeoJSON of polygons ({error.errors()[0]['msg']})"]) from error
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise CatalogueError([f"{file}:1: not a GeoJSON of polygons ({type(error).__name__}: {error})"]) from error
    if not found.communes:
        raise CatalogueError([f"{file}:1: no commune of the catalogue; expected its INSEE code as one of {CODES}"])
    return found


def _wrong(rows: BoundariesFile) -> str | None:
    """The first ring that is none, in words: one corner on the Moon would put a whole commune there."""
    for code, rings in rows.communes.items():
        for ring in rings:
            if len(ring) < _FEWEST_CORNERS or any(len(corner) < 2 for corner in ring):
                return f"commune {code}: a ring needs {_FEWEST_CORNERS} corners at least, each [longitude, latitude]"
            for east, north, *_ in ring:
                if not (-180 <= east <= 180 and -90 <= north <= 90):
                    return f"commune {code}: {east}, {north} are not degrees of longitude and latitude (WGS 84)"
    return None


def keep(folder: Path, boundaries: BoundariesFile) -> None:
    """Beside the catalogue; whole or not at all."""
    made = folder / f"{BOUNDARIES}.new"
    made.write_text(boundaries.model_dump_json(), encoding="utf-8")
    made.replace(folder / BOUNDARIES)


def _outer_rings(geometry: Mapping[str, Any]) -> list[list[list[float]]]:
    parts = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return [part[0] for part in parts]


def _code(properties: Mapping[str, Any]) -> str:
    return str(next((properties[name] for name in CODES if name in properties), ""))
