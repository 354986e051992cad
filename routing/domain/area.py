"""Where communes lie: which one holds a point, and what a map of them shows. Plain geometry in degrees, good to some
fifty metres. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Ring = Sequence[tuple[float, float]]  # (longitude, latitude) corners, the last one joined to the first

_METRES = 111_195.0  # of one degree of latitude
_ON_THE_EDGE = 150.0  # metres outside every boundary at which a point still belongs to the nearest one


@dataclass(frozen=True, slots=True)
class Sight:
    """Something people know, at a point in degrees. ``kind``: square, or a landmark's."""

    name: str
    kind: str
    commune: str | None
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Sights:
    """What a map shows beside the communes: known places, and lines as (latitude, longitude) by their name."""

    places: Sequence[Sight] = ()
    lines: Mapping[str, Sequence[tuple[float, float]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Area:
    """The boundaries of each commune by its official name, which may be of several parts. ``source``: who drew them."""

    boundaries: Mapping[str, Sequence[Ring]]
    source: str = ""

    def commune_at(self, lat: float, lon: float) -> str | None:
        """The commune that holds a point, None when it is outside the territory."""
        for name, rings in self.boundaries.items():
            if any(_holds(ring, lat, lon) for ring in rings):
                return name
        metres, nearest = min(
            ((_metres_to(ring, lat, lon), name) for name, rings in self.boundaries.items() for ring in rings),
            default=(math.inf, None),
        )
        return nearest if metres <= _ON_THE_EDGE else None


def simplified(ring: Ring, metres: float) -> list[tuple[float, float]]:
    """The ring with fewer corners: none that is left out was further than ``metres`` from what is drawn."""
    if len(ring) < 4:
        return list(ring)
    wide = _METRES * math.cos(math.radians(ring[0][1]))
    flat = [(x * wide, y * _METRES) for x, y in ring]
    far = max(range(len(flat)), key=lambda index: math.dist(flat[0], flat[index]))
    kept = {0, far}
    waiting = [(0, far), (far, len(ring))]
    while waiting:
        first, last = waiting.pop()
        a, b = flat[first], flat[last % len(flat)]
        inner = [(_from_origin(_less(a, flat[at]), _less(b, flat[at])), at) for at in range(first + 1, last)]
        distance, at = max(inner, default=(0.0, 0))
        if distance > metres:
            kept.add(at)
            waiting += [(first, at), (at, last)]
    return [ring[at] for at in sorted(kept)]


def _less(a: tuple[float, float], b: tuple[float, float]) -> tuple[float, float]:
    return a[0] - b[0], a[1] - b[1]


def _holds(ring: Ring, lat: float, lon: float) -> bool:
    """Whether a line from the point crosses the ring an odd number of times."""
    inside = False
    x0, y0 = ring[-1]
    for x, y in ring:
        if (y > lat) != (y0 > lat) and lon < (x0 - x) * (lat - y) / (y0 - y) + x:
            inside = not inside
        x0, y0 = x, y
    return inside


def _metres_to(ring: Ring, lat: float, lon: float) -> float:
    """Metres from a point to the nearest side of the ring."""
    wide = _METRES * math.cos(math.radians(lat))
    flat = [((x - lon) * wide, (y - lat) * _METRES) for x, y in ring]
    return min(_from_origin(a, b) for a, b in zip(flat, [*flat[1:], flat[0]], strict=True))


def _from_origin(a: tuple[float, float], b: tuple[float, float]) -> float:
    dx, dy = b[0] - a[0], b[1] - a[1]
    along = dx * dx + dy * dy
    share = max(0.0, min(1.0, -(a[0] * dx + a[1] * dy) / along)) if along else 0.0
    return math.hypot(a[0] + share * dx, a[1] + share * dy)
