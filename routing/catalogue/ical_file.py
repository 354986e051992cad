"""A calendar file (RFC 5545, ``.ics``) read into shifts: one event a shift, its summary names the person.

Repetitions are written out until a horizon, on the wall clock of the event; exceptions and moved occurrences are kept.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from icalendar import Calendar

from routing.domain.oncall import FixedShift, Person, shown
from routing.domain.oncall.wall_clock import instant
from routing.errors import CatalogueError

MOST = 2000  # shifts of one file
LONGEST = timedelta(days=92)

# A feed of ours names the rotation before the person, and why after.
OURS = re.compile(r".* : (?P<who>.*?)(?: \((?:échange|changement|remplacement)\))?")
NOBODY = "PERSONNE"

Event = tuple[int, Any]  # line, component of icalendar


def read(path: Path, people: Iterable[Person], zone: ZoneInfo, until: datetime) -> list[FixedShift]:
    """The file's shifts that begin before ``until``, in time order. Floating times are ``zone``'s.

    Raises CatalogueError with a line for every mistake.
    """
    try:
        text = path.read_text(encoding="utf-8")
        calendar = Calendar.from_ical(text)
    except (OSError, ValueError) as error:
        raise CatalogueError([f"{path.name}:1: not a calendar file ({error})"]) from error
    lines = [number for number, line in enumerate(text.splitlines(), 1) if line.strip().upper() == "BEGIN:VEVENT"]
    events = list(zip(lines, calendar.walk("VEVENT"), strict=False))
    known = {_plain(word): one.id for one in people for word in (one.id, one.name)}
    shifts: list[FixedShift] = []
    problems: list[str] = []
    for line, event in events:
        if str(event.get("status", "")).upper() == "CANCELLED":
            continue  # one repetition that does not take place is written so, and stays left out
        if str(event.get("uid", "")).endswith("@vigie") and _named(event) == NOBODY:
            continue  # a gap in a feed of ours
        try:
            shifts += _shifts(event, known, zone, until, _moved(events, event, zone))
        except (ValueError, KeyError, TypeError) as error:
            problems.append(f"{path.name}:{line}: {error}")
    shifts.sort(key=lambda shift: shift.begins)
    problems += _impossible(path.name, shifts)
    if problems:
        raise CatalogueError(problems)
    return shifts


def _impossible(name: str, shifts: list[FixedShift]) -> list[str]:
    if not shifts:
        return [f"{name}:1: no event of a known person"]
    if len(shifts) > MOST:
        return [f"{name}:1: more than {MOST} shifts"]
    return [
        f"{name}:1: {one.person} and {two.person} overlap on {two.begins:%Y-%m-%d %H:%M} UTC"
        for one, two in pairwise(shifts)
        if two.begins < one.ends
    ]


def _shifts(
    event: Any, known: Mapping[str, str], zone: ZoneInfo, until: datetime, moved: set[datetime]
) -> list[FixedShift]:
    summary = str(event.get("summary", ""))
    person = known.get(_plain(summary)) or known.get(_plain(_named(event)))
    if person is None:
        raise ValueError(f"'{summary}' is nobody of the roster: the summary is a person's id or name")
    begins, ends = _at(event["dtstart"].dt, zone), _end(event, zone)
    local_zone = begins.tzinfo if isinstance(begins.tzinfo, ZoneInfo) else zone
    length = shown(ends, local_zone) - shown(begins, local_zone)
    if not timedelta() < length <= LONGEST:
        raise ValueError(f"'{summary}' lasts {length}")
    first = shown(begins, local_zone)
    return [
        FixedShift(person, at, instant(local + length, local_zone))
        for local in dict.fromkeys(_occurrences(event, first, shown(until, local_zone), local_zone))
        if (at := instant(local, local_zone)) not in moved and at < until
    ]


def _named(event: Any) -> str:
    """The person's part of a summary."""
    summary = str(event.get("summary", ""))
    ours = OURS.fullmatch(summary)
    return ours["who"] if ours else summary


def _occurrences(event: Any, first: datetime, until: datetime, zone: ZoneInfo) -> list[datetime]:
    """Wall-clock times of every repetition."""
    added = [shown(_at(one.dt, zone), zone) for one in _dates(event, "rdate")]
    rule = event.get("rrule")
    if rule is None:
        return [first, *added]
    given: Any = {key: value for key, value in rule.items() if key != "UNTIL"}
    limit = min([until, *(_wall(value, zone) for value in rule.get("UNTIL", ()))])
    text = ";".join(f"{key}={','.join(map(str, value))}" for key, value in given.items())
    return [*rrulestr(text, dtstart=first).between(first, limit, inc=True)[: MOST + 1], *added]


def _moved(events: Iterable[Event], event: Any, zone: ZoneInfo) -> set[datetime]:
    """Instants of the repetitions that are left out, or stand elsewhere in the file."""
    if "recurrence-id" in event:
        return set()
    dates = [one.dt for one in _dates(event, "exdate")]
    same = [other for _, other in events if other.get("uid") == event.get("uid") and "recurrence-id" in other]
    return {_at(day, zone) for day in dates} | {_at(other["recurrence-id"].dt, zone) for other in same}


def _dates(event: Any, name: str) -> list[Any]:
    """The dates of a property that may stand several times, each with several of them."""
    given = event.get(name, [])
    return [one for several in (given if isinstance(given, list) else [given]) for one in several.dts]


def _end(event: Any, zone: ZoneInfo) -> datetime:
    if "dtend" in event:
        return _at(event["dtend"].dt, zone)
    begins = event["dtstart"].dt
    length: timedelta = (
        event["duration"].dt if "duration" in event else timedelta(days=not isinstance(begins, datetime))
    )
    return _at(begins, zone) + length


def _at(value: date, zone: ZoneInfo) -> datetime:
    """An instant; a day alone is its midnight, a floating time is the zone's."""
    moment = value if isinstance(value, datetime) else datetime.combine(value, time())
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _wall(value: date, zone: ZoneInfo) -> datetime:
    """The end of a repetition as the clocks show it; a day alone is included."""
    moment = value if isinstance(value, datetime) else datetime.combine(value, time.max)
    return shown(moment, zone) if moment.tzinfo else moment


def _plain(text: str) -> str:
    """Without accents, capitals and outer blanks."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().strip())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
