"""Fixtures every tier shares."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import nullcontext, suppress
from pathlib import Path

import pytest

from bot.observability import configure_logging
from tests.city import City, founded
from tests.clock import DrivenClock
from tests.compiling import alone
from tests.databases import ROOT, Databases
from tests.lending import Lending
from tests.standins.slack import SlackStandIn
from tests.standins.telegram import TelegramStandIn
from tests.standins.twilio.account import TwilioStandIn
from tests.training import trained
from tests.understood import Scripted

configure_logging("WARNING")
with suppress(ImportError):  # the loop that Vigie itself runs on, where there is one
    import uvloop

    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
gc.disable()  # until everything is imported: nothing of it is garbage

TRAINING = pytest.StashKey[subprocess.Popen[bytes]]()
UNHURRIED = 60.0  # real seconds a platform waits in the stories

# Whatever waits for real processes begins first, what needs the model when it is trained; short ones fill the end.
ORDER = ("speech", "browser", "integration", "reliability", "acceptance", "contract", "nlp", "unit")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let no long story begin when everything else is over."""
    items.sort(key=lambda item: ORDER.index("nlp" if _needs_model(item) else item.path.parent.name))


def _needs_model(item: pytest.Item) -> bool:
    return "trained_model" in getattr(item, "fixturenames", ())


def pytest_sessionstart(session: pytest.Session) -> None:
    """The whole suite needs the model: its training begins before anything else."""
    options = session.config.option
    if session.config.args == ["tests"] and not (options.keyword or options.markexpr):
        _train_beside(session.config)


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """In a fresh clone one process compiles the tests, while the others wait, instead of each compiling all."""
    with alone() if _number(session.config) and not sys.dont_write_bytecode else nullcontext():
        return (yield)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Where several processes run the tests, the model is trained beside them; alone, when a test asks for it."""
    gc.collect()
    gc.freeze()  # everything imported stays for good: looking through it again and again is a twentieth of the time
    gc.enable()
    if any(map(_needs_model, session.items)):
        _train_beside(session.config)


def _train_beside(config: pytest.Config) -> None:
    if _number(config) == "gw0" and TRAINING not in config.stash:
        config.stash[TRAINING] = subprocess.Popen([sys.executable, "-m", "tests.training"], cwd=config.rootpath)


def _number(config: pytest.Config) -> str | None:
    """The name of this process among those that share the tests; none when it runs them alone."""
    found: str | None = getattr(config, "workerinput", {}).get("workerid")
    return found


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Wait for the training, had nobody needed it in the end; what a test left is looked for once, not five times."""
    gc.collect()
    gc.freeze()
    if training := session.config.stash.get(TRAINING, None):
        training.wait()


@pytest.fixture(scope="session")
def databases() -> Databases:
    """The run's PostgreSQL; its data folder is kept, so that the next run starts at once."""
    return Databases(ROOT / "var" / "tests")


@pytest.fixture(scope="session")
async def lending(databases: Databases) -> AsyncIterator[Lending]:
    """The databases that serve one story after another."""
    lending = Lending(databases)
    yield lending
    await lending.close()


@pytest.fixture
async def database_url(lending: Lending) -> AsyncIterator[str]:
    """A migrated database of the test's own, which knows the example's people on call."""
    async with lending.one() as url:
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
    return trained()


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
