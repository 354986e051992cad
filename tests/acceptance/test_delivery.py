"""Whatever breaks on the way, an alert arrives once, in the right place or in the room."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from bot.console.models import ConsolePost
from intake.channels.messages import take
from intake.models import Message
from routing.domain.card import Card, Line
from routing.domain.incident import DispatchState, Event
from routing.domain.pace import Rate
from routing.domain.understanding import Channel
from routing.ports import Choice, PermanentProblem, TemporaryProblem, UnknownOutcome
from routing.service import deliver, ring, tell
from routing.service.record import record
from routing.service.show import show
from routing.store import incidents, timers
from routing.store.models import Channel as ChannelRow
from routing.store.models import CitizenMessage, Dispatch, Incident, Page, Report, Thread, Timer
from tests.city import City, founded
from tests.understood import Scripted

HOLE = "un trou rue Monge"


class Wall:
    """A chat that refuses as told, then keeps what it gets; the same reference twice leaves one message."""

    rates: Sequence[Rate] = ()

    def __init__(self, *problems: Exception) -> None:
        self.problems = list(problems)
        self.cards: dict[str, Card] = {}
        self.lines: list[str] = []
        self.calls = 0

    def _perhaps(self) -> None:
        self.calls += 1
        if self.problems:
            raise self.problems.pop(0)

    async def post_card(self, address: str, card: Card, ref: str, *, again: bool = False) -> str:
        self._perhaps()
        self.cards[ref] = card
        return ref

    async def edit_card(self, address: str, thread: str, card: Card) -> None:
        self._perhaps()
        self.cards[thread] = card

    async def post_line(self, address: str, thread: str, line: Line, ref: str, *, again: bool = False) -> str:
        self._perhaps()
        self.lines.append(line.text)
        return ref


@pytest.fixture
def hole(scripted: Scripted) -> str:
    return scripted.expect(HOLE, ("voirie-nid-de-poule", 0.9), place="rue Monge")


async def test_a_service_may_live_in_several_channels(
    database_url: str, tmp_path: Path, scripted: Scripted, hole: str
) -> None:
    wall = Wall()
    channels = {"voirie": ("slack:C0VOIRIE", "console:voirie")}
    async with founded(database_url, tmp_path, scripted, chats={"slack": wall}, channels=channels) as city:
        incident = await city.opened(hole)
        await city.act(incident["reference"], "acknowledge", by="Ana")
        [card] = wall.cards.values()
        assert card.holder == "Ana"
        assert wall.lines == ["Ana prend en charge"]
        assert len(await city.cards("voirie")) == 1


@pytest.mark.parametrize(
    "problem", [TemporaryProblem("429", retry_after=7), UnknownOutcome("time-out"), TimeoutError()]
)
async def test_what_may_not_have_arrived_is_sent_again_and_stands_once(
    database_url: str, tmp_path: Path, scripted: Scripted, hole: str, problem: Exception
) -> None:
    wall = Wall(problem)
    channels = {"voirie": ("slack:C0VOIRIE",)}
    async with founded(database_url, tmp_path, scripted, chats={"slack": wall}, channels=channels) as city:
        incident = await city.opened(hole)
        assert wall.cards == {}
        await city.settle(seconds=1)
        assert wall.cards == {}, "a channel that asked for a pause gets it"
        await city.settle(seconds=10)
        assert len(wall.cards) == 1
        assert (await city.incident(incident["reference"]))["dispatches"][0]["state"] == "sent"


async def test_a_closed_channel_is_replaced_by_the_room_with_a_visible_word(
    database_url: str, tmp_path: Path, scripted: Scripted, hole: str
) -> None:
    wall = Wall(PermanentProblem("is_archived"))
    channels = {"voirie": ("slack:C0VOIRIE",), "circulation": ("slack:C0VOIRIE",)}
    async with founded(database_url, tmp_path, scripted, chats={"slack": wall}, channels=channels) as city:
        incident = await city.opened(hole)
        await city.settle(seconds=10)
        [card] = await city.cards("voirie")
        assert card["reference"] == incident["reference"]
        after = await city.incident(incident["reference"])
        assert any("is_archived" in entry["text"] for entry in after["timeline"])


async def test_a_channel_without_an_account_falls_back_too(
    database_url: str, tmp_path: Path, scripted: Scripted, hole: str
) -> None:
    async with founded(database_url, tmp_path, scripted, channels={"voirie": ("telegram:-100",)}) as city:
        await city.opened(hole)
        await city.settle(seconds=10)
        assert len(await city.cards("voirie")) == 1


async def test_a_line_that_failed_is_sent_with_the_next_round(
    database_url: str, tmp_path: Path, scripted: Scripted, hole: str
) -> None:
    wall = Wall()
    async with founded(
        database_url, tmp_path, scripted, chats={"slack": wall}, channels={"voirie": ("slack:C0VOIRIE",)}
    ) as city:
        incident = await city.opened(hole)
        wall.problems = [UnknownOutcome("dropped")]
        await city.act(incident["reference"], "acknowledge", by="Ana")
        assert wall.lines == []
        await city.settle(seconds=10)
        assert wall.lines == ["Ana prend en charge"]
        assert next(iter(wall.cards.values())).holder == "Ana"


async def test_every_job_lost_and_everything_still_arrives(city: City, hole: str, scripted: Scripted) -> None:
    fire = scripted.expect("il y a le feu à l'immeuble", ("securite-incendie-batiment", 0.9))
    references = [await city.report(hole), await city.report(fire)]
    assert await city.lose_every_job() == 2
    await city.settle(seconds=1)
    assert (await city.follow(references[0]))["incident"] is None
    await city.settle(seconds=10)
    for reference in references:
        incident = await city.incident((await city.follow(reference))["incident"])
        assert all(
            row["state"] == "sent" for row in incident["dispatches"] if row["due_at"] < city.clock.at.isoformat()
        )
    assert await city.rings()


async def test_lost_timers_are_set_again(city: City, hole: str, scripted: Scripted) -> None:
    fire = scripted.expect("il y a le feu à l'immeuble", ("securite-incendie-batiment", 0.9))
    await city.opened(fire)
    await city.report(hole)
    assert await city.heal() == {}
    async with city.session() as session:
        await session.execute(delete(Timer))
    await city.lose_every_job()
    healed = await city.heal()
    assert healed == {"handle": 1, "escalate": 1, "mobilise": 1}
    await city.settle()
    assert len(await city.cards("voirie")) == 1
    assert len(await city.rings()) > 1


async def test_a_process_that_died_while_sending_is_taken_over(
    database_url: str, tmp_path: Path, scripted: Scripted, hole: str
) -> None:
    wall = Wall()
    channels = {"voirie": ("slack:C0VOIRIE",)}
    async with founded(database_url, tmp_path, scripted, chats={"slack": wall}, channels=channels) as city:
        incident = await city.opened(hole)
        async with city.session() as session:
            await session.execute(update(Incident).values(version=Incident.version + 1))
            await session.execute(update(Thread).values(behind=True))
            ours = ChannelRow.address == "slack:C0VOIRIE"
            channel = await session.scalar(
                update(ChannelRow).where(ours).values(claimed_at=city.clock.at).returning(ChannelRow.id)
            )
            assert channel is not None
            await timers.arm(session, timers.Verb.DELIVER, channel, city.clock.at, city.clock.at)
        [before] = wall.cards.values()
        await city.settle(seconds=1)
        assert [*wall.cards.values()] == [before]
        await city.settle(seconds=12)
        [after] = wall.cards.values()
        assert after.version > before.version
        assert after.reference == incident["reference"]


async def test_a_card_that_vanished_from_the_room_is_posted_anew(city: City, hole: str) -> None:
    incident = await city.opened(hole)
    async with city.session() as session:
        await session.execute(delete(ConsolePost))
    await city.act(incident["reference"], "acknowledge", by="Ana")
    await city.settle(seconds=5)
    [card] = await city.cards("voirie")
    assert (card["reference"], card["holder"]) == (incident["reference"], "Ana")


async def test_the_room_never_waits_for_whoever_is_writing_an_incident(city: City, hole: str) -> None:
    await city.opened(hole)
    async with city.session() as session:
        number = await session.scalar(select(ChannelRow.id).where(ChannelRow.address == "console:voirie"))
        await session.execute(update(Thread).values(behind=True, shown=0))
        await session.execute(update(Dispatch).values(state=DispatchState.DUE))
    assert number is not None
    async with city.session() as session:
        [incident] = await incidents.locked(session, [1])
        await session.execute(update(Dispatch).values(sent_at=None))
        async with asyncio.timeout(5):
            await show(city.house.database, city.house.desk, city.house.room, number)
        await record(session, city.house.desk, incident, Event.HELD, "Toujours en cours")
    await city.settle()
    assert (await city.incident(incident.reference))["dispatches"][0]["state"] == "sent"
    assert "Toujours en cours" in await city.thread("voirie", incident.reference)


async def test_a_broken_classifier_brings_a_person_at_once(city: City, scripted: Scripted) -> None:
    with scripted.breaking():
        incident = await city.opened("n'importe quoi")
    assert incident["procedure"] is None
    assert {row["service"] for row in incident["dispatches"]} == {"astreinte", "securite"}
    assert await city.rings()


async def test_jobs_for_what_is_gone_or_done_change_nothing(city: City, hole: str) -> None:
    incident = await city.opened(hole)
    house, verb = city.house, timers.Verb
    await deliver.deliver(house.database, house.desk, house.chats, 999)
    await ring.carry_out(house.database, house.desk, house.pagers, 999)
    await tell.send_to_citizen(house.database, house.desk, house.citizens, 999)
    async with city.session() as session:
        assert await timers.failed(session, verb.TELL, 999, city.clock.at, "gone") == 0
        await timers.disarm(session, verb.TELL, [])
        await timers.arm(session, verb.TELL, [], city.clock.at, city.clock.at)
        assert await timers.overdue(session, city.clock.at) == []
    assert (await city.incident(incident["reference"]))["state"] == "open"


async def test_a_job_that_keeps_failing_is_tried_ever_less_often_and_shown(
    database_url: str, tmp_path: Path, scripted: Scripted
) -> None:
    class Dead:
        async def send(
            self, contact: str, text: str, ref: str, *, again: bool = False, choices: Sequence[Choice] = ()
        ) -> str | None:
            raise TemporaryProblem("down")

    async with founded(database_url, tmp_path, scripted) as city:
        dict_of_doors = dict(city.house.citizens)
        dict_of_doors["sms"] = Dead()
        object.__setattr__(city.house, "citizens", dict_of_doors)
        words = scripted.expect("un tag", ("proprete-tag", 0.9))
        await city.text(words)
        await city.settle(minutes=2)
        async with city.session() as session:
            [stuck] = await timers.overdue(session, city.clock.at)
            assert (stuck.verb, stuck.error) == ("tell", "TemporaryProblem")
            assert stuck.attempts >= 5


async def test_a_number_that_refuses_for_good_is_not_tried_again(
    database_url: str, tmp_path: Path, scripted: Scripted
) -> None:
    class Closed:
        async def send(
            self, contact: str, text: str, ref: str, *, again: bool = False, choices: Sequence[Choice] = ()
        ) -> str | None:
            raise PermanentProblem("opted out")

    async with founded(database_url, tmp_path, scripted) as city:
        object.__setattr__(city.house, "citizens", {**city.house.citizens, "sms": Closed()})
        await city.text(scripted.expect("un tag", ("proprete-tag", 0.9)))
        await city.settle(minutes=2)
        async with city.session() as session:
            [message] = await session.scalars(select(CitizenMessage))
            assert (message.state, message.error) == ("failed", "opted out")


async def test_the_same_event_three_times_has_one_effect(city: City, hole: str) -> None:
    house = city.house
    message = Message(Channel.SMS, hole, provider="twilio", external_id="SM1", contact="+33639980001")
    taken = [await take(house, message) for _ in range(3)]
    assert len({item.reference for item in taken}) == 1
    await city.settle()
    async with city.session() as session:
        assert len((await session.scalars(select(Report))).all()) == 1
        assert (await session.scalars(select(Page))).all() == []
    assert len(await city.texts_to("+33639980001")) == 1
