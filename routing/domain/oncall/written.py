"""Rules as people write them in the on-call file, read into nouns. The form was checked when the file was imported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from routing.domain.oncall.hours import Window
from routing.domain.oncall.rotation import FixedShift, FixedShifts, Layer, Rotation
from routing.domain.oncall.turns import WEEKDAYS, Member, Turns
from routing.domain.oncall.wall_clock import instant

HOLIDAY = "holiday"
MIDNIGHT_AFTER = "24:00"


def rotation(id_: str, zone: ZoneInfo, layers: Sequence[Mapping[str, Any]]) -> Rotation:
    """``layers`` are the turns of the file first, then the layers above them from the highest on."""
    base, *above = [layer(written, zone) for written in layers]
    return Rotation(id_, (*above, base))


def layer(written: Mapping[str, Any], zone: ZoneInfo) -> Layer:
    """One layer: turns, or fixed shifts."""
    only = tuple(window(row) for row in written.get("only") or ())
    if shifts := written.get("shifts"):
        fixed = (FixedShift(row["person"], *stretch(row["from"], row["until"], zone)) for row in shifts)
        return Layer(FixedShifts(tuple(sorted(fixed, key=lambda shift: shift.begins))), zone, only)
    return Layer(turns(written, zone), zone, only)


def turns(written: Mapping[str, Any], zone: ZoneInfo) -> Turns:
    """``handoff`` is ``monday 08:00`` for weeks, ``31 08:00`` for months, ``08:00`` for days and hours."""
    day, _, clock = written["handoff"].rpartition(" ")
    every = written["every"]
    days: Sequence[str] = [day] if every == "week" else written.get("days") or WEEKDAYS
    return Turns(
        zone=zone,
        every=every,
        at=time.fromisoformat(clock),
        start=date.fromisoformat(written["start"]),
        members=tuple(_member(row) for row in written["members"]),
        days=tuple(sorted(WEEKDAYS.index(name) for name in days)),
        monthday=int(day) if every == "month" else 1,
    )


def window(written: Mapping[str, Any]) -> Window:
    """``days`` from ``18:00`` until ``08:00``, or from ``friday 18:00`` until ``monday 08:00``."""
    first, _, begins = written.get("from", "00:00").rpartition(" ")
    last, _, ends = written.get("until", MIDNIGHT_AFTER).rpartition(" ")
    named: Sequence[str] = [first] if first else written.get("days") or WEEKDAYS
    clock = time() if ends == MIDNIGHT_AFTER else time.fromisoformat(ends)
    night_after = clock <= time.fromisoformat(begins)
    return Window(
        days=frozenset(WEEKDAYS.index(name) for name in named if name != HOLIDAY),
        begins=time.fromisoformat(begins),
        ends=clock,
        nights=_days_between(first, last, ends == MIDNIGHT_AFTER, night_after) if first else int(night_after),
        on_holidays=HOLIDAY in named,
        but_holidays=bool(written.get("except_holidays")),
    )


def _days_between(first: str, last: str, midnight_after: bool, night_after: bool) -> int:
    days = (WEEKDAYS.index(last) - WEEKDAYS.index(first)) % len(WEEKDAYS) + midnight_after
    return days or night_after * len(WEEKDAYS)


def stretch(begins: str, ends: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The instants (UTC) of ``from`` and ``until``: wall clock of ``zone``; a day alone as ``until`` is included."""
    return _instant(begins, zone), _instant(ends, zone, timedelta(days=len(ends) == len("2026-01-05")))


def _instant(written: str, zone: ZoneInfo, more: timedelta = timedelta()) -> datetime:
    moment = datetime.fromisoformat(written) + more
    return moment.astimezone(UTC) if moment.tzinfo else instant(moment, zone)


def _member(written: str | Mapping[str, Any]) -> Member:
    if isinstance(written, str):
        return Member(written)
    since, until = written.get("from"), written.get("until")
    return Member(
        written["person"],
        date.fromisoformat(since) if since else None,
        date.fromisoformat(until) if until else None,
    )
