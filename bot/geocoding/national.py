"""The national geocoding service (https://adresse.data.gouv.fr/outils/api-doc/adresse), and any that speaks like it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from bot.authorities import authorities
from routing.domain.place import Place
from routing.domain.procedure import Commune
from routing.ports import PermanentProblem, TemporaryProblem

SURE = 0.6  # a match the service is less sure of is no match
_DOOR = "housenumber"
_NEAR = 60.0  # metres; an address farther away is another place


class NationalGeocoder:
    """Asks over HTTP. ``communes`` are the city's own: nothing outside is taken over. ``patience`` is in seconds."""

    def __init__(self, base_url: str, communes: Mapping[str, Commune], patience: float = 1.0) -> None:
        self._patience = patience
        self._base = base_url.rstrip("/")
        self._codes = {commune.name: commune.insee for commune in communes.values()}
        self._names = {commune.insee: commune.name for commune in communes.values()}

    async def find(self, place: Place) -> Place | None:
        """The house that a label names, None when the service is not sure. Raises DeliveryProblem."""
        code = self._codes.get(place.commune or "")
        if not place.label or code is None:
            return None
        found = await self._ask("search", q=place.label[:200], citycode=code, limit=1, autocomplete=0)
        if found is None or found["type"] != _DOOR or found["score"] < SURE or found["citycode"] != code:
            return None
        return Place(place.label, place.commune, found["lat"], found["lon"])

    async def name(self, lat: float, lon: float) -> Place | None:
        """The address at a point, None when there is none near in the city's communes. Raises DeliveryProblem."""
        found = await self._ask("reverse", lat=round(lat, 6), lon=round(lon, 6), limit=1)
        commune = self._names.get(found["citycode"]) if found else None
        if found is None or commune is None or found["distance"] > _NEAR:
            return None
        return Place(found["name"], commune, lat, lon)

    async def _ask(self, method: str, **given: str | float) -> dict[str, Any] | None:
        """The first feature, flat, or None when there is none."""
        try:
            async with httpx.AsyncClient(timeout=self._patience, verify=authorities()) as client:
                answer = await client.get(f"{self._base}/{method}/", params=given)
        except httpx.HTTPError as error:
            raise TemporaryProblem(f"the geocoding service does not answer ({type(error).__name__})") from error
        if answer.status_code != httpx.codes.OK:
            kind = TemporaryProblem if answer.status_code == 429 or answer.is_server_error else PermanentProblem
            raise kind(f"the geocoding service answered {answer.status_code}")
        return _first(answer)


def _first(answer: httpx.Response) -> dict[str, Any] | None:
    """What is used of the first feature. Raises PermanentProblem for an answer of another form."""
    try:
        features = answer.json()["features"]
        if not features:
            return None
        told, (lon, lat) = features[0]["properties"], features[0]["geometry"]["coordinates"][:2]
        return {
            "type": str(told["type"]),
            "score": float(told["score"]),
            "citycode": str(told["citycode"]),
            "name": str(told["name"])[:200],
            "distance": float(told.get("distance", 0)),
            "lat": float(lat),
            "lon": float(lon),
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise PermanentProblem("the geocoding service answered in another form") from error
