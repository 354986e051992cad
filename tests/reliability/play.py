"""Plays one case: an alert, a click, and everything that must be true at the end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from routing.store import channels
from tests.reliability.cases import Case, Ends, Moment
from tests.reliability.stage import Stage

HOLE = "un trou rue Monge"
TAKEN = "Pris en charge par Ana"
SAID = "Ana prend en charge"
PATIENCE = 180  # seconds of the driven clock until an alert must be current
FALLBACK = 10  # seconds until a channel that refuses is replaced by the room


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a case ended; seconds on the driven clock from the report to the first card, from the click to its effect."""

    ends: Ends
    first: float
    current: float

    def words(self) -> str:
        """As a cell of the table."""
        if self.ends == "room":
            return f"room and alarm within {max(self.first, self.current):.0f} s"
        return f"one card after {self.first:.0f} s, current {self.current:.0f} s after the click"


async def play(case: Case, stage: Stage) -> Outcome:
    """Go through the four moments; raises AssertionError when the alert is lost, doubled, stale or unseen."""
    city = stage.city

    async def at(moment: Moment) -> None:
        if case.moment == moment:
            await case.happens(stage)

    await at("before")
    begun = city.clock.at
    reference = await city.report(HOLE)
    await at("reported")
    first = await _until(stage, begun, lambda: _arrived(stage))
    await at("delivered")
    incident = (await city.follow(reference))["incident"]
    clicked = city.clock.at
    answer = await city.post(f"/api/v1/incidents/{incident}/acknowledge", {"by": "Ana"})
    assert answer.is_success, answer.text
    await at("clicked")
    current = await _until(stage, clicked, lambda: _current(stage, case.ends, incident))
    await city.settle(minutes=2)
    await _look(stage, case.ends, incident)
    if case.ends == "room":
        assert (current if case.moment == "delivered" else first) <= FALLBACK, "too late in the room"
    return Outcome(case.ends, first, current)


async def _until(stage: Stage, begun: datetime, there: Callable[[], Awaitable[bool]]) -> float:
    city = stage.city
    await city.work()
    while not await there():
        passed = (city.clock.at - begun).total_seconds()
        assert passed < PATIENCE, f"not there after {passed:.0f} s"
        await city.settle(seconds=1)
    return (city.clock.at - begun).total_seconds()


async def _arrived(stage: Stage) -> bool:
    return bool(stage.cards()) or await _alarm(stage)


async def _alarm(stage: Stage) -> bool:
    """Whether the room is shown that the channel refuses, and how."""
    async with stage.city.session() as session:
        refusing = [row.address for row in await channels.refusing(session)]
    page = await stage.city.web.get("/salle/fiches")
    return stage.address in refusing and f"Canal {stage.address} injoignable" in page.text


async def _current(stage: Stage, ends: Ends, incident: str) -> bool:
    if ends == "room":
        [card] = await stage.city.cards("voirie")
        said = await stage.city.thread("voirie", incident)
        return card["holder"] == "Ana" and await _alarm(stage) and any("refuse les messages" in line for line in said)
    cards, lines = stage.cards(), stage.lines()
    return len(cards) == 1 and TAKEN in cards[0] and sum(SAID in line for line in lines) == 1


async def _look(stage: Stage, ends: Ends, incident: str) -> None:
    """What must be true for ever after."""
    assert await _current(stage, ends, incident), "it did not last"
    if ends == "card":
        [card] = stage.cards()
        assert incident in card, card
        assert (await stage.city.incident(incident))["dispatches"][0]["state"] == "sent"
        assert not await _alarm(stage), "an alarm though the card is there"
    assert stage.breaches() == []
