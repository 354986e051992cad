"""Where communes lie: which one holds a point. Plain geometry in degrees, good to some fifty metres. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Ring = Sequence[tuple[float, float]]  # (longitude, latitude) corners, the last one joined to the first

_METRES = 111_195.0  # of one degree of latitude
_ON_THE_EDGE = 150.0  # metres outside every boundary at which a point still belongs to the nearest one


@dataclass(frozen=True, slots=True)
class Area:
    """The boundaries of each commune by its official name; a commune may be of several parts."""

    boundaries: Mapping[str, Sequence[Ring]]

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
