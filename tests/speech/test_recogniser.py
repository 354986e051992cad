"""Real audio, a real engine in its own process: what it hears, and what happens when it cannot."""

from __future__ import annotations

import asyncio
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from intake.errors import BadAudio, NotListening
from intake.ports import Heard, LiveEar, Partial, SpeechBegan, Transcript
from intake.transcription.recogniser import Recogniser
from tests.speech.conftest import EARS
from tests.speech.pace import Pace
from tests.speech.synthetic import FRAME, quiet, recorded, sentences, spoken
from tests.waiting import until

LAMP = "rue de la liberté depuis hier soir"


async def play(recogniser: Recogniser, ear: LiveEar, audio: bytes) -> None:
    """Frame by frame, as fast as it is listened to."""
    pace = Pace(recogniser)
    for at in range(0, len(audio), FRAME):
        await pace.keep(at)
        ear.hear(audio[at : at + FRAME])


def shout(ear: LiveEar) -> None:
    """A hundred seconds of audio in no time."""
    for _ in range(1000):
        ear.hear(quiet(0.1))


async def heard(recogniser: Recogniser, audio: bytes) -> list[Heard]:
    async with recogniser.listen() as ear:
        await play(recogniser, ear, audio)
        ear.end()
        return [event async for event in ear.heard()]


@pytest.mark.usefixtures("voices")
async def test_a_sentence_is_heard_word_by_word_and_ends_by_itself(recogniser: Recogniser) -> None:
    async with recogniser.listen() as ear:
        await play(recogniser, ear, quiet(1) + spoken(sentences()["02"]) + quiet(1.2))
        events = [event async for event in ear.heard()]  # nobody said that it was over
    assert isinstance(events[0], SpeechBegan)
    assert any(isinstance(event, Partial) and "tombé" in event.text for event in events)
    transcript = events[-1]
    assert isinstance(transcript, Transcript)
    assert LAMP in transcript.text
    assert transcript.confidence is not None
    assert 0.4 < transcript.confidence < 1
    assert (transcript.language, transcript.engine) == ("fr", "sherpa-onnx asr-tiny-fr")


@pytest.mark.usefixtures("voices")
async def test_a_sentence_cut_short_keeps_what_was_said(recogniser: Recogniser) -> None:
    events = await heard(recogniser, quiet(0.5) + spoken(sentences()["05"])[:24000])
    assert isinstance(events[-1], Transcript)
    assert "voiture" in events[-1].text


async def test_nobody_speaks(recogniser: Recogniser) -> None:
    assert await heard(recogniser, quiet(3)) == []


@pytest.mark.usefixtures("voices")
async def test_two_callers_at_once_are_not_mixed_up(recogniser: Recogniser) -> None:
    first, second = (quiet(0.5) + spoken(sentences()[number]) + quiet(1) for number in ("02", "08"))
    pace = Pace(recogniser)
    async with recogniser.listen() as one, recogniser.listen() as other:
        for at in range(0, max(len(first), len(second)), FRAME):
            await pace.keep(2 * at)
            one.hear(first[at : at + FRAME])
            other.hear(second[at : at + FRAME])
        found = [[event async for event in ear.heard()][-1] for ear in (one, other)]
    texts = [event.text for event in found if isinstance(event, Transcript)]
    assert LAMP in texts[0]
    assert "déneigée" in texts[1]


@pytest.mark.usefixtures("voices")
async def test_a_recording_is_heard(recogniser: Recogniser) -> None:
    assert LAMP in (await recogniser.transcribe(recorded(sentences()["02"]))).text


async def test_a_recording_nobody_can_play_is_refused_politely_and_the_next_is_heard(recogniser: Recogniser) -> None:
    for broken in (b"", b"OggS" + bytes(500), b"#EXTM3U\nhttp://10.0.0.1/secret"):
        with pytest.raises(BadAudio, match="ne peut pas être lu"):
            await recogniser.transcribe(broken)
    assert recogniser.ready


async def test_one_caller_too_many_is_told_so(recogniser: Recogniser) -> None:
    async with recogniser.listen(), recogniser.listen(), recogniser.listen(), recogniser.listen():
        assert not recogniser.ready
        with pytest.raises(NotListening):
            async with recogniser.listen():
                pass
    assert recogniser.ready


async def test_audio_that_comes_faster_than_it_is_listened_to_ends_the_turn(recogniser: Recogniser) -> None:
    async with recogniser.listen() as ear:
        with pytest.raises(NotListening):
            shout(ear)
    await until(lambda: recogniser.ready)


async def test_a_process_that_dies_is_started_again() -> None:
    recogniser = Recogniser(EARS, callers=2)
    recogniser.start()
    await recogniser.until_ready()
    first = recogniser.process_id
    assert first is not None
    async with recogniser.listen() as ear:
        os.kill(first, signal.SIGKILL)
        with pytest.raises(NotListening):
            _ = [event async for event in ear.heard()]
        with pytest.raises(NotListening):
            ear.hear(quiet(0.02))
    await recogniser.until_ready()
    assert recogniser.process_id not in (None, first)
    assert await heard(recogniser, quiet(0.5)) == []
    await recogniser.close()


async def test_closing_leaves_no_process_and_no_task() -> None:
    before = asyncio.all_tasks()
    recogniser = Recogniser(EARS, callers=2)
    recogniser.start()
    await recogniser.until_ready()
    number = recogniser.process_id
    assert number is not None
    async with recogniser.listen() as ear:
        for _ in range(20):
            ear.hear(quiet(0.02))
    await recogniser.close()
    assert asyncio.all_tasks() == before
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)


async def test_a_folder_that_is_no_model_is_never_ready(tmp_path: Path) -> None:
    recogniser = Recogniser(replace(EARS, model=tmp_path), callers=2)
    recogniser.start()
    await until(lambda: recogniser.process_id is not None)
    await until(lambda: recogniser.process_id is None)
    assert not recogniser.ready
    with pytest.raises(NotListening):
        async with recogniser.listen():
            pass
    await recogniser.close()
