"""A recogniser that hears the fixture's sentences."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from intake.channels.media_line import LARGEST
from intake.transcription.engine import Ears
from intake.transcription.recogniser import Recogniser
from tests.acceptance.connected import BASE, with_twilio
from tests.city import City, founded
from tests.speech import synthetic
from tests.speech.caller import Caller
from tests.speech.hearsay import Hearsay
from tests.standins.loopback import serving
from tests.standins.twilio.account import TwilioStandIn

EARS = Ears("sherpa-onnx", synthetic.MODEL, synthetic.VAD)


@pytest.fixture
def voices() -> None:
    """Skip where no machine can speak."""
    if why := synthetic.absent():
        pytest.skip(why)


@pytest.fixture(scope="session")
async def recogniser() -> AsyncIterator[Recogniser]:
    """One process for all tests that leave it alive."""
    recogniser = Recogniser(EARS, callers=4)
    recogniser.start()
    await recogniser.until_ready()
    yield recogniser
    await recogniser.close()


@pytest.fixture
def scripted() -> Hearsay:
    hearsay = Hearsay()
    hearsay.expect("une voiture garée", ("police-municipale-stationnement-genant", 0.93), place="12 rue Monge")
    hearsay.words["sortie du garage"] = "une voiture garée"
    return hearsay


@pytest.fixture
async def town(
    database_url: str, tmp_path: Path, scripted: Hearsay, twilio: TwilioStandIn, recogniser: Recogniser
) -> AsyncIterator[City]:
    """A city that listens with its own ears."""
    settings = with_twilio(tmp_path, twilio)
    async with founded(database_url, tmp_path, scripted, settings=settings, ears=recogniser) as city:
        yield city
        await city.check_nothing_unexpected()


@pytest.fixture
async def caller(town: City, twilio: TwilioStandIn, recogniser: Recogniser) -> AsyncIterator[Caller]:
    async with serving(town.app, ws_max_size=LARGEST) as origin:
        yield Caller(town, twilio.token, BASE, origin=origin, recogniser=recogniser)
