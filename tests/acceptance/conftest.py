"""Fixtures of the stories."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.acceptance import calling, citizen, texting
from tests.acceptance.connected import BASE, with_telegram, with_twilio
from tests.acceptance.department import Department, at_slack
from tests.acceptance.duty import FALLEN, LAMP, Duty, on_duty, without_partners
from tests.acceptance.squad import Squad, at_telegram
from tests.city import City, founded
from tests.standins.slack import SlackStandIn
from tests.standins.telegram import TelegramStandIn
from tests.standins.twilio.account import TwilioStandIn
from tests.standins.twilio.line import Line
from tests.understood import Scripted


@pytest.fixture
async def voirie(
    database_url: str, tmp_path: Path, scripted: Scripted, slack: SlackStandIn
) -> AsyncIterator[Department]:
    async with at_slack(database_url, tmp_path, scripted, slack) as department:
        yield department
        await department.city.check_nothing_unexpected()


@pytest.fixture
async def town(database_url: str, tmp_path: Path, scripted: Scripted, twilio: TwilioStandIn) -> AsyncIterator[City]:
    """A city with a number to write to, which knows what a hole is."""
    scripted.expect(texting.HOLE, ("voirie-nid-de-poule", 0.9), place="rue Monge")
    async with founded(database_url, tmp_path, scripted, settings=with_twilio(tmp_path, twilio)) as city:
        yield city
        await city.check_nothing_unexpected()


@pytest.fixture
def phone(town: City, twilio: TwilioStandIn) -> texting.Telephone:
    return texting.Telephone(town, twilio.token)


@pytest.fixture
async def duty(database_url: str, tmp_path: Path, scripted: Scripted, twilio: TwilioStandIn) -> AsyncIterator[Duty]:
    """Ana is called at once, Bruno two minutes later; the metropolis is Chloé. Each has a telephone and reads texts."""
    scripted.expect(LAMP, (FALLEN, 0.95), place="rue Monge")
    settings = with_twilio(tmp_path, twilio)
    catalogue = without_partners()
    async with founded(database_url, tmp_path, scripted, settings=settings, catalogue=catalogue) as city:
        twilio.clock = city.clock
        await on_duty(city)
        yield Duty(city, twilio)
        await city.check_nothing_unexpected()


@pytest.fixture
async def squad(
    database_url: str, tmp_path: Path, scripted: Scripted, telegram: TelegramStandIn
) -> AsyncIterator[Squad]:
    async with at_telegram(database_url, tmp_path, scripted, telegram) as squad:
        yield squad
        await squad.city.check_nothing_unexpected()


@pytest.fixture
async def ana(
    database_url: str, tmp_path: Path, scripted: Scripted, telegram: TelegramStandIn
) -> AsyncIterator[citizen.Writer]:
    scripted.expect(citizen.HOLE, ("voirie-nid-de-poule", 0.93), place="rue Monge")
    async with founded(database_url, tmp_path, scripted, settings=with_telegram(tmp_path, telegram)) as city:
        telegram.clock = city.clock
        writer = citizen.Writer(city, telegram)
        async with city.app.state.doors.open():
            yield writer
        await city.check_nothing_unexpected()


@pytest.fixture
async def switchboard(
    database_url: str, tmp_path: Path, scripted: Scripted, twilio: TwilioStandIn
) -> AsyncIterator[City]:
    """A city with a telephone, and somebody who answers it."""
    scripted.expect(calling.HOLE, ("voirie-nid-de-poule", 0.9), ("voirie-affaissement", 0.05), place="rue Monge")
    scripted.expect(calling.LAMP, ("eclairage-lampadaire-eteint", 0.92), ("eclairage-rue-noire", 0.05), commune=None)
    async with founded(database_url, tmp_path, scripted, settings=with_twilio(tmp_path, twilio)) as city:
        yield city
        await city.check_nothing_unexpected()


@pytest.fixture
def line(switchboard: City, twilio: TwilioStandIn) -> Line:
    """A caller's line to it."""
    return Line(switchboard, twilio.token, BASE)
