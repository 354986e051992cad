"""Calendars on people's own telephones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from bot.console.feeds import PERSON, ROTATION, Feed
from routing.catalogue import ical_file
from routing.domain.oncall import Why
from routing.service.absence import take_time_off
from routing.service.import_shifts import import_shifts
from routing.service.override_shift import override_shift
from routing.store import roster
from tests.acceptance.test_calendar import WEEK_OF_ANA, WEEK_OF_BRUNO, on_duty, use
from tests.city import City
from tests.unit.duty import PARIS, paris


@pytest.fixture(autouse=True)
async def _roster(city: City, tmp_path: Path) -> None:
    await use(city, tmp_path)


async def subscribed(city: City, feed: Feed) -> Any:
    """What a telephone gets, without any token of the API."""
    path = feed.address(city.house).removeprefix(city.house.settings.base_url)
    answer = await city.web.get(path, headers={"Authorization": ""})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/calendar")
    return Calendar.from_ical(answer.content)


async def test_a_person_sees_their_own_shifts_on_the_wall_clock(city: City) -> None:
    async with city.session() as session:
        stretch = (paris("2026-03-28 20:00"), paris("2026-03-29 08:00"))  # the night the clocks go forward
        await override_shift(session, city.house.desk, "routes", "ana", *stretch, by="Chef")
    calendar = await subscribed(city, Feed(PERSON, "ana"))
    events = [event for event in calendar.walk("VEVENT") if event["dtstart"].dt >= paris("2026-03-10 00:00")][:2]
    assert [(event["dtstart"].dt, event["dtend"].dt) for event in events] == [WEEK_OF_ANA, stretch]
    assert [str(event["summary"]) for event in events] == [
        "routes : Ana Martin",
        "routes : Ana Martin (changement)",
    ]
    assert events[1]["dtstart"].params["TZID"] == "Europe/Paris"
    assert [str(zone["tzid"]) for zone in calendar.walk("VTIMEZONE")] == ["Europe/Paris"]


async def test_a_team_sees_everybody(city: City) -> None:
    calendar = await subscribed(city, Feed(ROTATION, "routes"))
    names = {str(event["summary"]) for event in calendar.walk("VEVENT")}
    assert names == {"routes : Ana Martin", "routes : Bruno Petit"}
    uids = [str(event["uid"]) for event in calendar.walk("VEVENT")]
    assert len(set(uids)) == len(uids)


async def test_no_address_is_guessed(city: City) -> None:
    assert Feed(PERSON, "ana").token("one") != Feed(PERSON, "ana").token("another")
    assert "ana" not in Feed(PERSON, "ana").address(city.house)
    for token in ("ana", "x" * 32, "é", Feed(PERSON, "gone").token(city.house.api_token)):
        assert (await city.web.get(f"/astreinte/flux/{token}.ics")).status_code == 404


async def test_a_feed_that_was_exported_can_be_imported_above_the_turns(city: City, tmp_path: Path) -> None:
    answer = await city.web.get(Feed(PERSON, "ana").address(city.house).removeprefix(city.house.settings.base_url))
    path = tmp_path / "ana.ics"
    path.write_text(answer.text, encoding="utf-8", newline="")
    async with city.session() as session:
        people = (await roster.load(session)).people.values()
        shifts = ical_file.read(path, people, PARIS, paris("2026-06-01 00:00"))
        assert await import_shifts(session, city.house.desk, "chef", shifts, by="Chef") is False
        assert await import_shifts(session, city.house.desk, "nouveau", shifts, by="Chef") is True
        await import_shifts(session, city.house.desk, "chef", shifts, by="Chef")
        await import_shifts(session, city.house.desk, "nouveau", shifts, by="Chef")
    assert [await on_duty(city, f"2026-03-{day} 12:00", "chef") for day in (17, 24)] == ["ana", "chloe"]
    async with city.session() as session:
        calendar = (await roster.load(session)).calendar
    assert [calendar.holder("nouveau", paris(f"2026-03-{day} 12:00")) for day in (17, 24)] == [
        ("ana", Why.TURN),
        (None, Why.GAP),
    ]


async def test_a_teams_feed_comes_back_with_its_gaps_and_changes(city: City, tmp_path: Path) -> None:
    async with city.session() as session:
        desk = city.house.desk
        await take_time_off(session, desk, "ana", *WEEK_OF_ANA, by="Ana Martin")
        await override_shift(session, desk, "routes", "chloe", *WEEK_OF_BRUNO, by="Ana Martin")
    answer = await city.web.get(Feed(ROTATION, "routes").address(city.house).removeprefix(city.house.settings.base_url))
    path = tmp_path / "routes.ics"
    path.write_text(answer.text, encoding="utf-8", newline="")
    async with city.session() as session:
        people = (await roster.load(session)).people.values()
    shifts = ical_file.read(path, people, PARIS, paris("2026-04-10 00:00"))
    [week] = [one for one in shifts if one.begins == WEEK_OF_BRUNO[0]]
    assert week.person == "chloe"
    assert not [one for one in shifts if one.begins == WEEK_OF_ANA[0]]
