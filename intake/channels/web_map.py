"""What the form's map is drawn from: outlines of the communes where the city has drawn them, and places people know.

All of it is the city's own and comes from here: no tiles, nobody else is told where a citizen looks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from intake.wording import DEFAULT, say
from routing.domain.area import Area, Sights, simplified
from routing.domain.procedure import Commune

ROUGH = 12.0  # metres a drawn outline may be beside the true one

# « près de la place Darcy »: which article a French name takes.
_FEMININE = re.compile(
    r"(?:avenue|base|bibliothèque|cathédrale|combe|gare|montagne|patinoire|piscine|place|porte|rue|toison) ",
    re.IGNORECASE,
)
_MASCULINE = re.compile(
    r"(?:boulevard|cimetière|cours|jardin|lac|lycée|musée|palais|parc|parking|pont|port|quai|stade) |chu|zénith",
    re.IGNORECASE,
)
_VOWEL = re.compile(r"[aeiouyhéèêâîô]", re.IGNORECASE)


def drawing(area: Area | None, communes: Mapping[str, Commune], sights: Sights, language: str) -> dict[str, Any]:
    """The map as JSON: degrees, each commune with its rings (none where nobody drew them), each place as it is said."""
    rings = area.boundaries if area else {}
    return {
        "source": area.source if area else "",
        "communes": [
            {
                "name": name,
                "at": [commune.lon, commune.lat],
                "people": commune.population,
                "rings": [_short(simplified(ring, ROUGH)) for ring in rings.get(name, ())],
            }
            for name, commune in communes.items()
        ],
        "places": [
            {
                "name": place.name,
                "near": said(place.name, place.kind, language),
                "kind": place.kind,
                "commune": place.commune,
                "at": [place.lon, place.lat],
            }
            for place in sights.places
        ],
        "lines": [{"name": name, "at": [[lon, lat] for lat, lon in at]} for name, at in sights.lines.items()],
    }


def _short(ring: Sequence[tuple[float, float]]) -> list[list[float]]:
    return [[round(lon, 5), round(lat, 5)] for lon, lat in ring]


def said(name: str, kind: str, language: str) -> str:
    """A place as it stands after « près »: "de la place Darcy", "de l’arrêt Godrans"."""
    if kind == "stop":
        return say("map.stop", language, name=name.removeprefix("station "))
    if language != DEFAULT:
        return name
    if name.startswith("Le "):
        return f"du {name[3:]}"
    if name.startswith("Les "):
        return f"des {name[4:]}"
    if name.startswith(("La ", "L'", "L’")):
        return f"de {name[0].lower()}{name[1:]}"
    if _FEMININE.match(name):
        return f"de la {name}"
    if _MASCULINE.match(name):
        return f"du {name}"
    return f"de l’{name}" if _VOWEL.match(name) else f"de {name}"
