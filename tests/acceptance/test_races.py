"""Two verbs at once, and what was set aside and must come back."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, text, update

from bot.bootstrap import Channels, ensure_roster
from bot.console.gateway import ConsoleChat
from bot.console.models import ConsolePost
from intake import handle
from routing.domain.incident import PageState
from routing.domain.paging import Call, Rung
from routing.domain.procedure import Severity
from routing.domain.understanding import Decision
from routing.ports import PermanentProblem
from routing.service import open_incident as opening
from routing.service.answer import decline
from routing.service.claim import card_for
from routing.service.resolve import resolve
from routing.store import incidents, roster
from routing.store.models import Incident, OncallPerson, Page, Report, Timer
from tests.acceptance.test_delivery import Wall
from tests.city import City, founded
from tests.understood import Scripted


@pytest.fixture
def hole(scripted: Scripted) -> str:
    return scripted.expect("un trou rue Monge", ("voirie-nid-de-poule", 0.9), place="rue Monge")


async def test_a_report_that_arrives_while_its_incident_ends_opens_another(
    city: City, hole: str, scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await city.opened(hole)
    again = await city.report(scripted.expect("encore le trou", ("voirie-nid-de-poule", 0.9), place="rue Monge"))
    seen = asyncio.Event()
    may_go = asyncio.Event()
    alive_with = incidents.alive_with

    async def slowly(*given):  # type: ignore[no-untyped-def]
        found = await alive_with(*given)
        seen.set()
        await may_go.wait()
        return found

    monkeypatch.setattr(incidents, "alive_with", slowly)

    async def handling() -> None:
        async with city.session() as session:
            number = await session.scalar(select(Report.id).where(Report.reference == again))
            assert number
            assert city.house.hearing
            await handle.handle(session, city.house.desk, city.house.hearing, number)

    job = asyncio.create_task(handling())
    await seen.wait()
    async with city.session() as session:
        await resolve(session, city.house.desk, first["reference"], by="Ana", reason="rebouché")
    may_go.set()
    await job
    await city.settle()
    found = await city.follow(again)
    assert found["incident"] != first["reference"]
    assert found["state"] == "open"


async def test_a_service_that_moves_before_its_minute_is_reached_where_it_lives_now(
    database_url: str, tmp_path: Path, scripted: Scripted, hole: str
) -> None:
    wall = Wall()
    async with founded(database_url, tmp_path, scripted, chats={"slack": wall}) as city:
        incident = await city.opened(hole)
        moved = Channels({"circulation": ("slack:C0CIRC",)})
        object.__setattr__(city.house.desk, "directory", moved)
        await city.settle(minutes=61)
        assert len(wall.cards) == 1
        after = await city.incident(incident["reference"])
        assert {row["service"]: row["state"] for row in after["dispatches"]} == {
            "voirie": "sent",
            "circulation": "sent",
        }


async def test_a_channel_that_refused_is_not_trusted_with_the_next_service(
    database_url: str, tmp_path: Path, scripted: Scripted, hole: str
) -> None:
    wall = Wall(PermanentProblem("is_archived"))
    channels = {"voirie": ("slack:C0",), "circulation": ("slack:C0",), "eau-assainissement": ("slack:C0",)}
    async with founded(database_url, tmp_path, scripted, chats={"slack": wall}, channels=channels) as city:
        incident = await city.opened(hole)
        await city.settle(seconds=10)
        assert len(await city.cards("voirie")) == 1
        assert await city.cards("circulation") == [], "its minute has not come"
        await city.act(incident["reference"], "reclassify", by="Chef", procedure="eau-assainissement-fuite")
        await city.settle(minutes=5)
        assert len(await city.cards("eau-assainissement")) == 1
        after = await city.incident(incident["reference"])
        assert "due" not in {row["state"] for row in after["dispatches"]}


async def test_reopening_plans_again_what_the_end_had_cancelled(city: City, hole: str) -> None:
    incident = (await city.opened(hole))["reference"]
    await city.act(incident, "resolve", by="Ana", reason="rien vu")
    await city.act(incident, "reopen", by="Chef")
    await city.settle(minutes=61)
    after = await city.incident(incident)
    assert [row["service"] for row in after["dispatches"] if row["state"] == "sent"] == ["voirie", "circulation"]
    assert len(await city.cards("circulation")) == 1


async def test_reopening_plans_again_what_was_skipped_because_somebody_had_it(city: City, hole: str) -> None:
    incident = (await city.opened(hole))["reference"]
    await city.act(incident, "acknowledge", by="Ana")
    await city.settle(minutes=61)
    await city.act(incident, "resolve", by="Ana", reason="rien vu")
    await city.act(incident, "reopen", by="Chef")
    await city.settle(minutes=61)
    after = await city.incident(incident)
    assert [row["service"] for row in after["dispatches"] if row["state"] == "sent"] == ["voirie", "circulation"]
    [card] = await city.cards("voirie")
    assert [row["service"] for row in card["services"]] == ["voirie", "circulation"]


async def test_reopening_what_wakes_nobody_wakes_nobody(city: City, scripted: Scripted) -> None:
    incident = (await city.opened(scripted.expect("un tag", ("proprete-tag", 0.9))))["reference"]
    await city.act(incident, "escalate", by="Ana")
    assert len(await city.rings()) == 1
    await city.act(incident, "resolve", by="Ana", reason="nettoyé")
    await city.act(incident, "reopen", by="Ana")
    assert await city.heal() == {}
    await city.settle(minutes=10)
    assert len(await city.rings()) == 1


class Quiet:
    """A pager that rings and is not looked at."""

    def __init__(self) -> None:
        self.rung: list[Call] = []

    async def ring(self, call: Call) -> Rung:
        self.rung.append(call)
        return Rung()

    async def close(self, call: Call, ref: str, said: str, *, theirs: bool) -> None:
        raise AssertionError("there is nothing to close")


async def test_who_cannot_is_not_called_again_by_the_rest_of_their_plan(
    database_url: str, tmp_path: Path, scripted: Scripted
) -> None:
    words = scripted.expect("un lampadaire est couché sur la route", ("eclairage-mat-couche", 0.95))
    voice, sms = Quiet(), Quiet()
    async with founded(database_url, tmp_path, scripted, pagers={"voice": voice, "sms": sms}) as city:
        async with city.session() as session:
            plan = [{"after": 0, "by": "voice"}, {"after": 60, "by": "sms"}]
            await session.execute(update(OncallPerson).values(plan=plan))
        await city.opened(words)
        [call] = voice.rung
        async with city.session() as session:
            await decline(session, city.house.desk, call.page)
        await city.settle()
        assert [item.level for item in voice.rung] == [1, 2], "the next level is called at once"
        await city.settle(seconds=61)
        assert call.person not in [item.person for item in sms.rung]


async def test_when_everybody_cannot_the_room_is_told_at_once(city: City, scripted: Scripted) -> None:
    words = scripted.expect("un lampadaire est couché sur la route", ("eclairage-mat-couche", 0.95))
    incident = (await city.opened(words))["reference"]
    for _ in range(6):
        async with city.session() as session:
            live = list(await session.scalars(select(Page.id).where(Page.state == PageState.RINGING)))
            for page in live:
                await decline(session, city.house.desk, page)
        await city.settle()
    await city.rings()
    after = await city.incident(incident)
    assert after["alarm"], [(p["person"], p["level"], p["state"]) for p in after["pages"]]


async def test_one_channels_bug_does_not_hold_back_the_others(
    database_url: str, tmp_path: Path, scripted: Scripted, hole: str
) -> None:
    wall = Wall(*[KeyError("ts")] * 50)
    channels = {"voirie": ("console:voirie", "slack:C0")}
    async with founded(database_url, tmp_path, scripted, chats={"slack": wall}, channels=channels) as city:
        city.failures_expected = True
        incident = await city.opened(hole)
        await city.settle(seconds=10)
        after = await city.incident(incident["reference"])
        assert after["dispatches"][0]["state"] == "sent"


async def test_the_playground_shows_a_number_that_also_wrote_by_the_form(city: City) -> None:
    form = {"texte": "un tag", "contact": "+33639980001", "jeton": "abc"}
    assert (await city.web.post("/signaler", data=form)).status_code == 303
    await city.settle()
    assert (await city.web.get("/demo")).status_code == 200
    await city.rings()


async def test_a_late_card_never_overwrites_a_newer_one(city: City, hole: str) -> None:
    await city.opened(hole)
    async with city.session() as session:
        post = (await session.scalars(select(ConsolePost))).one()
        ref, newest = post.ref, post.body["version"]
    async with city.session() as session:
        incident = (await session.scalars(select(Incident))).one()
        rows = await incidents.dispatches_of(session, incident.id)
        card = card_for(city.house.desk, incident, rows, frozenset({"voirie"}))
        chat = ConsoleChat(session, city.clock)
        await chat.post_card("voirie", replace(card, version=newest + 1, holder="Ana"), ref)
        assert await chat.post_card("voirie", card, ref) == str(post.id)
        await session.commit()
    [shown] = await city.cards("voirie")
    assert shown["holder"] == "Ana"


async def test_two_processes_may_bring_the_roster_at_once(city: City) -> None:
    await asyncio.gather(*(ensure_roster(city.house) for _ in range(4)))
    async with city.session() as session:
        for table in roster.TABLES:
            await session.execute(text(f"DELETE FROM {table.__tablename__}"))
    await asyncio.gather(*(ensure_roster(city.house) for _ in range(4)))


async def test_a_graver_report_never_makes_the_duty_wait_longer(city: City, scripted: Scripted) -> None:
    words = scripted.expect("un trou rue Monge", ("voirie-nid-de-poule", 0.9), place="rue Monge")
    incident = (await city.opened(words))["reference"]
    await city.act(incident, "escalate", by="Ana")
    await city.settle(minutes=3)  # the first round is over, the pause before the second has begun
    await city.rings()
    async with city.session() as session:
        before = await session.scalar(select(Timer.due_at).where(Timer.verb == "escalate"))
        row = (await session.scalars(select(Incident).with_for_update())).one()
        row.severity = Severity.URGENT
        await opening.start_escalation(session, city.house.desk, row, city.house.desk.plan_of(row))
    async with city.session() as session:
        after = await session.scalar(select(Timer.due_at).where(Timer.verb == "escalate"))
    assert before
    assert after
    assert after <= before


async def test_an_answer_when_the_database_is_away_is_answered_in_words(tmp_path: Path, scripted: Scripted) -> None:
    url = "postgresql://nobody@127.0.0.1:1/nothing"
    async with founded(url, tmp_path, scripted, connected=False) as city:
        answer = await city.web.post("/suivi/abc/reponse", data={"procedure": ""})
        assert answer.status_code == 503
        assert "text/html" in answer.headers["content-type"]


async def test_a_page_whose_channel_lost_its_account_rings_in_the_room(
    database_url: str, tmp_path: Path, scripted: Scripted
) -> None:
    words = scripted.expect("un lampadaire est couché sur la route", ("eclairage-mat-couche", 0.95))
    async with founded(database_url, tmp_path, scripted) as city:
        async with city.session() as session:
            await session.execute(update(OncallPerson).values(plan=[{"after": 60, "by": "voice"}]))
        pagers = dict(city.house.pagers)
        object.__setattr__(city.house, "pagers", {**pagers, "voice": Quiet()})
        await city.opened(words)
        async with city.session() as session:
            await session.execute(update(Page).values(channel="sms"))
        city.failures_expected = True
        await city.settle(seconds=90)
        assert await city.rings()


async def test_an_answer_that_comes_late_reaches_the_person_and_wakes_nobody(city: City, scripted: Scripted) -> None:
    words = scripted.expect(
        "c'est cassé", ("voirie-nid-de-poule", 0.5), ("eau-assainissement-fuite", 0.4), decision=Decision.ASK
    )
    reference = await city.text(words)
    await city.settle(minutes=4)
    incident = (await city.follow(reference))["incident"]
    assert await city.text("2") == reference
    await city.settle(minutes=1)
    assert await city.rings() == []
    assert any("répond à la question" in line for line in await city.thread("appels-entrants", incident))
    assert "transmise" in (await city.texts_to("+33639980001"))[-1]
