"""The city's places: those of its catalogue, and the addresses that were imported into the data folder."""

from __future__ import annotations

from pathlib import Path

import structlog

from bot.settings import Settings
from nlp_models.errors import PlacesError
from nlp_models.gazetteer import Gazetteer, gazetteer_from
from nlp_models.place_words import place_words
from nlp_models.street_book import StreetBook
from nlp_models.yaml_files import read_yaml
from routing.catalogue import loader
from routing.catalogue.places import PLACES, check_places
from routing.errors import CatalogueError

log = structlog.get_logger(__name__)

Stamp = tuple[int, int] | None


def catalogue_folder(settings: Settings) -> Path:
    """The folder of the city's catalogue."""
    return settings.catalogue_dir or loader.FOLDER


def own_places(settings: Settings) -> Gazetteer:
    """The places of the catalogue. Raises CatalogueError for mistakes in them."""
    folder = catalogue_folder(settings)
    problems: list[str] = []
    communes = loader.communes(folder, problems)
    problems += check_places(folder, communes)
    if problems:
        raise CatalogueError(sorted(problems))
    rows = read_yaml(folder / PLACES) if (folder / PLACES).is_file() else {}
    return gazetteer_from(rows or {}, place_words(settings.locale), communes)


class CityPlaces:
    """The city's gazetteer with the imported addresses, which may be replaced at any time."""

    def __init__(self, settings: Settings) -> None:
        self._file = settings.streets_file
        self._stamp: Stamp = None
        self.gazetteer = own_places(settings)
        self.look()

    def look(self) -> bool:
        """Take other addresses over when they were imported; True when they were. A broken file changes nothing."""
        stamp = _stamp(self._file)
        if stamp == self._stamp:
            return False
        self._stamp = stamp
        try:
            self.gazetteer = self.gazetteer.with_book(StreetBook(self._file) if stamp else None)
        except PlacesError as error:
            log.warning("imported addresses cannot be read", reason=str(error))
            return False
        return True


def _stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_ino
