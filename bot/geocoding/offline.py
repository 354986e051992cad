"""Looks places up in what the city imported: no network, a few milliseconds, the same answer tomorrow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.settings import Settings
from routing.domain.area import Area
from routing.domain.place import Place

if TYPE_CHECKING:  # numpy, which the web process does without
    from bot.places import CityPlaces


class OfflineGeocoder:
    """Geocoder on the imported addresses and the communes' boundaries."""

    def __init__(self, settings: Settings, area: Area | None) -> None:
        self._settings = settings
        self._area = area
        self._places: CityPlaces | None = None

    async def find(self, place: Place) -> Place | None:
        """The house that a label names, None when the imported addresses do not have it."""
        from nlp_models.place_finder import find_where

        where = find_where(f"{place.label or ''}, {place.commune or ''}", self._known().gazetteer)
        return Place(where.place, where.commune, *where.point) if where.point else None

    async def name(self, lat: float, lon: float) -> Place | None:
        """The nearest imported address, or the commune alone; None outside the territory."""
        commune = self._area.commune_at(lat, lon) if self._area else None
        book = self._known().gazetteer.book
        door = book.nearest(lat, lon) if book else None
        if door is not None and commune in (None, door.commune):
            return Place(f"{door.number} {door.label}", door.commune, lat, lon)
        return Place(None, commune, lat, lon) if commune else None

    def _known(self) -> CityPlaces:
        if self._places is None:
            from bot.places import CityPlaces

            self._places = CityPlaces(self._settings)
        self._places.look()
        return self._places
