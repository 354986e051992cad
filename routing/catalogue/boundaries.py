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
    except OSError as error:
        raise CatalogueError([f"{file}:1: cannot be read ({error.strerror})"]) from error
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise CatalogueError([f"{file}:1: not a GeoJSON of polygons ({type(error).__name__}: {error})"]) from error
    if not found.communes:
        raise CatalogueError([f"{file}:1: no commune of the catalogue; expected its INSEE code as one of {CODES}"])
    return found


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
