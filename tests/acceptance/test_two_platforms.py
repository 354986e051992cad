"""One service reads Slack, another Telegram, a third both: whoever takes an incident is seen everywhere."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.acceptance.connected import with_slack
from tests.acceptance.department import HOLE, Department
from tests.acceptance.squad import ANA, VOIRIE, Squad, at_telegram
from tests.standins.faults import limited
from tests.standins.slack import SlackStandIn
from tests.standins.telegram import TelegramStandIn
from tests.understood import Scripted

BOTH = {"voirie": ("slack:C0VOIRIE", f"telegram:{VOIRIE}")}


@pytest.fixture
async def both(
    database_url: str, tmp_path: Path, scripted: Scripted, slack: SlackStandIn, telegram: TelegramStandIn
) -> AsyncIterator[tuple[Department, Squad]]:
    on_slack = with_slack(tmp_path, slack).model_dump(
        include={"slack_bot_token", "slack_signing_secret", "slack_base_url"}
    )
    async with at_telegram(database_url, tmp_path, scripted, telegram, channels=BOTH, **on_slack) as squad:
        slack.clock = squad.city.clock
        yield Department(squad.city, slack), squad
        await squad.city.check_nothing_unexpected()


async def test_taken_on_one_it_is_taken_on_the_other_within_two_seconds(both: tuple[Department, Squad]) -> None:
    department, squad = both
    await squad.city.opened(HOLE)
    await squad.city.settle(seconds=10)
    await squad.people.press(squad.card(), "Je prends en charge", ANA)
    await squad.bot.rest()
    await squad.city.settle(seconds=2)
    assert "Pris en charge par Ana Martin" in department.card().words
    assert "Je prends en charge" not in department.card().buttons()
    await department.click("resoudre", "U0BRUNO")
    await department.submit({}, "U0BRUNO")
    await squad.rest()
    assert squad.card().buttons() == ["Rouvrir"]
    department.thread()
    squad.thread()


async def test_one_platform_that_asks_for_a_pause_holds_back_not_the_other(both: tuple[Department, Squad]) -> None:
    department, squad = both
    squad.telegram.faults.add(limited(60), "sendMessage")
    await squad.city.opened(HOLE)
    await squad.city.settle(seconds=5)
    assert department.card()
    assert squad.cards() == []
    await squad.city.settle(seconds=60)
    assert squad.card()


async def test_the_description_of_the_interface_names_the_doors_that_are_open(
    both: tuple[Department, Squad],
) -> None:
    paths = (await both[0].city.get("/api/openapi.json"))["paths"]
    for door, refusals in (
        ("/webhooks/slack/events", {"400", "401", "413"}),
        ("/webhooks/slack/interactions", {"401"}),
        ("/webhooks/telegram/staff", {"403", "429"}),
    ):
        assert refusals <= set(paths[door]["post"]["responses"]), door
