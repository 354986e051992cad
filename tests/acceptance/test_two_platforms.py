"""One service that reads on two platforms: whoever takes an incident on one is seen on the other within two seconds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.acceptance.connected import with_slack
from tests.acceptance.department import HOLE, VOIRIE, Department
from tests.acceptance.test_pacing import GROUP, Watched
from tests.city import founded
from tests.standins.slack import SlackStandIn
from tests.understood import Scripted

SOON = 2  # seconds


@pytest.fixture
def group() -> Watched:
    """A chat with the rates of a Telegram group."""
    return Watched(GROUP)


@pytest.fixture
async def both(
    database_url: str, tmp_path: Path, scripted: Scripted, slack: SlackStandIn, group: Watched
) -> AsyncIterator[Department]:
    """Voirie reads in Slack and in a group elsewhere."""
    scripted.expect(HOLE, ("voirie-nid-de-poule", 0.93), place="rue Monge")
    channels = {"voirie": (f"slack:{VOIRIE}", "telegram:-1001")}
    async with founded(
        database_url,
        tmp_path,
        scripted,
        settings=with_slack(tmp_path, slack),
        chats={"telegram": group},
        channels=channels,
    ) as city:
        slack.clock = city.clock
        group.now = city.clock.now
        yield Department(city, slack)
        await city.check_nothing_unexpected()


async def test_a_click_on_one_is_seen_on_the_other(both: Department, group: Watched) -> None:
    await both.city.opened(HOLE)
    await both.city.settle(seconds=5)
    await both.people.click(VOIRIE, both.card(), "prendre", "U0ANA")
    await both.city.app.state.doors.slack.rest()
    await both.city.settle(seconds=SOON)
    [card] = group.cards.values()
    assert card.holder == "Ana Martin"
    assert "Ana Martin prend en charge" in group.lines
    assert "Pris en charge par Ana Martin" in both.card().words
    assert both.thread() == ["Ana Martin prend en charge"]


async def test_and_the_other_way_round(both: Department, group: Watched) -> None:
    incident = await both.city.opened(HOLE)
    await both.city.settle(seconds=5)
    await both.city.post(f"/api/v1/incidents/{incident['reference']}/acknowledge", {"by": "Bruno"})
    await both.city.settle(seconds=SOON)
    assert "Pris en charge par Bruno" in both.card().words
    assert both.thread() == ["Bruno prend en charge"]


async def test_one_that_hangs_does_not_hold_back_the_other(both: Department, group: Watched) -> None:
    incident = await both.city.opened(HOLE)
    await both.city.settle(seconds=5)
    group.problems = [TimeoutError()] * 6
    await both.city.post(f"/api/v1/incidents/{incident['reference']}/acknowledge", {"by": "Bruno"})
    await both.city.settle(seconds=SOON)
    assert "Pris en charge par Bruno" in both.card().words
    both.thread()
    await both.city.settle(minutes=2)
    [card] = group.cards.values()
    assert card.holder == "Bruno"
