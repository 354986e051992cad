"""A calendar file from elsewhere becomes shifts, repetitions and exceptions included."""

from __future__ import annotations

from pathlib import Path

import pytest

from routing.catalogue import ical_file
from routing.domain.oncall import FixedShift, Person
from routing.errors import CatalogueError
from tests.unit.duty import PARIS, paris

PEOPLE = (Person("ana", "Ana Martin"), Person("chloe", "Chloé Roy"))
UNTIL = paris("2026-12-31 00:00")


def event(*lines: str, uid: str = "1") -> str:
    """One event."""
    return "\r\n".join(["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20260101T000000Z", *lines, "END:VEVENT"])


def read(folder: Path, *events: str) -> list[FixedShift]:
    """The shifts of a file of these events."""
    path = folder / "garde.ics"
    text = "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//ville//FR", *events, "END:VCALENDAR", ""])
    path.write_text(text, encoding="utf-8", newline="")
    return ical_file.read(path, PEOPLE, PARIS, UNTIL)


def when(shifts: list[FixedShift]) -> list[tuple[str, str, str]]:
    """(person, begin, end) on the wall clock of Paris."""
    return [
        (one.person, f"{one.begins.astimezone(PARIS):%m-%d %H:%M}", f"{one.ends.astimezone(PARIS):%m-%d %H:%M}")
        for one in shifts
    ]


def test_an_event_is_a_shift_of_the_person_its_summary_names(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        event("SUMMARY:chloe roy", "DTSTART;TZID=Europe/Paris:20260302T080000", "DTEND:20260309T070000Z"),
        event("SUMMARY:ana", "DTSTART:20260301T080000", "DURATION:PT24H", uid="2"),
        event("SUMMARY:Ana Martin", "DTSTART;VALUE=DATE:20260401", uid="3"),
    )
    assert when(found) == [
        ("ana", "03-01 08:00", "03-02 08:00"),
        ("chloe", "03-02 08:00", "03-09 08:00"),
        ("ana", "04-01 00:00", "04-02 00:00"),
    ]


def test_repetitions_keep_to_the_clock_on_the_wall_and_honour_exceptions(tmp_path: Path) -> None:
    weekly = event(
        "SUMMARY:ana",
        "DTSTART;TZID=Europe/Paris:20260314T080000",
        "DTEND;TZID=Europe/Paris:20260315T080000",
        "RRULE:FREQ=WEEKLY;UNTIL=20260411T060000Z",
        "EXDATE;TZID=Europe/Paris:20260404T080000",
    )
    moved = event(
        "SUMMARY:Chloé Roy",
        "RECURRENCE-ID;TZID=Europe/Paris:20260321T080000",
        "DTSTART;TZID=Europe/Paris:20260322T080000",
        "DTEND;TZID=Europe/Paris:20260323T080000",
    )
    assert when(read(tmp_path, weekly, moved)) == [
        ("ana", "03-14 08:00", "03-15 08:00"),
        ("chloe", "03-22 08:00", "03-23 08:00"),
        ("ana", "03-28 08:00", "03-29 08:00"),
        ("ana", "04-11 08:00", "04-12 08:00"),
    ]


def test_what_is_cancelled_is_no_shift_and_added_dates_are(tmp_path: Path) -> None:
    weekly = event(
        "SUMMARY:ana",
        "DTSTART;TZID=Europe/Paris:20260314T080000",
        "DURATION:PT24H",
        "RRULE:FREQ=WEEKLY;COUNT=3",
        "RDATE;TZID=Europe/Paris:20260314T080000,20260317T080000",
    )
    dropped = event(
        "SUMMARY:ana",
        "STATUS:CANCELLED",
        "RECURRENCE-ID;TZID=Europe/Paris:20260321T080000",
        "DTSTART;TZID=Europe/Paris:20260321T080000",
        "DURATION:PT24H",
    )
    nobody = event("SUMMARY:Zoé", "STATUS:CANCELLED", "DTSTART:20260401T080000", "DURATION:PT8H", uid="2")
    assert [begins for _, begins, _ in when(read(tmp_path, weekly, dropped, nobody))] == [
        "03-14 08:00",
        "03-17 08:00",
        "03-28 08:00",
    ]


def test_repetitions_without_an_end_stop_at_the_horizon(tmp_path: Path) -> None:
    found = read(tmp_path, event("SUMMARY:ana", "DTSTART:20260101T080000", "DURATION:PT8H", "RRULE:FREQ=DAILY"))
    assert (len(found), found[-1].begins) == (364, paris("2026-12-30 08:00"))


@pytest.mark.parametrize(
    ("lines", "line", "gist"),
    [
        (("SUMMARY:Zoé", "DTSTART:20260301T080000", "DURATION:PT1H"), 4, "'Zoé' is nobody"),
        (("SUMMARY:ana", "DTSTART:20260301T080000"), 4, "lasts 0"),
        (("SUMMARY:ana", "DURATION:PT1H"), 4, "DTSTART"),
    ],
)
def test_a_mistake_is_shown_on_its_line(tmp_path: Path, lines: tuple[str, ...], line: int, gist: str) -> None:
    with pytest.raises(CatalogueError) as refusal:
        read(tmp_path, event(*lines))
    assert refusal.value.problems[0].startswith(f"garde.ics:{line}: ")
    assert gist.casefold() in refusal.value.problems[0].casefold()


def test_two_shifts_at_once_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="ana and chloe overlap on 2026-03-01 08:00"):
        read(
            tmp_path,
            event("SUMMARY:ana", "DTSTART:20260301T080000", "DURATION:PT24H"),
            event("SUMMARY:chloe", "DTSTART:20260301T090000", "DURATION:PT24H", uid="2"),
        )


@pytest.mark.parametrize("text", ["", "bonjour"])
def test_what_is_no_calendar_is_said(tmp_path: Path, text: str) -> None:
    path = tmp_path / "garde.ics"
    path.write_text(text)
    with pytest.raises(CatalogueError, match=r"garde\.ics:1: "):
        ical_file.read(path, PEOPLE, PARIS, UNTIL)
