"""A city draws where its communes lie from any GeoJSON of communes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from routing.catalogue import boundaries, loader
from routing.domain.procedure import Commune
from routing.errors import CatalogueError
from tests.unit.catalogue_copy import CatalogueCopy

SQUARE = [[5.0, 47.3], [5.1, 47.3], [5.1, 47.4], [5.0, 47.4]]
ISLAND = [[4.0, 46.0], [4.1, 46.0], [4.1, 46.1], [4.0, 46.1]]
SHARED = Path(__file__).parents[3] / "shared" / "catalogue" / "dijon_communes_2018.geojson"


def published(folder: Path, *features: tuple[str, str, object]) -> Path:
    """A GeoJSON as publishers make it: property name of the code, the code, coordinates."""
    rows = [
        {
            "type": "Feature",
            "properties": {name: code},
            "geometry": {"type": "Polygon" if coordinates == [SQUARE] else "MultiPolygon", "coordinates": coordinates},
        }
        for name, code, coordinates in features
    ]
    path = folder / "communes.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": rows}), encoding="utf-8")
    return path


def named(*codes: str) -> list[Commune]:
    """Communes of which only the code counts."""
    return [Commune(code, code, "21000", 47.3, 5.0, 1, police=False) for code in codes]


def test_an_older_drawing_has_communes_that_became_one(tmp_path: Path) -> None:
    file = published(tmp_path, ("code", "21452", [SQUARE]), ("code", "21213", [[ISLAND]]))
    [neuilly] = named("21452")
    kept = boundaries.drawn(file, [replace(neuilly, former=("21213",))], "a survey")
    assert {code: len(rings) for code, rings in kept.communes.items()} == {"21452": 2}


def test_a_drawing_is_kept_and_read_with_the_catalogue(copied: CatalogueCopy, tmp_path: Path) -> None:
    file = published(
        tmp_path, ("INSEE_COM", "21231", [SQUARE]), ("code", "21166", [[SQUARE], [ISLAND]]), ("code", "75056", [SQUARE])
    )
    kept = boundaries.drawn(file, named("21231", "21166"), "a survey")
    assert {code: len(rings) for code, rings in kept.communes.items()} == {"21231": 1, "21166": 2}
    boundaries.keep(copied.folder, kept)
    area = loader.load(copied.folder).area
    assert area is not None
    assert area.commune_at(47.35, 5.05) == "Dijon"
    assert area.commune_at(46.05, 4.05) == "Chenôve"
    assert area.commune_at(48.0, 2.0) is None


@pytest.mark.parametrize("content", ["{", "[]", '{"features": [{"properties": {"code": "21231"}, "geometry": null}]}'])
def test_what_is_no_drawing_is_refused_in_words(tmp_path: Path, content: str) -> None:
    file = tmp_path / "odd.geojson"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(CatalogueError, match="not a GeoJSON of polygons"):
        boundaries.drawn(file, named("21231"), "nobody")


def test_a_drawing_of_another_city_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="no commune of the catalogue"):
        boundaries.drawn(published(tmp_path, ("code", "75056", [SQUARE])), named("21231"), "elsewhere")
    with pytest.raises(CatalogueError, match="cannot be read"):
        boundaries.drawn(tmp_path / "absent.geojson", named("21231"), "nobody")


@pytest.mark.skipif(not SHARED.is_file(), reason="the drawing of Dijon's communes is not part of the project")
def test_each_commune_holds_its_own_centre(copied: CatalogueCopy) -> None:
    communes = loader.load(copied.folder).communes.values()
    boundaries.keep(copied.folder, boundaries.drawn(SHARED, communes, "the shared drawing"))
    area = loader.load(copied.folder).area
    assert area is not None
    for commune in communes:
        assert area.commune_at(commune.lat, commune.lon) == commune.name


@pytest.mark.parametrize(
    ("ring", "problem"),
    [
        ([], "not a GeoJSON of polygons|3 corners"),
        ([[5.0, 47.3], [5.1, 47.3]], "3 corners at least"),
        ([[5.0], [5.1], [5.2]], "3 corners at least"),
        ([["x", 47.3], [5.1, 47.3], [5.1, 47.4]], "not a GeoJSON of polygons"),
        ([[854000.0, 6690000.0], [855000.0, 6690000.0], [855000.0, 6691000.0]], "not degrees of longitude"),
    ],
)
def test_a_ring_that_is_none_is_refused(
    copied: CatalogueCopy, tmp_path: Path, ring: list[object], problem: str
) -> None:
    file = published(tmp_path, ("code", "21231", [[ring]]))
    with pytest.raises(CatalogueError, match=problem):
        boundaries.drawn(file, named("21231"), "a survey")
    kept = {"source": "by hand", "communes": {"21231": [ring]}}
    (copied.folder / boundaries.BOUNDARIES).write_text(json.dumps(kept), encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"boundaries\.json:1"):
        loader.load(copied.folder)
