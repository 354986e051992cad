"""Paging until a human answered, and never silence."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from sqlalchemy import delete, select

from bot.staff import Agent, Asked, answer, parse
from bot.tasks import jobs_of
from routing.catalogue import loader, oncall_file
from routing.domain.paging import Call, Rung
from routing.errors import Conflict, NotFound
from routing.ports import PermanentProblem, TemporaryProblem
from routing.service.answer import decline, take
from routing.service.import_roster import export_roster, import_roster
from routing.store.models import OncallPerson, Page, Report, Timer
from routing.store.timers import Verb
from tests.city import City, founded
from tests.understood import Scripted

ROSTER = {
    "people": [
        {
            "id": "ana",
            "name": "Ana Martin",
            "phone": "+33639980011",
            "plan": [{"after": 0, "by": "voice"}, {"after": 60, "by": "sms"}],
        },
        {"id": "bruno", "name": "Bruno Petit"},
        {"id": "chloe", "name": "Chloé Roy"},
    ],
    "rotations": [
        {
            "id": "voirie",
            "every": "week",
            "handoff": "monday 08:00",
            "start": "2026-01-05",
            "members": ["ana", "bruno"],
        },
        {"id": "metropole", "every": "day", "handoff": "08:00", "start": "2026-01-05", "members": ["chloe"]},
    ],
    "policies": [
        {
            "id": "voirie",
            "levels": [{"after": 0, "targets": ["rotation:voirie"]}, {"after": 300, "targets": ["person:bruno"]}],
        },
        {"id": "metropole", "levels": [{"after": 0, "targets": ["rotation:metropole"]}], "repeat": False},
    ],
    "services": {"voirie": {"policy": "voirie"}, "astreinte": {"policy": "metropole"}},
}


class Flaky:
    """A pager that fails as told, then rings."""

    def __init__(self, *problems: Exception) -> None:
        self.problems = list(problems)
        self.rung: list[Call] = []

    async def ring(self, call: Call) -> Rung:
        if self.problems:
            raise self.problems.pop(0)
        self.rung.append(call)
        return Rung()

    async def close(self, call: Call, ref: str, said: str, *, theirs: bool) -> None:
        raise AssertionError("there is nothing to close")


@pytest.fixture
def sinking(scripted: Scripted) -> str:
    return scripted.expect("la route s'enfonce", ("voirie-affaissement", 0.95), place="rue Monge")


@pytest.fixture
def roster_file(tmp_path: Path) -> Path:
    path = tmp_path / "oncall.yaml"
    path.write_text(yaml.safe_dump(ROSTER), encoding="utf-8")
    return path


async def use_roster(city: City, file: Path) -> None:
    roster = oncall_file.read(file, set(city.house.desk.catalogue.services))
    async with city.session() as session:
        await import_roster(session, city.house.desk, roster, by="la ville")


@pytest.fixture
def taken(scripted: Scripted) -> str:
    """Something whose on-call engagement is the lead service's own duty."""
    return scripted.expect("un lampadaire est couché sur la route", ("eclairage-mat-couche", 0.95))


async def test_a_citys_own_file_decides_who_is_called(city: City, sinking: str, roster_file: Path) -> None:
    await use_roster(city, roster_file)
    await city.opened(sinking)
    assert [ring.person for ring in await city.rings()] == ["chloe"], "this procedure engages the metropolis duty"


async def test_the_first_of_many_reports_is_called_for_by_whoever_opens_it(city: City, sinking: str) -> None:
    await city.report(sinking)
    async with city.session() as session:
        report = (await session.scalars(select(Report.id))).one()
    await jobs_of(city.house)[Verb.HANDLE](report)  # of the many jobs that wait, only this one
    async with city.session() as session:
        assert await session.scalar(select(Page.person)), "nobody is called yet"
    await city.settle()
    await city.rings()


async def test_levels_follow_the_service_and_an_unserved_channel_rings_in_the_room(
    city: City, scripted: Scripted, roster_file: Path
) -> None:
    await use_roster(city, roster_file)
    words = scripted.expect("camion qui a tapé le pont", ("voirie-ouvrage-art", 0.95))
    await city.opened(words)
    assert await city.rings() == []
    await city.settle(minutes=5)
    assert [(ring.person, ring.level) for ring in await city.rings()] == [("bruno", 1)]
    await city.settle(minutes=5)
    assert [(ring.person, ring.level) for ring in await city.rings()] == [("bruno", 1), ("bruno", 2)]
    await city.settle(minutes=5)
    assert {ring.person for ring in await city.rings()} == {"bruno", "chloe"}, "the second round brings the metropolis"


async def test_a_policy_that_does_not_repeat_still_ends_on_a_loop(city: City, sinking: str, roster_file: Path) -> None:
    await use_roster(city, roster_file)
    incident = await city.opened(sinking)
    await city.settle(minutes=30)
    assert len(await city.rings("chloe")) > 2
    assert (await city.incident(incident["reference"]))["alarm"]


async def test_i_cannot_calls_the_next_level_at_once(city: City, taken: str) -> None:
    await city.opened(taken)
    [ring] = await city.rings()
    async with city.session() as session:
        await decline(session, city.house.desk, ring.page)
    await city.settle()
    assert [item.level for item in await city.rings()] == [1, 2]
    async with city.session() as session:
        with pytest.raises(Conflict):
            await decline(session, city.house.desk, ring.page)
    async with city.session() as session:
        with pytest.raises(NotFound):
            await decline(session, city.house.desk, 999)
    async with city.session() as session:
        with pytest.raises(NotFound):
            await take(session, city.house.desk, 999)


async def test_the_person_who_takes_is_the_one_who_answered(city: City, taken: str) -> None:
    incident = (await city.opened(taken))["reference"]
    [ring] = await city.rings()
    async with city.session() as session:
        await take(session, city.house.desk, ring.page)
    [page] = (await city.incident(incident))["pages"]
    assert page["state"] == "acknowledged"


async def test_nobody_on_call_at_all_raises_the_rooms_alarm_and_goes_on(city: City, taken: str) -> None:
    async with city.session() as session:
        await session.execute(delete(OncallPerson))
    incident = (await city.opened(taken))["reference"]
    assert "personne n'est d'astreinte" in (await city.incident(incident))["alarm"]
    async with city.session() as session:
        assert await session.scalar(select(Timer.due_at).where(Timer.verb == "escalate")) is not None


async def test_an_agent_calls_the_duty(city: City, scripted: Scripted) -> None:
    words = scripted.expect("un tag rigolo", ("proprete-tag", 0.9))
    incident = (await city.opened(words))["reference"]
    assert await city.rings() == []
    await city.act(incident, "escalate", by="Ana", reason="le maire passe demain")
    [ring] = await city.rings()
    await city.act(incident, "acknowledge", by="Ana")
    await city.act(incident, "escalate", by="Ana")
    assert len(await city.rings()) == 2
    seen = await city.incident(incident)
    assert seen["state"] == "open"
    assert "Ana appelle l'astreinte. Ana s'en occupe toujours." in [line["text"] for line in seen["timeline"]]
    assert ring.incident == incident


async def test_whoever_calls_the_duty_to_help_is_seen_at_work_until_the_end(city: City, taken: str) -> None:
    incident = (await city.opened(taken))["reference"]
    await city.act(incident, "acknowledge", by="Ana")
    await city.act(incident, "escalate", by="Ana", reason="il faut barrer la rue")
    await city.rings()
    for seen in (await _room(city), await _said(city, f"incident {incident}"), await _said(city, "ouverts")):
        assert "Ana y est" in seen
    await city.act(incident, "acknowledge", by="Chloé")
    assert "Ana y est" not in await _room(city)
    assert (await city.incident(incident))["timeline"][-1]["text"] == "Chloé prend en charge, avec Ana"


async def _room(city: City) -> str:
    page = (await city.web.get("/salle")).text
    return re.sub(r"<[^>]+>", "", page)


async def _said(city: City, words: str) -> str:
    verb, rest = parse(words)
    async with city.session() as session:
        return await answer(session, city.house.desk, Agent("Cléo"), Asked(verb, rest, "chat", words))


async def test_a_pager_that_fails_is_tried_again_then_replaced_by_the_next_level(
    database_url: str, tmp_path: Path, scripted: Scripted, taken: str
) -> None:
    flaky = Flaky(TemporaryProblem("occupé"), PermanentProblem("numéro inconnu"))
    async with founded(database_url, tmp_path, scripted, pagers={"console": flaky}) as city:
        incident = (await city.opened(taken))["reference"]
        assert flaky.rung == []
        await city.settle(seconds=2)
        pages = (await city.incident(incident))["pages"]
        assert pages[0]["state"] == "failed"
        assert [call.level for call in flaky.rung] == [2]


async def test_an_answer_while_the_page_is_on_its_way_stops_it(
    database_url: str, tmp_path: Path, scripted: Scripted, taken: str
) -> None:
    flaky = Flaky(TemporaryProblem("occupé"))
    async with founded(database_url, tmp_path, scripted, pagers={"console": flaky}) as city:
        incident = (await city.opened(taken))["reference"]
        await city.act(incident, "acknowledge", by="Ana")
        await city.settle(minutes=5)
        assert flaky.rung == []
        async with city.session() as session:
            assert {page.state for page in await session.scalars(select(Page))} == {"cancelled"}


async def test_the_roster_comes_out_as_it_went_in(city: City, roster_file: Path, tmp_path: Path) -> None:
    await use_roster(city, roster_file)
    async with city.session() as session:
        exported = await export_roster(session)
    again = tmp_path / "again.yaml"
    again.write_text(yaml.safe_dump(exported), encoding="utf-8")
    await use_roster(city, again)
    async with city.session() as session:
        assert await export_roster(session) == exported
    assert {person["id"] for person in exported["people"]} == {"ana", "bruno", "chloe"}


async def test_who_is_on_call_at_any_moment(city: City, roster_file: Path) -> None:
    await use_roster(city, roster_file)
    before = await city.get("/api/v1/oncall?at=2026-03-16T06:59:00Z")
    after = await city.get("/api/v1/oncall?at=2026-03-16T08:00:00")
    held = [{row["rotation"]: row["person"] for row in moment["rotations"]}["voirie"] for moment in (before, after)]
    assert held == ["bruno", "ana"]
    assert (loader.FOLDER / loader.POLICIES).exists()
