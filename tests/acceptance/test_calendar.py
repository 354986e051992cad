"""People agree on their duty: overrides, swaps, substitutes, time off, and the calendar that warns in time."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from routing.catalogue import oncall_file
from routing.domain.audit import CONFIGURATION
from routing.domain.oncall import Shift, Why
from routing.domain.oncall.outlook import Trouble
from routing.errors import Conflict, NotFound
from routing.service.absence import come_back, replace_person, take_time_off
from routing.service.import_roster import export_roster, import_roster
from routing.service.override_shift import drop_override, override_shift
from routing.service.swap_shift import approve_swap, refuse_swap, request_swap, take_swap, withdraw_swap
from routing.service.watch_calendar import warnings, watch_calendar
from routing.store import audit, roster
from routing.store.models import AuditEntry, DutyReplacement, PersonTimeOff, ShiftOverride
from tests.city import City
from tests.unit.duty import paris

# The driven clock stands on Tuesday 10 March 2026, 10:00 in Dijon: it is Bruno's week.
ROSTER: dict[str, Any] = {
    "people": [
        {"id": "ana", "name": "Ana Martin", "phone": "+33639980011", "plan": [{"after": 0, "by": "voice"}]},
        {"id": "bruno", "name": "Bruno Petit", "phone": "+33639980012", "plan": [{"after": 0, "by": "voice"}]},
        {"id": "chloe", "name": "Chloé Roy"},
    ],
    "rotations": [
        {
            "id": "routes",
            "every": "week",
            "handoff": "monday 08:00",
            "start": "2026-01-05",
            "members": ["ana", "bruno"],
        },
        {"id": "chef", "every": "week", "handoff": "monday 08:00", "start": "2026-01-05", "members": ["chloe"]},
    ],
    "policies": [
        {"id": "routes", "levels": [{"after": 0, "targets": ["rotation:routes"]}]},
        {"id": "chef", "levels": [{"after": 0, "targets": ["rotation:chef"]}]},
    ],
    "services": {
        "voirie": {"policy": "routes"},
        "police-municipale": {"policy": "routes"},
        "astreinte": {"policy": "chef"},
    },
}
WEEK_OF_ANA = (paris("2026-03-16 08:00"), paris("2026-03-23 08:00"))
WEEK_OF_BRUNO = (paris("2026-03-23 08:00"), paris("2026-03-30 08:00"))


async def use(city: City, folder: Path, **more: Any) -> list[str]:
    """Import the roster, with more in it."""
    path = folder / "calendar.yaml"
    path.write_text(yaml.safe_dump({**ROSTER, **more}), encoding="utf-8")
    file = oncall_file.read(path, set(city.house.desk.catalogue.services))
    async with city.session() as session:
        return await import_roster(session, city.house.desk, file, by="la ville")


@pytest.fixture(autouse=True)
async def _roster(city: City, tmp_path: Path) -> None:
    await use(city, tmp_path)


async def on_duty(city: City, at: datetime | str, rotation: str = "routes") -> str | None:
    """Who holds the duty."""
    moment = paris(at) if isinstance(at, str) else at
    async with city.session() as session:
        return (await roster.load(session)).calendar.holder(rotation, moment)[0]


async def said(city: City) -> list[str]:
    """What the audit log says of the calendar, oldest first."""
    async with city.session() as session:
        found = await audit.entries(session, AuditEntry.chain == CONFIGURATION)
        return [entry.text for entry in sorted(found, key=lambda one: one.number) if entry.kind != "import"]


async def test_somebody_takes_a_stretch_and_the_rules_go_on_around_it(city: City) -> None:
    stretch = (paris("2026-03-17 18:00"), paris("2026-03-18 08:00"))
    async with city.session() as session:
        assert await override_shift(session, city.house.desk, "routes", "chloe", *stretch, by="Chef") == []
    found = [await on_duty(city, f"2026-03-{at}") for at in ("17 17:59", "17 18:00", "18 07:59", "18 08:00")]
    assert found == ["ana", "chloe", "chloe", "ana"]
    assert await said(city) == ["routes : garde de Chloé Roy du 17/03/2026 18:00 au 18/03/2026 08:00"]


async def test_a_later_override_keeps_what_lies_outside_of_it(city: City) -> None:
    async with city.session() as session:
        desk = city.house.desk
        await override_shift(session, desk, "routes", "chloe", *WEEK_OF_ANA, by="Chef")
        await override_shift(
            session, desk, "routes", "bruno", paris("2026-03-18 08:00"), paris("2026-03-19 08:00"), by="Chef"
        )
    days = [await on_duty(city, f"2026-03-{day} 12:00") for day in (17, 18, 19, 23)]
    assert days == ["chloe", "bruno", "chloe", "bruno"]


async def test_an_override_given_back_leaves_what_was_held(city: City) -> None:
    begins, ends = paris("2026-03-10 08:00"), paris("2026-03-12 08:00")
    async with city.session() as session:
        await override_shift(session, city.house.desk, "routes", "chloe", begins, ends, by="Chef")
        number = await session.scalar(select(ShiftOverride.id))
        assert number
        await drop_override(session, city.house.desk, number, by="Chef")
    assert [await on_duty(city, f"2026-03-{at}") for at in ("10 09:59", "10 10:00")] == ["chloe", "bruno"]
    async with city.session() as session:
        with pytest.raises(NotFound):
            await drop_override(session, city.house.desk, number, by="Chef")
        await override_shift(session, city.house.desk, "routes", "chloe", *WEEK_OF_ANA, by="Chef")
        later = await session.scalar(select(ShiftOverride.id).where(ShiftOverride.id != number))
        assert later
        await drop_override(session, city.house.desk, later, by="Chef")
    assert await on_duty(city, "2026-03-17 12:00") == "ana"


@pytest.mark.parametrize(
    ("rotation", "person", "begins", "ends", "refusal"),
    [
        ("rues", "chloe", "2026-03-17 08:00", "2026-03-18 08:00", "n'existe pas"),
        ("routes", "zoe", "2026-03-17 08:00", "2026-03-18 08:00", "n'est pas dans le fichier"),
        ("routes", "chloe", "2026-03-18 08:00", "2026-03-17 08:00", "après le début"),
        ("routes", "chloe", "2026-03-08 08:00", "2026-03-09 08:00", "déjà passé"),
        ("routes", "chloe", "2026-03-17 08:00", "2026-09-17 08:00", "Trois mois"),
    ],
)
async def test_what_makes_no_sense_is_refused_in_words(
    city: City, rotation: str, person: str, begins: str, ends: str, refusal: str
) -> None:
    async with city.session() as session:
        with pytest.raises((Conflict, NotFound), match=refusal):
            await override_shift(session, city.house.desk, rotation, person, paris(begins), paris(ends), by="Chef")


async def test_a_night_between_two_duties_that_is_too_short_is_said(city: City) -> None:
    async with city.session() as session:
        found = await override_shift(
            session,
            city.house.desk,
            "chef",
            "bruno",
            paris("2026-03-16 18:00"),
            paris("2026-03-17 08:00"),
            by="Chef",
        )
    assert found == ["Bruno Petit n'aurait que 10 h de repos (moins de 11 h) avant sa garde du 16/03 à 18:00"]


async def test_a_swap_is_asked_for_taken_then_approved_by_a_third_person(city: City) -> None:
    desk = city.house.desk
    async with city.session() as session:
        swap = await request_swap(session, desk, "routes", "ana", *WEEK_OF_ANA, by="Ana Martin")
    async with city.session() as session:
        with pytest.raises(Conflict, match="n'en est pas là"):
            await approve_swap(session, desk, swap.id, by="Chef")
        await take_swap(session, desk, swap.id, "bruno", by="Bruno Petit", back=Shift("routes", *WEEK_OF_BRUNO))
    assert await on_duty(city, "2026-03-17 12:00") == "ana", "not approved yet"
    async with city.session() as session:
        for party in ("Ana Martin", "Bruno Petit"):
            with pytest.raises(Conflict, match="Une autre personne"):
                await approve_swap(session, desk, swap.id, by=party)
        assert await approve_swap(session, desk, swap.id, by="Chef") == []
    assert [await on_duty(city, f"2026-03-{day} 12:00") for day in (17, 24, 31)] == ["bruno", "ana", "ana"]
    async with city.session() as session:
        held = (await roster.load(session)).calendar.holder("routes", WEEK_OF_ANA[0])
        assert held == ("bruno", Why.SWAP)
        with pytest.raises(Conflict, match="déjà approuvé"):
            await approve_swap(session, desk, swap.id, by="Chef")
    assert [line.partition(" : ")[2].split(" du ")[0] for line in await said(city)] == [
        "Ana Martin cherche à échanger sa garde",
        "Bruno Petit prend la garde",
        "échange approuvé, Bruno Petit de garde",
    ]


async def test_a_swap_may_give_back_duty_of_another_rotation(city: City) -> None:
    desk, chief = city.house.desk, Shift("chef", *WEEK_OF_BRUNO)
    async with city.session() as session:
        swap = await request_swap(session, desk, "routes", "ana", *WEEK_OF_ANA, by="Ana Martin")
        with pytest.raises(Conflict, match="n'est plus celle de Chloé"):
            await take_swap(session, desk, swap.id, "chloe", by="Chloé Roy", back=Shift("routes", *WEEK_OF_BRUNO))
        with pytest.raises(NotFound, match="tour"):
            await take_swap(session, desk, swap.id, "chloe", by="Chloé Roy", back=Shift("nuits", *WEEK_OF_BRUNO))
        await take_swap(session, desk, swap.id, "chloe", by="Chloé Roy", back=chief)
        await approve_swap(session, desk, swap.id, by="Chef")
    assert [await on_duty(city, f"2026-03-{day} 12:00") for day in (17, 24)] == ["chloe", "bruno"]
    assert [await on_duty(city, f"2026-03-{day} 12:00", "chef") for day in (17, 24, 31)] == ["chloe", "ana", "chloe"]
    assert "et rend la sienne (chef) du 23/03/2026" in (await said(city))[1]


async def test_a_swap_whose_duty_changed_meanwhile_cannot_be_approved(city: City) -> None:
    desk = city.house.desk
    async with city.session() as session:
        swap = await request_swap(session, desk, "routes", "ana", *WEEK_OF_ANA, by="Ana Martin")
        await take_swap(session, desk, swap.id, "bruno", by="Bruno Petit")
        await override_shift(
            session, desk, "routes", "chloe", paris("2026-03-18 08:00"), paris("2026-03-19 08:00"), by="Chef"
        )
        with pytest.raises(Conflict, match="Le calendrier a changé"):
            await approve_swap(session, desk, swap.id, by="Chef")
        await refuse_swap(session, desk, swap.id, by="Chef")
        with pytest.raises(Conflict, match="refusé"):
            await withdraw_swap(session, desk, swap.id, by="Ana Martin")


async def test_a_request_may_be_withdrawn_and_nobody_swaps_with_themselves(city: City) -> None:
    desk = city.house.desk
    async with city.session() as session:
        with pytest.raises(Conflict, match="n'a pas cette garde"):
            await request_swap(session, desk, "routes", "ana", *WEEK_OF_BRUNO, by="Ana Martin")
        swap = await request_swap(session, desk, "routes", "ana", *WEEK_OF_ANA, by="Ana Martin")
        with pytest.raises(Conflict, match="soi-même"):
            await take_swap(session, desk, swap.id, "ana", by="Ana Martin")
        with pytest.raises(Conflict, match="n'est plus celle de Chloé"):
            await take_swap(session, desk, swap.id, "chloe", by="Chloé Roy", back=Shift("routes", *WEEK_OF_BRUNO))
        await withdraw_swap(session, desk, swap.id, by="Ana Martin")
        with pytest.raises(Conflict, match="retirée"):
            await take_swap(session, desk, swap.id, "bruno", by="Bruno Petit")
        with pytest.raises(NotFound):
            await take_swap(session, desk, 999, "bruno", by="Bruno Petit")


async def test_of_two_who_take_it_at_once_one_has_it(city: City) -> None:
    desk = city.house.desk
    async with city.session() as session:
        swap = await request_swap(session, desk, "routes", "ana", *WEEK_OF_ANA, by="Ana Martin")

    async def take(person: str) -> str | None:
        async with city.session() as session:
            return (await take_swap(session, desk, swap.id, person, by=person)).taker

    outcomes = await asyncio.gather(take("bruno"), take("chloe"), return_exceptions=True)
    [won] = [one for one in outcomes if isinstance(one, str)]
    [lost] = [one for one in outcomes if isinstance(one, Conflict)]
    assert won in ("bruno", "chloe")
    assert "n'en est pas là" in str(lost)


async def test_duty_that_has_begun_is_not_swapped_any_more(city: City) -> None:
    desk = city.house.desk
    async with city.session() as session:
        swap = await request_swap(session, desk, "routes", "ana", *WEEK_OF_ANA, by="Ana Martin")
    city.clock.at = paris("2026-03-16 09:00")
    async with city.session() as session:
        with pytest.raises(Conflict, match="déjà commencé"):
            await take_swap(session, desk, swap.id, "bruno", by="Bruno Petit")


async def test_a_substitute_takes_everything_until_the_other_is_back(city: City) -> None:
    desk = city.house.desk
    async with city.session() as session:
        await replace_person(session, desk, "ana", "chloe", *WEEK_OF_ANA, by="Chef")
        with pytest.raises(Conflict, match="déjà remplacé"):
            await replace_person(session, desk, "ana", "bruno", *WEEK_OF_ANA, by="Chef")
        with pytest.raises(Conflict, match="soi-même"):
            await replace_person(session, desk, "bruno", "bruno", *WEEK_OF_ANA, by="Chef")
    assert await on_duty(city, "2026-03-17 12:00") == "chloe"
    city.clock.at = paris("2026-03-18 12:00")
    async with city.session() as session:
        number = await session.scalar(select(DutyReplacement.id))
        assert number
        await come_back(session, desk, DutyReplacement, number, by="Chef")
    assert [await on_duty(city, f"2026-03-{at}") for at in ("18 11:59", "18 12:00")] == ["chloe", "ana"]


async def test_time_off_shows_the_gaps_it_leaves_and_nobody_is_put_on_duty_then(city: City) -> None:
    desk = city.house.desk
    off = (paris("2026-03-20 00:00"), paris("2026-03-26 00:00"))
    async with city.session() as session:
        gaps = await take_time_off(session, desk, "ana", *off, by="Ana Martin")
        assert [(gap.rotation, gap.begins, gap.ends) for gap in gaps] == [("routes", off[0], WEEK_OF_ANA[1])]
        with pytest.raises(Conflict, match="déjà en congé"):
            await take_time_off(session, desk, "ana", *off, by="Ana Martin")
        with pytest.raises(Conflict, match="en congé pendant"):
            await override_shift(session, desk, "routes", "ana", *off, by="Chef")
        number = await session.scalar(select(PersonTimeOff.id))
        assert number
        await come_back(session, desk, PersonTimeOff, number, by="Ana Martin")
        with pytest.raises(NotFound):
            await come_back(session, desk, PersonTimeOff, number, by="Ana Martin")
    assert await on_duty(city, "2026-03-21 12:00") == "ana"


@pytest.mark.parametrize("table", [ShiftOverride, DutyReplacement, PersonTimeOff])
async def test_the_database_itself_refuses_two_at_once(city: City, table: Any) -> None:
    whose = {
        ShiftOverride: {"rotation": "routes", "person": "ana"},
        DutyReplacement: {"person": "ana", "substitute": "bruno"},
        PersonTimeOff: {"person": "ana"},
    }[table]
    made = {"made_by": "Chef", "made_at": city.clock.at}

    async def keep(*stretches: tuple[str, str]) -> None:
        async with city.session() as session:
            for begins, ends in stretches:
                row = table(**whose, **made, begins=paris(f"2026-04-{begins}"), ends=paris(f"2026-04-{ends}"))
                session.add(row)

    with pytest.raises(IntegrityError, match="one_at_a_time"):
        await keep(("01 08:00", "03 08:00"), ("02 08:00", "04 08:00"))
    with pytest.raises(IntegrityError, match="forward"):
        await keep(("02 08:00", "02 08:00"))
    await keep(("01 08:00", "02 08:00"), ("02 08:00", "03 08:00"))  # one after the other
    whose |= {"rotation": "chef"} if "rotation" in whose else {"person": "chloe"}
    await keep(("01 08:00", "03 08:00"))  # another's at the same time


async def test_a_gap_and_an_unreachable_person_are_seen_two_weeks_ahead(city: City) -> None:
    desk = city.house.desk
    async with city.session() as session:
        off = (paris("2026-03-23 00:00"), paris("2026-03-24 00:00"))
        await take_time_off(session, desk, "bruno", *off, by="Bruno Petit")
        await watch_calendar(session, desk, ("console", "voice"))
        found = await warnings(session)
    assert [(one.trouble, one.rotation, one.person, one.begins) for one in found] == [
        (Trouble.UNREACHABLE, "chef", "chloe", city.clock.at),
        (Trouble.GAP, "routes", "", paris("2026-03-23 08:00")),
    ]
    assert found[1].begins - city.clock.at > (paris("2026-03-08 00:00") - paris("2026-03-01 00:00"))
    async with city.session() as session:
        await watch_calendar(session, desk, ("console",))
        assert [one.trouble for one in await warnings(session)] == [Trouble.GAP], "the room itself is all there is"


async def test_the_file_keeps_exceptions_and_yields_to_what_people_entered(city: City, tmp_path: Path) -> None:
    desk = city.house.desk
    agreed = {
        "overrides": [
            {"rotation": "routes", "person": "chloe", "from": "2026-03-17 18:00", "until": "2026-03-18 08:00"}
        ],
        "replacements": [{"person": "bruno", "by": "chloe", "from": "2026-04-06", "until": "2026-04-12"}],
        "time_off": [{"person": "ana", "from": "2026-08-01", "until": "2026-08-15"}],
    }
    assert await use(city, tmp_path, **agreed) == []
    async with city.session() as session:
        exported = await export_roster(session)
    assert exported["time_off"] == [
        {"person": "ana", "from": "2026-08-01T00:00:00+02:00", "until": "2026-08-16T00:00:00+02:00"}
    ]
    assert await on_duty(city, "2026-03-17 20:00") == "chloe"
    async with city.session() as session:
        await override_shift(session, desk, "routes", "bruno", *WEEK_OF_ANA, by="Chef")
    [left_out] = await use(city, tmp_path, **agreed)
    assert "routes" in left_out
    assert "Chef" in left_out
    assert await on_duty(city, "2026-03-17 20:00") == "bruno"
    async with city.session() as session:
        now = await export_roster(session)
    again = {key: now[key] for key in agreed}
    assert await use(city, tmp_path, **again) == [], "what was exported says nothing new"
    async with city.session() as session:
        assert await export_roster(session) == now
    await use(city, tmp_path)
    assert await on_duty(city, "2026-03-17 20:00") == "bruno", "people's own stay when the file says nothing"


async def test_the_calendar_is_asked_through_the_api(city: City) -> None:
    async with city.session() as session:
        stretch = (paris("2026-03-17 18:00"), paris("2026-03-18 08:00"))
        await override_shift(session, city.house.desk, "routes", "chloe", *stretch, by="Chef")
    now = await city.get("/api/v1/oncall?at=2026-03-17T20:00:00")
    held = {row["rotation"]: (row["person"], row["name"], row["why"]) for row in now["rotations"]}
    assert held == {"routes": ("chloe", "Chloé Roy", "override"), "chef": ("chloe", "Chloé Roy", "turn")}
    path = "/api/v1/oncall/routes/shifts"
    shifts = (await city.web.get(f"{path}?begins=2026-03-16T08:00:00&ends=2026-03-24T00:00:00")).json()
    assert [(row["person"], row["begins"], row["why"]) for row in shifts] == [
        ("ana", "2026-03-16T07:00:00Z", "turn"),
        ("chloe", "2026-03-17T17:00:00Z", "override"),
        ("ana", "2026-03-18T07:00:00Z", "turn"),
        ("bruno", "2026-03-23T07:00:00Z", "turn"),
    ]
    assert shifts[-1]["ends"] == "2026-03-23T23:00:00Z"
    assert (await city.web.get(path)).status_code == 200
    assert (await city.web.get("/api/v1/oncall/gone/shifts")).status_code == 404
    for wrong in ("begins=2026-03-17T00:00:00&ends=2026-03-16T00:00:00", "begins=1900-01-01T00:00:00", "ends=x"):
        assert (await city.web.get(f"{path}?{wrong}")).status_code == 422
    assert (await city.web.get(path, headers={"Authorization": ""})).status_code == 401
