"""Fixtures every tier shares."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.observability import configure_logging
from nlp_models.training import EXAMPLES, ensure_model
from tests.city import City, founded
from tests.clock import DrivenClock
from tests.databases import ROOT, Databases
from tests.standins.slack import SlackStandIn
from tests.standins.telegram import TelegramStandIn
from tests.standins.twilio.account import TwilioStandIn
from tests.understood import Scripted

configure_logging("WARNING")

UNHURRIED = 60.0  # real seconds a platform waits in the stories


@pytest.fixture(scope="session")
def databases() -> Databases:
    """The run's PostgreSQL; its data folder is kept, so that the next run starts at once."""
    return Databases(ROOT / "var" / "tests")


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """A migrated database of the test's own, which knows the example's people on call."""
    with databases.fresh() as url:
        yield url


@pytest.fixture
def empty_database_url(databases: Databases) -> Iterator[str]:
    """A migrated database that knows nobody yet."""
    with databases.fresh(empty=True) as url:
        yield url


@pytest.fixture
def scripted() -> Scripted:
    """The classifier whose answers the test writes."""
    return Scripted()


@pytest.fixture
async def city(database_url: str, tmp_path: Path, scripted: Scripted) -> AsyncIterator[City]:
    """A city whose classifier is scripted and whose clock is driven."""
    async with founded(database_url, tmp_path, scripted) as city:
        yield city
        await city.check_nothing_unexpected()


@pytest.fixture(scope="session")
def trained_model() -> Path:
    """The full French model: trained on the first run of the tests, found in the cache afterwards."""
    return ensure_model(EXAMPLES, ROOT / "var" / "models")


@pytest.fixture
async def twilio() -> AsyncIterator[TwilioStandIn]:
    """Twilio's account; a text nobody looked at fails the test."""
    async with TwilioStandIn(DrivenClock()) as stand_in:
        yield stand_in
    stand_in.check()


@pytest.fixture
async def slack() -> AsyncIterator[SlackStandIn]:
    """A workspace of two channels and three people; a message nobody looked at fails the test."""
    async with SlackStandIn(DrivenClock(), patience=UNHURRIED) as stand_in:
        space = stand_in.workspace
        space.add_channel("C0VOIRIE", "voirie")
        space.add_channel("C0PROPRETE", "proprete")
        space.add_user("U0ANA", "Ana Martin", "C0VOIRIE", "C0PROPRETE")
        space.add_user("U0BRUNO", "Bruno Petit", "C0VOIRIE")
        space.add_user("U0CLEO", "Cléo Roux")
        yield stand_in
    stand_in.check()


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramStandIn]:
    """Two bots, a group, a forum and some people; a message nobody looked at fails the test."""
    async with TelegramStandIn(DrivenClock()) as stand_in:
        network = stand_in.network
        staff = stand_in.add_bot(900, "VigieAgentsBot").user.id
        stand_in.add_bot(901, "VigieBot")
        for id, first, last in ((1001, "Ana", "Martin"), (1002, "Bruno", "Petit"), (1003, "Cléo", "Roux")):
            network.add_user(id, first, last)
        network.add_group(-1001000000001, "Voirie", 1001, 1002, 1003, staff)
        network.add_group(-1001000000002, "Propreté", 1001, 1002, admins=(staff,), forum=True)
        yield stand_in
    stand_in.check()
