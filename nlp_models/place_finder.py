"""Where a message says something is: commune, street or landmark, house number, and what stays in doubt."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from nlp_models.gazetteer import Gazetteer, Kind
from nlp_models.name_finder import Named, names_in
from nlp_models.spoken_numbers import number_ahead, number_before
from nlp_models.street_finder import Street, streets_in
from nlp_models.venue_finder import Venue, venues_in

_BEFORE, _AFTER = 6, 6  # words beside a street in which its house number is looked for

Find = Street | Named | Venue


@dataclass(frozen=True, slots=True)
class Where:
    """The commune's official name and a readable place, each None when not named.

    ``communes`` are those that may be meant when the same street is in several; ``elsewhere`` is a commune outside the
    territory; ``point`` is (latitude, longitude) in degrees of the very spot, where it is known.
    """

    commune: str | None = None
    place: str | None = None
    point: tuple[float, float] | None = None
    communes: tuple[str, ...] = ()
    elsewhere: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Every name heard."""
        return tuple(name for name in (self.place, self.commune, *self.communes, self.elsewhere) if name)


def find_where(text: str, gazetteer: Gazetteer) -> Where:
    """Return where a message says something is."""
    lists = gazetteer.words
    message = lists.read(text)
    words = message.words
    found = _apart([*streets_in(message, gazetteer), *names_in(words, gazetteer), *venues_in(message, lists)])
    streets = [one for one in found if isinstance(one, Street)]
    named = [one for one in found if isinstance(one, Named)]
    landmarks = [one for one in named if one.kind is Kind.LANDMARK]
    said = [one.entry.label for one in named if one.kind is Kind.COMMUNE and not _passed(words, one, lists["heading"])]
    elsewhere = (
        one.entry.label for one in named if one.kind is Kind.ELSEWHERE and not _passed(words, one, lists["away"])
    )
    away = next(elsewhere, None)
    streets = sorted(streets, key=lambda one: not one.names)  # a known one says more than one that is not in the list
    choices = streets[0].communes if streets else landmarks[0].entry.communes if landmarks else ()
    commune, doubt = _commune(said, choices, away, gazetteer.centre)
    outside = None if commune else away
    if streets:
        return Where(commune, *_street(words, streets, commune, gazetteer), doubt, outside)
    if landmarks:
        return Where(commune, landmarks[0].entry.label, landmarks[0].entry.point, doubt, outside)
    venue = next((one.label for one in found if isinstance(one, Venue)), None)
    return Where(commune, venue, None, doubt, outside)


def _commune(
    said: Sequence[str], choices: Sequence[str], away: str | None, centre: str | None
) -> tuple[str | None, tuple[str, ...]]:
    """The commune, and those that may be meant instead when it is in doubt.

    What is said counts, where the street is among several communes or unknown; the centre said beside another commune
    only tells the region. Two communes said, or the centre said of a street that is only known elsewhere, are a doubt.
    """
    inside = [commune for commune in said if commune in choices]
    if len(inside) == 1:
        return inside[0], ()
    if away:
        return None, ()
    smaller = [commune for commune in dict.fromkeys(said) if commune != centre]
    if len(smaller) == 1:
        return smaller[0], ()
    if len(smaller) > 1:
        return None, tuple(smaller)
    if said and choices:
        return None, (*choices, *said)
    certain = tuple(said or choices)
    return (certain[0], ()) if len(certain) == 1 else (None, certain)


def _labels(named: Sequence[Named], kind: Kind, words: Sequence[str], leads: Collection[str]) -> list[str]:
    """The places of one kind, each once, but not those that only tell a direction ("vers Beaune")."""
    found = (one for one in named if one.kind is kind)
    return list(dict.fromkeys(one.entry.label for one in found if not _passed(words, one, leads)))


def _passed(words: Sequence[str], name: Named, leads: Collection[str]) -> bool:
    before = [word for word in words[max(0, name.start - 2) : name.start] if word not in ("de", "d")]
    return bool(before) and before[-1] in leads


def _street(
    words: Sequence[str], streets: Sequence[Street], commune: str | None, gazetteer: Gazetteer
) -> tuple[str, tuple[float, float] | None]:
    """The street as people write it, with its crossing or house number, and the point of that number."""
    first = streets[0]
    name = first.inside(commune) if commune else None
    label = name.label if name else first.label
    known = [one for one in streets if one.names]
    if gazetteer.words["crossings"].intersection(words) and len(known) > 1:
        return f"{known[0].label} / {known[1].label}", None
    number = _house_number(words, first, gazetteer)
    if number is None:
        return label, None
    return f"{number} {label}", _door(first, commune, number, gazetteer)


def _door(street: Street, commune: str | None, number: str, gazetteer: Gazetteer) -> tuple[float, float] | None:
    if gazetteer.book is None or commune is None:
        return None
    doors = (
        gazetteer.book.door(name.number, commune, number)
        for name in street.names
        if name.number is not None and commune in name.communes
    )
    return next(filter(None, doors), None)


def _house_number(words: Sequence[str], street: Street, gazetteer: Gazetteer) -> str | None:
    """The number said before the street ("au 12 de la rue"), or after it ("rue Monge, devant le 12")."""
    before = list(words[max(0, street.start - _BEFORE) : street.start])
    while before and before[-1] in gazetteer.words["articles"]:
        before.pop()
    if number := number_before(before):
        counted = before[-len(number.split()) - 1 : -len(number.split())]
        return None if gazetteer.words["counted"].intersection(counted) else number
    after = words[street.end : street.end + _AFTER]
    leads = 0
    while leads < len(after) and after[leads] in gazetteer.words["number_leads"]:
        leads += 1
    return number_ahead(after[leads:], gazetteer.words["units"]) if leads else None


def _apart(found: list[Find]) -> list[Find]:
    """Keep the best of overlapping finds, in the order of the message."""
    kept: list[Find] = []
    for one in sorted(found, key=lambda one: (-one.score, one.start)):
        if all(one.end <= other.start or one.start >= other.end for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda one: one.start)
