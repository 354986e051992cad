"""Richer turns and agreements in the on-call file: read as they were meant, or refused on their line."""

from __future__ import annotations

from pathlib import Path

import pytest

from routing.catalogue import oncall_file
from routing.domain.oncall import Roster, Why
from routing.errors import CatalogueError
from routing.service.import_roster import roster_of
from tests.unit.catalogue_copy import Problem
from tests.unit.duty import paris

# Its line numbers are asserted below.
FILE = """\
people:
  - {id: ana, name: Ana Martin}
  - {id: bruno, name: Bruno Petit}
  - {id: chloe, name: Chloé Roy}
rotations:
  - id: duty
    every: month
    handoff: "31 08:00"
    start: 2026-01-31
    members:
      - ana
      - {person: bruno, from: 2026-03-01, until: 2026-12-31}
    layers:
      - every: day
        handoff: 08:00
        days: [monday, friday]
        start: 2026-01-05
        members: [chloe]
        only:
          - {days: [monday, friday], from: 08:00, until: 24:00, except_holidays: true}
          - {from: "saturday 10:00", until: "sunday 24:00"}
          - {days: [holiday]}
  - id: written
    shifts:
      - {person: ana, from: 2026-03-01, until: 2026-03-02}
      - {person: bruno, from: 2026-03-03 08:00, until: "2026-03-03T20:00"}
policies:
  - {id: all, levels: [{after: 0, targets: ["rotation:duty"]}]}
overrides:
  - {rotation: duty, person: bruno, from: 2026-02-10, until: 2026-02-10}
  - {rotation: duty, person: chloe, from: 2026-02-11 08:00, until: 2026-02-12 08:00}
replacements:
  - {person: ana, by: bruno, from: 2026-02-20 08:00:00, until: 2026-02-21 08:00:00}
time_off:
  - {person: ana, from: 2026-02-24, until: 2026-02-25}
"""
MISTAKES = {
    "a thirty-second of the month": ('"31 08:00"', '"32 08:00"', 6, "a monthly handoff needs a day of the month"),
    "a month without a day": ('"31 08:00"', '"08:00"', 6, "a monthly handoff needs a day of the month"),
    "a stranger among dated members": (
        "person: bruno, from: 2026-03-01,",
        "person: zoe, from: 2026-03-01,",
        10,
        "'zoe'",
    ),
    "a stranger in a layer": ("members: [chloe]", "members: [zoe]", 18, "unknown person 'zoe'"),
    "a stranger in a shift": ("person: ana, from: 2026-03-01", "person: zoe, from: 2026-03-01", 24, "'zoe'"),
    "a layer without turns": ("- every: day\n        handoff:", "- handoff:", 14, "needs every"),
    "weekdays for weeks": ("- every: day", "- every: hour", 14, "only a handoff every day may keep to some days"),
    "a day nobody knows": ("days: [monday, friday], from", "days: [lundi], from", 20, "days.0"),
    "an hour nobody knows": ("from: 08:00, until: 24:00", "from: 8h, until: 24:00", 20, "needs times such as 18:00"),
    "one weekday of two": ('until: "sunday 24:00"', 'until: "24:00"', 21, "two weekdays, or none"),
    "days and weekdays": ('{from: "saturday', '{days: [monday], from: "saturday', 21, "either days, or weekdays"),
    "shifts and turns": ("  - id: written\n", "  - id: written\n    every: day\n", 23, "either shifts, or every"),
    "two shifts at once": (
        "2026-03-03 08:00, until",
        "2026-03-02 08:00, until",
        23,
        "two shifts overlap on 2026-03-02",
    ),
    "a shift that ends before it begins": ("until: 2026-03-02}", "until: 2026-02-27}", 25, "is not after from"),
    "a moment in words": ("from: 2026-02-10,", "from: demain,", 30, "overrides.0.from"),
    "an override of no rotation": ("rotation: duty, person: bruno", "rotation: x, person: bruno", 30, "rotation 'x'"),
    "two overrides at once": ("2026-02-11 08:00, until", "2026-02-10 08:00, until", 31, "overlaps another of 'duty'"),
    "a substitute nobody knows": ("by: bruno", "by: zoe", 33, "unknown person 'zoe'"),
    "time off of nobody": ("person: ana, from: 2026-02-24", "person: zoe, from: 2026-02-24", 35, "'zoe'"),
}


def read(folder: Path, text: str = FILE) -> Roster:
    """The roster of that text."""
    path = folder / "oncall.yaml"
    path.write_text(text, encoding="utf-8")
    return roster_of(oncall_file.read(path, set()))


@pytest.mark.parametrize(
    ("at", "person", "why"),
    [
        ("2026-02-02 07:59", "ana", Why.TURN),  # Monday, before the layer's hours
        ("2026-02-02 08:00", "chloe", Why.TURN),
        ("2026-02-02 23:59", "chloe", Why.TURN),
        ("2026-02-03 00:00", "ana", Why.TURN),
        ("2026-02-07 10:00", "chloe", Why.TURN),  # the week-end
        ("2026-02-08 23:59", "chloe", Why.TURN),
        ("2026-02-10 00:00", "bruno", Why.OVERRIDE),
        ("2026-02-11 00:00", "ana", Why.TURN),
        ("2026-02-12 07:59", "chloe", Why.OVERRIDE),
        ("2026-02-20 07:00", "ana", Why.TURN),
        ("2026-02-20 08:00", "chloe", Why.TURN),  # a Friday: the layer comes before the turn that is replaced
        ("2026-02-21 07:00", "bruno", Why.REPLACEMENT),
        ("2026-02-24 00:00", None, Why.GAP),
        ("2026-02-26 00:00", "ana", Why.TURN),
        ("2026-04-06 12:00", "chloe", Why.TURN),  # Easter Monday, the whole day
        ("2026-04-06 07:00", "chloe", Why.TURN),
        ("2026-04-02 12:00", "bruno", Why.TURN),  # since the last day of March
        ("2027-01-05 12:00", "ana", Why.TURN),  # Bruno has left
    ],
)
def test_the_file_is_read_as_it_was_meant(tmp_path: Path, at: str, person: str | None, why: Why) -> None:
    assert read(tmp_path).calendar.holder("duty", paris(at)) == (person, why)


def test_written_shifts_hold_and_leave_a_gap_between_them(tmp_path: Path) -> None:
    calendar = read(tmp_path).calendar
    hours = ("02-28 23:59", "03-01 00:00", "03-02 23:59", "03-03 00:00", "03-03 19:59", "03-03 20:00")
    held = [calendar.holder("written", paris(f"2026-{at}")) for at in hours]
    assert held == [
        (None, Why.CLOSED),
        ("ana", Why.TURN),
        ("ana", Why.TURN),
        (None, Why.GAP),
        ("bruno", Why.TURN),
        (None, Why.GAP),
    ]


@pytest.mark.parametrize(("right", "wrong", "line", "gist"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_shown_on_its_line(tmp_path: Path, right: str, wrong: str, line: int, gist: str) -> None:
    assert right in FILE
    with pytest.raises(CatalogueError) as refusal:
        read(tmp_path, FILE.replace(right, wrong, 1))
    problems = [Problem.read(problem) for problem in refusal.value.problems]
    assert any(problem.line == line and gist in problem.words for problem in problems), problems
