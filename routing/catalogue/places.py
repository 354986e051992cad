"""What the catalogue says of places: names people use, who is competent elsewhere.

``places.yaml`` and ``interlocutors.yaml`` may each be absent: the communes of ``communes.yaml``
are then all that is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from routing.catalogue.schema import French, Id, Row
from routing.catalogue.source import Source
from routing.domain.area import Sight, Sights
from routing.domain.interlocutor import Interlocutor
from routing.domain.procedure import Commune, Service

PLACES = "places.yaml"
INTERLOCUTORS = "interlocutors.yaml"

Named = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]


class LocatedRow(Row):
    """Something with a name and perhaps a position, in degrees."""

    name: Named
    lat: float | None = Field(default=None, ge=-90, le=90)
    lon: float | None = Field(default=None, ge=-180, le=180)

    @model_validator(mode="after")
    def _both(self) -> LocatedRow:
        if (self.lat is None) != (self.lon is None):
            raise ValueError("lat and lon belong together")
        return self


class StreetRow(LocatedRow):
    """A street with other names it goes by. A position is that of a square, for the map only."""

    said: list[Named] = []


class ElsewhereRow(Row):
    """A commune outside the territory."""

    name: Named
    said: list[Named] = []


class LandmarkRow(LocatedRow):
    """A landmark; ``commune`` is null where it lies in several or it is not known."""

    kind: Literal["venue", "park", "hospital", "station", "stop", "quarter", "water", "road"]
    commune: Named | None
    said: list[Named] = []
    ordinary: list[Named] = []
    needs: Literal["", "place", "stop"] = ""


class PlacesFile(Row):
    """places.yaml"""

    centre: Named | None = None
    communes: dict[str, list[Named]] = {}
    elsewhere: list[Named | ElsewhereRow] = []
    streets: dict[str, list[Named | StreetRow]] = {}
    landmarks: list[LandmarkRow] = []
    lines: dict[Named, list[Named]] = {}


class InterlocutorRow(Row):
    """One line of interlocutors.yaml. ``source`` is for whoever checks it."""

    id: Id
    name: French
    note: French
    source: Named
    words: list[Named] = []
    unless: list[Named] = []
    lead: Id | None = None
    communes: list[Named] = []
    tell: French | None = None
    phone: Named | None = None
    verified_on: date | None = None

    @model_validator(mode="after")
    def _one_way(self) -> InterlocutorRow:
        if bool(self.words) == bool(self.lead):
            raise ValueError("brought up either by words or by a lead service: give one of them")
        if self.words and self.communes:
            raise ValueError("communes only go with a lead service")
        return self

    def noun(self) -> Interlocutor:
        """The interlocutor as the head knows it."""
        return Interlocutor(
            id=self.id,
            name=self.name,
            note=self.note,
            words=tuple(self.words),
            unless=tuple(self.unless),
            lead=self.lead,
            communes=tuple(self.communes),
            tell=self.tell,
            phone=self.phone,
            verified_on=self.verified_on,
        )


class InterlocutorsFile(Row):
    """interlocutors.yaml"""

    interlocutors: list[InterlocutorRow]


def check_places(folder: Path, communes: Mapping[str, Commune]) -> list[str]:
    """The mistakes of places.yaml; whoever hears names reads the file again."""
    path = folder / PLACES
    if not path.is_file():
        return []
    source = Source(path, root=folder)
    rows = source.parse(PlacesFile) if not source.problems else None
    if rows is None or not communes:
        return source.problems
    strangers = [(where, name) for where, name in _communes_of(rows) if name not in communes]
    located = {landmark.name for landmark in rows.landmarks if landmark.lat is not None}
    lost = [
        source.at(("lines", line, index), f"'{name}' is no landmark with lat and lon")
        for line, stops in rows.lines.items()
        for index, name in enumerate(stops)
        if name not in located
    ]
    return [*(source.at(where, f"unknown commune '{name}'") for where, name in strangers), *lost]


def sights(folder: Path) -> Sights:
    """What a map of the city can show. Nothing where there is no places.yaml, or one with mistakes."""
    path = folder / PLACES
    source = Source(path, root=folder) if path.is_file() else None
    rows = source.parse(PlacesFile) if source and not source.problems else None
    if rows is None:
        return Sights()
    squares = [
        Sight(street.name, "square", commune, street.lat, street.lon)
        for commune, streets in rows.streets.items()
        for street in streets
        if isinstance(street, StreetRow) and street.lat is not None and street.lon is not None
    ]
    landmarks = [
        Sight(one.name, one.kind, one.commune, one.lat, one.lon)
        for one in rows.landmarks
        if one.lat is not None and one.lon is not None
    ]
    at = {sight.name: (sight.lat, sight.lon) for sight in landmarks}
    return Sights(
        (*squares, *landmarks), {name: tuple(at[stop] for stop in stops) for name, stops in rows.lines.items()}
    )


def _communes_of(rows: PlacesFile) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if rows.centre:
        yield ("centre",), rows.centre
    yield from ((("communes", name), name) for name in rows.communes)
    yield from ((("streets", name), name) for name in rows.streets)
    for index, landmark in enumerate(rows.landmarks):
        if landmark.commune:
            yield ("landmarks", index, "commune"), landmark.commune


def interlocutors(
    folder: Path, services: Mapping[str, Service], communes: Mapping[str, Commune], problems: list[str]
) -> tuple[Interlocutor, ...]:
    """The outside authorities, in the order in which they are looked for."""
    path = folder / INTERLOCUTORS
    if not path.is_file():
        return ()
    source = Source(path, root=folder)
    rows = source.parse(InterlocutorsFile) if not source.problems else None
    problems += source.problems
    found = rows.interlocutors if rows else []
    seen: set[str] = set()
    for index, row in enumerate(found):
        at = ("interlocutors", index)
        if row.id in seen:
            problems.append(source.at((*at, "id"), f"'{row.id}' stands twice"))
        seen.add(row.id)
        if row.lead and services and row.lead not in services:
            problems.append(source.at((*at, "lead"), f"unknown service '{row.lead}'"))
        problems += [
            source.at((*at, "communes"), f"unknown commune '{name}'")
            for name in row.communes
            if communes and name not in communes
        ]
    return tuple(row.noun() for row in found)
