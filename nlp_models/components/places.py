"""``places``: sets ``doc._.commune`` (official name) and ``doc._.place`` (readable), each None when not named."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Self

from spacy.language import Language
from spacy.tokens import Doc

from nlp_models.gazetteer import Gazetteer, dijon, gazetteer_from
from nlp_models.place_finder import find_where

Doc.set_extension("commune", default=None, force=True)
Doc.set_extension("place", default=None, force=True)


class PlacesComponent:
    """Finds places by a gazetteer, which is saved with the model so that both stay in step."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer

    def __call__(self, doc: Doc) -> Doc:
        """Set ``doc._.commune`` and ``doc._.place``."""
        where = find_where(doc.text, self._gazetteer)
        doc._.commune, doc._.place = where.commune, where.place
        return doc

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """Return the gazetteer as JSON."""
        return json.dumps(self._gazetteer.data, ensure_ascii=False, sort_keys=True).encode()

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> Self:
        """Load the gazetteer that ``to_bytes`` gave."""
        self._gazetteer = gazetteer_from(json.loads(data))
        return self

    def to_disk(self, path: Path | str, *, exclude: Iterable[str] = ()) -> None:
        """Write ``places.json`` into the folder ``path``."""
        Path(path).mkdir(parents=True, exist_ok=True)
        (Path(path) / "places.json").write_bytes(self.to_bytes())

    def from_disk(self, path: Path | str, *, exclude: Iterable[str] = ()) -> Self:
        """Load what ``to_disk`` wrote."""
        return self.from_bytes((Path(path) / "places.json").read_bytes())


@Language.factory("places", assigns=["doc._.commune", "doc._.place"])
def make_places(nlp: Language, name: str) -> PlacesComponent:
    """Build the component with the project's own gazetteer."""
    return PlacesComponent(dijon())
