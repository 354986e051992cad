"""A recogniser that hears the fixture's sentences."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from intake.transcription.engine import Ears
from intake.transcription.recogniser import Recogniser
from tests.speech import synthetic

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
