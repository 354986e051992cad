"""Mistakes in places.yaml, interlocutors.yaml and boundaries.json are named with their line."""

from __future__ import annotations

import pytest

from routing.catalogue import loader
from routing.errors import CatalogueError
from tests.unit.catalogue_copy import CatalogueCopy

PLACES, WHO, SHAPES = "places.yaml", "interlocutors.yaml", "boundaries.json"


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        (PLACES, "centre: Dijon #", "centre: Lyon #", "unknown commune 'Lyon'"),
        (PLACES, "  Talant:\n", "  Talent:\n", "unknown commune 'Talent'"),
        (PLACES, "kind: hospital", "kind: clinic", "kind"),
        (PLACES, "commune: Longvic,", "commune: Longvi,", "unknown commune 'Longvi'"),
        (PLACES, "lat: 47.3244, lon: 5.0684", "lat: 47.3244", "lat and lon belong together"),
        (PLACES, "place Darcy, lat: 47.3238, lon: 5.0345", "place Darcy, lon: 5.0345", "lat and lon belong together"),
        (PLACES, "    - Quetigny Centre", "    - Quetigny", "'Quetigny' is no landmark with lat and lon"),
        (WHO, "id: a38", "id: aprr", "'aprr' stands twice"),
        (WHO, "lead: keolis", "lead: kolis", "unknown service 'kolis'"),
        (WHO, "communes: [Dijon]", "communes: [Dijont]", "unknown commune 'Dijont'"),
        (WHO, "    lead: keolis\n", "", "either by words or by a lead service"),
        (WHO, "    words: [mon bailleur,", "    communes: [Dijon]\n    words: [mon bailleur,", "only go with a lead"),
    ],
)
def test_a_mistake_is_named_where_it_stands(copied: CatalogueCopy, file: str, old: str, new: str, words: str) -> None:
    text = copied.text(file)
    assert old in text
    copied.write(file, text.replace(old, new, 1))
    with pytest.raises(CatalogueError) as refused:
        loader.load(copied.folder)
    assert any(line.startswith(f"{file}:") and words in line for line in refused.value.problems)
    assert not any(line.startswith(f"{file}:1:") for line in refused.value.problems)


@pytest.mark.parametrize(
    ("content", "words"),
    [("{", "boundaries.json:1"), ('{"source": "x", "communes": {"99999": []}}', "unknown")],
)
def test_broken_boundaries_are_refused(copied: CatalogueCopy, content: str, words: str) -> None:
    copied.write(SHAPES, content)
    with pytest.raises(CatalogueError, match=words):
        loader.load(copied.folder)


def test_a_city_may_have_none_of_these_files(copied: CatalogueCopy) -> None:
    for file in (PLACES, WHO):
        (copied.folder / file).unlink()
    (copied.folder / SHAPES).unlink(missing_ok=True)
    read = loader.load(copied.folder)
    assert read.interlocutors == ()
    assert read.area is None
