"""Hours on the wall clock."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from routing.domain.hours import Hours

PARIS = ZoneInfo("Europe/Paris")
NIGHT = Hours.read("22:00-07:00")


@pytest.mark.parametrize(
    ("at", "quiet"),
    [("21:59", False), ("22:00", True), ("03:00", True), ("06:59", True), ("07:00", False), ("12:00", False)],
)
def test_a_night_goes_over_midnight(at: str, quiet: bool) -> None:
    local = datetime.combine(datetime(2026, 1, 10, tzinfo=PARIS), time.fromisoformat(at), PARIS)
    assert NIGHT.hold(local.astimezone(UTC), PARIS) is quiet


def test_office_hours_do_not() -> None:
    office = Hours.read("8:00 - 20:00")
    assert office.hold(datetime(2026, 7, 1, 6, 0, tzinfo=UTC), PARIS)
    assert not office.hold(datetime(2026, 7, 1, 18, 0, tzinfo=UTC), PARIS)


def test_the_end_of_a_night_is_in_the_morning_by_the_wall_clock() -> None:
    assert NIGHT.end_after(datetime(2026, 1, 10, 23, 0, tzinfo=UTC), PARIS) == datetime(2026, 1, 11, 6, 0, tzinfo=UTC)
    assert NIGHT.end_after(datetime(2026, 1, 11, 2, 0, tzinfo=UTC), PARIS) == datetime(2026, 1, 11, 6, 0, tzinfo=UTC)
    # The night in which the clocks go forward: seven in the morning is five o'clock UTC.
    assert NIGHT.end_after(datetime(2026, 3, 28, 22, 0, tzinfo=UTC), PARIS) == datetime(2026, 3, 29, 5, 0, tzinfo=UTC)


@pytest.mark.parametrize("written", ["", "22h-7h", "25:00-07:00", "22:00", "22:00-07:00-09:00"])
def test_what_is_not_hours_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Hours.read(written)
