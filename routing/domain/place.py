"""Where something happens, and whether two places are the same."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from routing.domain.redaction import plain

EARTH_RADIUS_M = 6_371_000
SAME_SPOT_M = 100.0
_HOUSE_NUMBER = re.compile(r"^(?:n° ?)?\d+ ?(?:bis|ter|quater|[a-d])?\b(?: ?[-/] ?\d+\b)?[ ,]*")


@dataclass(frozen=True, slots=True)
class Place:
    """A readable label, the commune's official name and WGS 84 degrees; each may be unknown."""

    label: str | None = None
    commune: str | None = None
    lat: float | None = None
    lon: float | None = None


def key(label: str) -> str:
    """A label reduced to what is compared: no accents, no house number, no punctuation."""
    return plain(_HOUSE_NUMBER.sub("", label.strip().lower()))


def has_number(label: str) -> bool:
    """Whether a label names one door of its street ("12 bis rue Monge")."""
    return _HOUSE_NUMBER.match(label.strip().lower()) is not None


def distance_m(a: Place, b: Place) -> float | None:
    """Metres between two located places, None when one is not located."""
    if a.lat is None or a.lon is None or b.lat is None or b.lon is None:
        return None
    mean = math.radians((a.lat + b.lat) / 2)
    x = math.radians(b.lon - a.lon) * math.cos(mean)
    y = math.radians(b.lat - a.lat)
    return EARTH_RADIUS_M * math.hypot(x, y)


def same_spot(a: Place, b: Place) -> bool:
    """Whether two reports speak of one spot: within 100 m, or the same named street or landmark of one commune.

    Two places without any name or position are never the same: better two cards than a lost report.
    """
    metres = distance_m(a, b)
    if metres is not None:
        return metres <= SAME_SPOT_M
    if a.commune and b.commune and a.commune != b.commune:
        return False
    mine = key(a.label or "")
    return bool(mine) and mine == key(b.label or "")
