"""The national geocoding service, as far as we use it: /search/ and /reverse/ as GeoJSON, strict about parameters."""

from __future__ import annotations

import math
from dataclasses import dataclass
from urllib.parse import parse_qsl

from tests.standins.rates import Limit, Window
from tests.standins.serving import StandIn
from tests.standins.wire import Answer, Asked, Call

SEARCH = {"q", "citycode", "limit", "autocomplete"}
REVERSE = {"lat", "lon", "limit"}
LONGEST = 200  # characters of q; the service refuses more
PER_SECOND = 50  # requests of one address


@dataclass(frozen=True, slots=True)
class Door:
    """One address the service knows."""

    number: str
    street: str
    citycode: str
    city: str
    lat: float
    lon: float


class AddressesStandIn(StandIn):
    """Knows the addresses it is given; a request the service would refuse fails the test."""

    name = "addresses"

    def __init__(self, *given: object, **more: object) -> None:
        super().__init__(*given, **more)  # type: ignore[arg-type]
        self.doors: list[Door] = []
        self._refused: list[str] = []

    def read(self, asked: Asked) -> Call:
        """A known path, known parameters, each of its form."""
        given = dict(parse_qsl(asked.query, keep_blank_values=True))
        name = asked.path.strip("/")
        known = {"search": SEARCH, "reverse": REVERSE}.get(name)
        problem = "unknown path" if known is None or asked.method != "GET" else _problem(name, given, known)
        if problem:
            self._refused.append(f"{asked.method} {asked.path}?{asked.query}: {problem}")
            return Call(name, given, asked, Answer.of_json({"code": 400, "message": problem}, 400))
        return Call(name, given, asked)

    async def answer(self, call: Call) -> Answer:
        """The likeliest address, or the nearest, as GeoJSON."""
        found = self._search(call) if call.name == "search" else self._reverse(call)
        return Answer.of_json({"type": "FeatureCollection", "features": found, "limit": 1, "attribution": "BAN"})

    def limits(self, call: Call) -> dict[str, Limit]:
        """Fifty a second for one client."""
        return {"client": Window(PER_SECOND, 1.0)}

    def limited(self, call: Call, retry_after: float | None) -> Answer:
        """The service's 429."""
        return Answer.of_json({"code": 429, "message": "too many requests"}, 429)

    def unexpected(self) -> list[str]:
        """Requests the service refused."""
        return self._refused

    def _search(self, call: Call) -> list[dict[str, object]]:
        q = call.arguments["q"].lower()
        for door in self.doors:
            if door.citycode == call.arguments.get("citycode") and f"{door.number} {door.street}".lower() == q:
                return [_feature(door, 0.96, "housenumber")]
        for door in self.doors:
            if door.citycode == call.arguments.get("citycode") and door.street.lower() in q:
                return [_feature(door, 0.7, "street")]
        return []

    def _reverse(self, call: Call) -> list[dict[str, object]]:
        lat, lon = float(call.arguments["lat"]), float(call.arguments["lon"])
        near = sorted((_metres(door, lat, lon), at) for at, door in enumerate(self.doors))
        return [_feature(self.doors[at], 1.0, "housenumber", metres) for metres, at in near[:1]]


def _problem(name: str, given: dict[str, str], known: set[str]) -> str | None:
    if unknown := set(given) - known:
        return f"unknown parameter {sorted(unknown)}"
    if name == "search" and not 3 <= len(given.get("q", "")) <= LONGEST:
        return "q must contain between 3 and 200 chars"
    if name == "reverse" and not (_degrees(given.get("lat"), 90) and _degrees(given.get("lon"), 180)):
        return "lat/lon must be present and valid"
    return None


def _degrees(value: str | None, limit: float) -> bool:
    try:
        return abs(float(value or "")) <= limit
    except ValueError:
        return False


def _metres(door: Door, lat: float, lon: float) -> float:
    return math.hypot((door.lat - lat) * 111_195, (door.lon - lon) * 75_400)


def _feature(door: Door, score: float, kind: str, metres: float | None = None) -> dict[str, object]:
    name = f"{door.number} {door.street}" if kind == "housenumber" else door.street
    told: dict[str, object] = {
        "label": f"{name} {door.city}",
        "score": score,
        "id": f"{door.citycode}_0001",
        "name": name,
        "street": door.street,
        "city": door.city,
        "citycode": door.citycode,
        "postcode": "21000",
        "context": "21, Côte-d'Or, Bourgogne-Franche-Comté",
        "type": kind,
        "importance": 0.5,
    }
    if kind == "housenumber":
        told["housenumber"] = door.number
    if metres is not None:
        told["distance"] = round(metres)
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [door.lon, door.lat]},
        "properties": told,
    }
