"""Where a named place is, and what is at a point: the national service if the city chose it, else what was imported."""

from __future__ import annotations

from bot.geocoding.offline import OfflineGeocoder
from bot.geocoding.together import Together
from bot.settings import Settings
from routing.domain.procedure import Catalogue
from routing.ports import Clock, Geocoder


def connect(settings: Settings, catalogue: Catalogue, clock: Clock) -> Geocoder | None:
    """Who looks places up; None when neither the national service was chosen nor addresses were imported."""
    imported = settings.streets_file.is_file()
    if not imported and settings.geocoder_base_url is None:
        return None
    offline = OfflineGeocoder(settings, catalogue.area)
    if settings.geocoder_base_url is None:
        return offline
    from bot.geocoding.national import NationalGeocoder  # with the HTTP client, which a city without it does not need

    national = NationalGeocoder(settings.geocoder_base_url, catalogue.communes, settings.geocoder_seconds)
    return Together(national, offline, clock, settings.geocoder_seconds)
