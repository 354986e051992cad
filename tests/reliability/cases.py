"""What goes wrong. A case is arranged at one of four moments of an alert's life; `play` goes through all of them.

before: nothing was reported yet; reported: the report is kept, nothing was sent; delivered: the card stands in the
channel; clicked: somebody has taken the incident, nothing was sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal
from unittest.mock import patch

from routing.domain.pace import Errand
from routing.service import deliver
from routing.service import settle as settling
from routing.store import channels
from tests.reliability.stage import Stage
from tests.standins import faults
from tests.standins.faults import Fault
from tests.standins.wire import Answer

Ends = Literal["card", "room"]
Moment = Literal["before", "reported", "delivered", "clicked"]
Happens = Callable[[Stage], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Case:
    """``ends``: exactly one current card in the channel, or the room has it and an alarm is seen.

    ``silent``: an answer never comes, so that our patience with the provider must really pass.
    """

    name: str
    moment: Moment
    happens: Happens
    ends: Ends = "card"
    silent: bool = False


def _misbehaves(fault: Fault, errand: Errand | None, times: int = 1) -> Happens:
    async def happens(stage: Stage) -> None:
        stage.misbehave(fault, errand, times)

    return happens


def _quietly(change: Callable[[Stage], None]) -> Happens:
    async def happens(stage: Stage) -> None:
        change(stage)

    return happens


def _says_it_failed(*, committed: bool) -> Happens:
    async def happens(stage: Stage) -> None:
        stage.misbehave(stage.says_it_failed(committed=committed), Errand.CARD)

    return happens


async def _lost_then_cannot_look(stage: Stage) -> None:
    stage.misbehave(faults.dropped(committed=True), Errand.CARD)
    stage.misbehave(faults.broken(), Errand.LOOK, 2)


async def _jobs_lost(stage: Stage) -> None:
    assert await stage.city.lose_every_job()


async def _dies_before_recording(stage: Stage) -> None:
    settle, deaths = settling.settle, [True]

    async def dying(*given: Any) -> bool:
        if deaths and deaths.pop():
            raise RuntimeError("the process ended here")
        return await settle(*given)

    stage.city.failures_expected = True
    stage.stack.enter_context(patch.object(deliver, "settle", dying))


async def _three_at_once(stage: Stage) -> None:
    house = stage.city.house
    async with stage.city.session() as session:
        number = (await channels.numbers(session, [stage.address]))[stage.address]
    await asyncio.gather(*(deliver.deliver(house.database, house.desk, house.chats, number) for _ in range(3)))


HTML = Answer.of_text("<html>Bienvenue</html>", 200, "text/html")
ANSWERS = (
    ("429 with Retry-After", faults.limited(7)),
    ("429 without Retry-After", faults.limited()),
    ("a proxy's 502, nothing was done", faults.broken(502)),
    ("a proxy's 503, it was done", faults.broken(503, committed=True)),
    ("a web page with 200, it was done", faults.answers(HTML, committed=True)),
    ("no answer at all, nothing was done", faults.hang()),
    ("no answer at all, it was done", faults.hang(committed=True)),
    ("an answer that drips without end, it was done", faults.drip()),
    ("connection cut, nothing was done", faults.dropped()),
    ("connection cut, it was done", faults.dropped(committed=True)),
)
UPDATES = tuple((words, fault) for words, fault in ANSWERS if "429 with R" in words or "503" in words or "cut" in words)

CASES: tuple[Case, ...] = (
    *(
        Case(f"the card: {words}", "before", _misbehaves(fault, Errand.CARD), silent=fault.kind in ("hang", "drip"))
        for words, fault in ANSWERS
    ),
    *(Case(f"the edit: {words}", "delivered", _misbehaves(fault, Errand.EDIT)) for words, fault in UPDATES),
    *(Case(f"the line: {words}", "delivered", _misbehaves(fault, Errand.LINE)) for words, fault in UPDATES),
    Case("the provider says it failed, yet the card was posted", "before", _says_it_failed(committed=True)),
    Case("the provider says it failed, and nothing was posted", "before", _says_it_failed(committed=False)),
    Case("the card's answer is lost, and looking for it fails twice", "before", _lost_then_cannot_look),
    Case("the provider cuts every connection for a while", "before", _misbehaves(faults.dropped(), None, 8)),
    Case("the provider cuts every connection after the card", "delivered", _misbehaves(faults.dropped(), None, 6)),
    Case("the channel was archived", "before", _quietly(lambda stage: stage.close_channel()), "room"),
    Case("the channel is archived under the card", "delivered", _quietly(lambda stage: stage.close_channel()), "room"),
    Case("the bot is not in the channel", "before", _quietly(lambda stage: stage.dismiss()), "room"),
    Case("the bot is removed once the card is there", "delivered", _quietly(lambda stage: stage.dismiss()), "room"),
    Case("there is no such channel", "before", _quietly(lambda stage: stage.lose_channel()), "room"),
    Case("the token was withdrawn", "before", _quietly(lambda stage: stage.withdraw_token()), "room"),
    Case("a refusal nobody has seen before", "before", _quietly(lambda stage: stage.refuse_strangely()), "room"),
    Case("somebody deletes the card", "delivered", _quietly(lambda stage: stage.delete_card())),
    Case("the card can no longer be edited", "delivered", _quietly(lambda stage: stage.freeze_card())),
    Case("every job is lost after the report", "reported", _jobs_lost),
    Case("every job is lost after the click", "clicked", _jobs_lost),
    Case("our process ends between the card and the record of it", "before", _dies_before_recording),
    Case("our process ends between the update and the record of it", "clicked", _dies_before_recording),
    Case("three processes bring the same channel up to date at once", "clicked", _three_at_once),
)
