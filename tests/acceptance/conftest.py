"""Fixtures of the stories."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.acceptance.connected import with_slack
from tests.acceptance.department import CHANNELS, HOLE, Department
from tests.city import founded
from tests.standins.slack import SlackStandIn
from tests.understood import Scripted


@pytest.fixture
async def voirie(
    database_url: str, tmp_path: Path, scripted: Scripted, slack: SlackStandIn
) -> AsyncIterator[Department]:
    scripted.expect(HOLE, ("voirie-nid-de-poule", 0.93), ("eau-assainissement-fuite", 0.05), place="rue Monge")
    settings = with_slack(tmp_path, slack)
    async with founded(database_url, tmp_path, scripted, settings=settings, channels=CHANNELS) as city:
        slack.clock = city.clock
        yield Department(city, slack)
        await city.check_nothing_unexpected()
