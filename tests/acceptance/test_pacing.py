"""A channel hears no faster than its provider allows, and is current all the same."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from routing.domain.card import Card, Line
from routing.domain.incident import Event
from routing.domain.pace import Errand, Rate
from routing.ports import PermanentProblem, TemporaryProblem, UnknownOutcome
from routing.service.claim import claim
from routing.service.deliver import deliver
from routing.service.record import record
from routing.store import channels, incidents, timers
from routing.store.models import Channel
from tests.acceptance.test_delivery import Wall
from tests.city import City, founded
from tests.understood import Scripted

SLACK = (
    Rate("posts", frozenset({Errand.CARD, Errand.LINE}), every=1.0),
    Rate("edits", frozenset({Errand.EDIT}), every=1.5, burst=10, shared=True),
)
GROUP = (Rate("second", frozenset(Errand), every=1.0), Rate("minute", frozenset(Errand), every=3.75, burst=4))


class Watched(Wall):
    """A wall that notes when it was asked for what, and what a thread was told under which reference."""

    def __init__(self, rates: tuple[Rate, ...], *problems: Exception) -> None:
        super().__init__(*problems)
        self.rates = rates
        self.now: Callable[[], datetime]
        self.asked: list[tuple[datetime, Errand, str]] = []
        self.told: dict[str, str] = {}
        self.doubts: list[str] = []

    def most(self, seconds: float, *errands: Errand) -> int:
        """The most of these errands within any such span."""
        times = [at for at, errand, _ in self.asked if errand in errands]
        return max((sum(a <= b < a + timedelta(seconds=seconds) for b in times) for a in times), default=0)

    async def post_card(self, address: str, card: Card, ref: str, *, again: bool = False) -> str:
        self.asked.append((self.now(), Errand.CARD, card.title))
        return await super().post_card(address, card, ref, again=again)

    async def edit_card(self, address: str, thread: str, card: Card) -> None:
        self.asked.append((self.now(), Errand.EDIT, card.title))
        await super().edit_card(address, thread, card)

    async def post_line(self, address: str, thread: str, line: Line, ref: str, *, again: bool = False) -> str:
        self.asked.append((self.now(), Errand.LINE, line.text))
        if again:
            self.doubts.append(ref)
        if ref not in self.told:
            self.told[ref] = line.text
        return await super().post_line(address, thread, line, ref, again=again)


ReadBy = Callable[[Watched, Mapping[str, tuple[str, ...]]], AbstractAsyncContextManager[City]]


@pytest.fixture
def hole(scripted: Scripted) -> str:
    return scripted.expect("un trou rue Monge", ("voirie-nid-de-poule", 0.9), place="rue Monge")


@pytest.fixture
def read_by(database_url: str, tmp_path: Path, scripted: Scripted) -> ReadBy:
    """A city whose services read a watched chat, as the channels say."""

    @asynccontextmanager
    async def opened(wall: Watched, places: Mapping[str, tuple[str, ...]]) -> AsyncIterator[City]:
        async with founded(database_url, tmp_path, scripted, chats={"slack": wall}, channels=places) as city:
            wall.now = city.clock.now
            yield city

    return opened


async def happens(city: City, reference: str, *texts: str) -> None:
    """Each an event of its own, as when many people act at once."""
    for text in texts:
        async with city.session() as session:
            incident = await incidents.by_reference(session, reference, lock=True)
            await record(session, city.house.desk, incident, Event.REPORT, text)


@pytest.mark.parametrize(
    ("rates", "period", "published"), [(SLACK, 1.0, 1), (GROUP, 60.0, 20)], ids=["slack", "telegram group"]
)
async def test_a_hundred_events_make_a_current_card_and_few_messages(
    read_by: ReadBy,
    hole: str,
    rates: tuple[Rate, ...],
    period: float,
    published: int,
) -> None:
    wall = Watched(rates)
    async with read_by(wall, {"voirie": ("slack:C0",)}) as city:
        incident = (await city.opened(hole))["reference"]
        for number in range(0, 100, 5):
            await happens(city, incident, *(f"nouvelle {each}" for each in range(number, number + 5)))
            await city.settle(seconds=0.2)
        await city.settle(seconds=56)
        async with city.session() as session:
            version = (await incidents.by_reference(session, incident)).version
        [card] = wall.cards.values()
        assert card.version == version, "the card shows the latest state"
        assert "nouvelle 99" in list(wall.told.values())[-1]
        assert wall.most(period, Errand.CARD, Errand.LINE) <= published
        assert wall.most(60, Errand.EDIT) <= 50
        assert len(wall.told) < 25, "updates were summed up"


async def test_a_message_that_sums_up_says_the_latest_in_full(read_by: ReadBy, hole: str) -> None:
    wall = Watched(SLACK)
    async with read_by(wall, {"voirie": ("slack:C0",)}) as city:
        incident = (await city.opened(hole))["reference"]
        await happens(city, incident, *(f"nouvelle {number}" for number in range(15)))
        await city.settle(seconds=3)
        [told] = wall.told.values()
        assert told.startswith("• 3 nouvelles plus anciennes : voir la fiche\n• ")
        assert told.endswith(" nouvelle 14")
        assert len(told.splitlines()) == 13


async def test_what_was_tried_together_is_tried_again_together(read_by: ReadBy, hole: str) -> None:
    wall = Watched(SLACK)
    async with read_by(wall, {"voirie": ("slack:C0",)}) as city:
        incident = (await city.opened(hole))["reference"]
        await city.settle(seconds=2)
        wall.problems = [UnknownOutcome("dropped")]  # of the edit: nothing of this round arrives
        await happens(city, incident, "une", "deux")
        await city.settle()
        await happens(city, incident, "trois")
        await city.settle(seconds=20)
        assert [text.count("•") for text in wall.told.values()] == [2, 0]
        assert wall.told[wall.doubts[0]].splitlines()[1].endswith("deux")
        assert len(wall.lines) == 2, "each line was said once"


async def test_a_channel_told_to_wait_waits_and_no_other_does(read_by: ReadBy, hole: str) -> None:
    wall = Watched(SLACK, TemporaryProblem("ratelimited", retry_after=30))
    places = {"voirie": ("slack:C0", "console:voirie"), "proprete": ("console:proprete",)}
    async with read_by(wall, places) as city:
        incident = (await city.opened(hole))["reference"]
        assert len(await city.cards("voirie")) == 1
        await city.act(incident, "acknowledge", by="Ana")
        await city.settle(seconds=28)
        assert [card["holder"] for card in await city.cards("voirie")] == ["Ana"]
        assert wall.calls == 1, "nobody knocked while told to wait"
        await city.settle(seconds=3)
        [card] = wall.cards.values()
        assert card.holder == "Ana"


async def test_the_gravest_cards_come_first(read_by: ReadBy, scripted: Scripted) -> None:
    wall = Watched(SLACK)
    places = dict.fromkeys(("proprete", "securite", "sdis", "police-municipale", "voirie"), ("slack:C0",))
    async with read_by(wall, places) as city:
        for number in range(6):
            tag = scripted.expect(f"tag {number}", ("proprete-tag", 0.9), place=f"rue {number}")
            await city.report(tag)
        await city.settle()
        fire = scripted.expect("il y a le feu à l'immeuble", ("securite-incendie-batiment", 0.9))
        await city.report(fire)
        await city.settle(seconds=1)
        grave = [card for card in wall.cards.values() if card.severity == "critique"]
        assert len(grave) == 1
        assert len(wall.cards) < 6, "it did not wait for those that came before"
        await city.settle(seconds=10)
        assert len(wall.cards) == 7
        await city.rings()


async def test_cards_nobody_has_seen_come_before_what_is_said_of_graver_ones(
    read_by: ReadBy, scripted: Scripted
) -> None:
    wall = Watched(SLACK)
    places = dict.fromkeys(("proprete", "securite", "sdis", "police-municipale", "voirie"), ("slack:C0",))
    async with read_by(wall, places) as city:
        fire = (await city.opened(scripted.expect("il y a le feu", ("securite-incendie-batiment", 0.9))))["reference"]
        await city.settle(seconds=3)
        before = len(wall.asked)
        for number in range(6):
            await city.report(scripted.expect(f"tag {number}", ("proprete-tag", 0.9), place=f"rue {number}"))
        await city.settle()
        for number in range(3):
            await happens(city, fire, f"nouvelle {number}")
            await city.settle(seconds=1)
        await city.settle(seconds=10)
        said = [(errand, words) for _, errand, words in wall.asked[before:] if errand is not Errand.EDIT]
        assert [errand for errand, _ in said] == [Errand.CARD] * 6 + [Errand.LINE], said
        assert said[-1][1].count("nouvelle") == 3, "summed up after the cards"
        edits = [at for at, errand, words in wall.asked[before:] if errand is Errand.EDIT]
        assert edits
        assert edits[0] < max(at for at, errand, _ in wall.asked if errand is Errand.CARD)
        await city.rings()


async def test_a_channel_that_waits_for_its_next_turn_is_not_woken_for_every_card(
    read_by: ReadBy, scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    wall, looks = Watched(SLACK), 0

    async def counted(*given: Any) -> Any:
        nonlocal looks
        batch = await claim(*given)
        looks += batch is not None and batch.address == "slack:C0"
        return batch

    monkeypatch.setattr("routing.service.deliver.claim", counted)
    async with read_by(wall, {"proprete": ("slack:C0",)}) as city:
        for number in range(10):
            await city.report(scripted.expect(f"tag {number}", ("proprete-tag", 0.9), place=f"rue {number}"))
            await city.settle(seconds=0.05)
        assert (len(wall.cards), looks) == (1, 2), "the first card; the second has to wait"
        await city.settle(seconds=9)
        assert len(wall.cards) == 10
        assert looks <= 2 * 10


async def test_a_second_process_leaves_the_wake_up_of_a_busy_channel_alone(read_by: ReadBy, hole: str) -> None:
    wall = Watched(SLACK)
    async with read_by(wall, {"voirie": ("slack:C0",)}) as city:
        await city.opened(hole)
        async with city.session() as session:
            number = (await channels.numbers(session, ["slack:C0"]))["slack:C0"]
            channel = await session.get_one(Channel, number)
            channel.claimed_at = city.clock.at
            soon = city.clock.at + timedelta(seconds=1)
            await timers.arm(session, timers.Verb.DELIVER, number, soon, city.clock.at)
        await deliver(city.house.database, city.house.desk, city.house.chats, number)
        async with city.session() as session:
            assert await timers.next_due(session) == soon, "whoever is busy with it has set it"
            channel = await session.get_one(Channel, number)
            channel.claimed_at = None


async def test_a_refusal_is_remembered_until_the_channel_accepts_again(
    read_by: ReadBy, scripted: Scripted, hole: str
) -> None:
    wall = Watched(SLACK, PermanentProblem("is_archived"))
    async with read_by(wall, {"voirie": ("slack:C0",)}) as city:
        await city.opened(hole)
        await city.settle(seconds=9)
        assert len(await city.cards("voirie")) == 1, "within ten seconds"
        async with city.session() as session:
            [channel] = await channels.refusing(session)
            assert (channel.address, channel.refusal) == ("slack:C0", "is_archived")
        assert "Canal slack:C0 injoignable" in (await city.web.get("/salle/fiches")).text
        again = scripted.expect("un autre trou", ("voirie-nid-de-poule", 0.9), place="rue Devosge")
        await city.opened(again)
        await city.settle(seconds=2)
        async with city.session() as session:
            assert await channels.refusing(session) == []
