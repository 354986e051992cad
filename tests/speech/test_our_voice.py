"""Our own voice asks, and stops as soon as the caller speaks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from intake.transcription.recogniser import Recogniser
from intake.transcription.voice import EspeakVoice
from tests.acceptance.connected import with_twilio
from tests.city import City, founded
from tests.speech.caller import Caller
from tests.speech.hearsay import Hearsay
from tests.speech.synthetic import quiet, sentences, spoken
from tests.standins.twilio.account import TwilioStandIn

pytestmark = pytest.mark.usefixtures("voices")

CAR = "05"  # une voiture est garée devant la sortie du garage, au douze rue Monge


@pytest.fixture
async def town(
    database_url: str, tmp_path: Path, scripted: Hearsay, twilio: TwilioStandIn, recogniser: Recogniser
) -> AsyncIterator[City]:
    """A city that asks with its own voice."""
    settings = with_twilio(tmp_path, twilio).model_copy(update={"asr_voice": "espeak-ng"})
    async with founded(database_url, tmp_path, scripted, settings=settings, ears=recogniser) as city:
        yield city


async def test_our_own_voice_asks_and_stops_when_the_caller_speaks(
    town: City, caller: Caller, twilio: TwilioStandIn
) -> None:
    await caller.ring()
    assert caller.heard == []  # the stream asks by itself
    async with caller.stream() as stream:
        while ("mark", "asked") not in stream.told:
            await stream.next()
        assert len(stream.sound()) > 8 * 8000
        await caller.play(stream, quiet(0.4) + spoken(sentences()[CAR]) + quiet(2))
        await stream.listen()
    assert stream.told[-1] == ("clear", None)
    await caller.stream_ended()
    await caller.tap("1")
    await town.settle()
    assert twilio.texts_to(caller.caller)


async def test_silence_counts_from_the_end_of_our_question(caller: Caller) -> None:
    await caller.ring()
    async with caller.stream() as stream:
        await caller.play(stream, quiet(9))
        assert stream.code is None
        await stream.played("asked")
        await caller.play(stream, quiet(7))
        await stream.listen()
    assert stream.code == 1000


async def test_a_voice_says_a_sentence_once() -> None:
    voice = EspeakVoice()
    first = await voice.say("Où est-ce ?")
    assert first
    assert len(first) > 3000
    assert await voice.say("Où est-ce ?") is first
