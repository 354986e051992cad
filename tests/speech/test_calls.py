"""A citizen speaks, our own ears hear: real audio over a real WebSocket, through the whole way of a call."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from websockets.exceptions import InvalidStatus

from intake.channels.media_line import LARGEST
from intake.transcription.recogniser import Recogniser
from intake.transcription.voice import EspeakVoice
from routing.store import calls
from routing.store.models import Report
from tests.acceptance.connected import BASE, PERSON, with_twilio
from tests.city import City, founded
from tests.speech.caller import Caller
from tests.speech.synthetic import FRAME, quiet, sentences, spoken
from tests.standins.serving import serving
from tests.standins.twilio.account import TwilioStandIn
from tests.standins.twilio.media import media_stream
from tests.understood import Scripted
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("voices")

CAR = "05"  # une voiture est garée devant la sortie du garage, au douze rue Monge
LORRY = "27"  # il y a un camion renversé sur la rocade, sortie Marsannay


class Hearsay(Scripted):
    """Understands whatever holds one of the words it was told, as a recogniser's words vary."""

    def __init__(self) -> None:
        super().__init__()
        self.words: dict[str, str] = {}

    def understand(self, text: str, channel: Any) -> Any:
        """By the first word that is in the text."""
        for word, known in self.words.items():
            if word in text:
                return super().understand(known, channel)
        return super().understand(text, channel)


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


async def the_report(city: City) -> Report:
    async with city.session() as session:
        [report] = await session.scalars(select(Report))
        return report


async def test_a_spoken_sentence_becomes_an_incident(town: City, caller: Caller, twilio: TwilioStandIn) -> None:
    await caller.ring()
    assert "112" in caller.last()
    stream = await caller.speak(sentences()[CAR])
    assert stream.code == 1000
    assert "rue Monge" in caller.last()
    await caller.tap("1")
    assert caller.ended
    report = await the_report(town)
    assert "devant la sortie du garage" in report.text
    await town.settle()
    incident = await town.incident((await town.follow(report.reference))["incident"])
    assert incident["procedure"] == "police-municipale-stationnement-genant"
    assert twilio.texts_to(caller.caller)
    assert caller.questions == 2


async def test_danger_in_the_middle_of_a_sentence_is_answered_before_its_end(
    town: City, caller: Caller, twilio: TwilioStandIn
) -> None:
    await caller.ring()
    said = spoken(sentences()[LORRY])
    async with caller.stream() as stream:
        await caller.play(stream, quiet(0.4) + said + said + said)  # somebody who does not stop
        await stream.listen()
    await caller.stream_ended()
    assert caller.heard[1].startswith("Appelez le 112 tout de suite")
    assert caller.ended
    assert len((await the_report(town)).text) < 2 * len(sentences()[LORRY])
    await town.settle()
    assert await town.rings()
    assert twilio.texts_to(caller.caller)


async def test_zero_while_we_listen_gives_a_person(town: City, caller: Caller) -> None:
    await caller.ring()
    await caller.tap("0")
    assert caller.dialled == PERSON


async def test_star_while_we_listen_repeats_the_question(town: City, caller: Caller, twilio: TwilioStandIn) -> None:
    await caller.ring()
    await caller.speak(sentences()[CAR])
    question = caller.last()
    await caller.tap("*")
    assert caller.last() == question
    await caller.tap("1")
    assert caller.ended
    await town.settle()
    assert twilio.texts_to(caller.caller)


async def test_silence_is_asked_again_twice_then_a_person_comes(town: City, caller: Caller) -> None:
    await caller.ring()
    await caller.be_silent()
    assert "Je vous écoute" in caller.last()
    await caller.be_silent()
    await caller.be_silent()
    assert caller.dialled == PERSON


async def test_hanging_up_in_the_middle_of_a_word_keeps_what_was_said(
    town: City, caller: Caller, twilio: TwilioStandIn
) -> None:
    await caller.ring()
    async with caller.stream() as stream:
        await caller.play(stream, quiet(0.4) + spoken(sentences()[CAR])[:28000])
        await stream.stop()
        await stream.listen()
    await caller.hang_up()
    await town.settle()
    report = await the_report(town)
    assert "garée" in report.text
    assert (await town.follow(report.reference))["incident"]
    assert twilio.texts_to(caller.caller)
    await town.rings()


async def test_hanging_up_before_a_word_is_a_missed_call(town: City, caller: Caller) -> None:
    await caller.ring()
    async with caller.stream() as stream:
        await caller.play(stream, quiet(1))
        await stream.stop()
        await stream.listen()
    await caller.hang_up()
    async with town.session() as session:
        assert len(await calls.missed(session, town.clock.at)) == 1


async def test_a_line_that_goes_dead_leaves_the_keypad_and_a_person(town: City, caller: Caller) -> None:
    await caller.ring()
    async with caller.stream() as stream:
        await stream.frame(quiet(0.02))
        await stream.socket.close()
    await caller.stream_ended()
    assert "Restez en ligne" in caller.last()
    await caller.silence()
    assert caller.dialled == PERSON


async def test_a_dead_line_after_the_first_words_asks_by_keys(
    town: City, caller: Caller, twilio: TwilioStandIn
) -> None:
    await caller.ring()
    await caller.speak(sentences()[CAR])
    question = caller.last()
    async with caller.stream() as stream:
        await stream.socket.close()
    await caller.stream_ended()
    assert caller.last() == question
    await caller.press("1")
    assert caller.ended
    await town.settle()
    assert twilio.texts_to(caller.caller)


async def test_too_many_callers_are_served_by_keypad_and_people(
    town: City, caller: Caller, recogniser: Recogniser
) -> None:
    async with recogniser.listen(), recogniser.listen(), recogniser.listen(), recogniser.listen():
        await caller.ring()
        assert caller.connected is None
        assert "112" in caller.last()
        assert "Restez en ligne" in caller.last()
        await caller.silence()
        assert caller.dialled == PERSON


async def test_the_last_place_is_taken_while_we_speak(town: City, caller: Caller, recogniser: Recogniser) -> None:
    await caller.ring()
    async with recogniser.listen(), recogniser.listen(), recogniser.listen(), recogniser.listen():
        async with caller.stream() as stream:
            await stream.listen()
        assert stream.code == 1013
    await caller.stream_ended()
    assert "Restez en ligne" in caller.last()


# Our own voice


async def test_our_own_voice_asks_and_stops_when_the_caller_speaks(
    database_url: str, tmp_path: Path, scripted: Hearsay, twilio: TwilioStandIn, recogniser: Recogniser
) -> None:
    settings = with_twilio(tmp_path, twilio).model_copy(update={"asr_voice": "espeak-ng"})
    async with (
        founded(database_url, tmp_path, scripted, settings=settings, ears=recogniser) as town,
        serving(town.app, ws_max_size=LARGEST) as origin,
    ):
        caller = Caller(town, twilio.token, BASE, origin=origin, recogniser=recogniser)
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


async def test_silence_counts_from_the_end_of_our_question(
    database_url: str, tmp_path: Path, scripted: Hearsay, twilio: TwilioStandIn, recogniser: Recogniser
) -> None:
    settings = with_twilio(tmp_path, twilio).model_copy(update={"asr_voice": "espeak-ng"})
    async with (
        founded(database_url, tmp_path, scripted, settings=settings, ears=recogniser) as town,
        serving(town.app, ws_max_size=LARGEST) as origin,
    ):
        caller = Caller(town, twilio.token, BASE, origin=origin, recogniser=recogniser)
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


# Who may be listened to, and what else may come


async def test_a_handshake_that_twilio_did_not_sign_is_refused(town: City, caller: Caller) -> None:
    await caller.ring()
    address = f"wss{BASE.removeprefix('https')}/webhooks/twilio/media"
    for signed in ("", "AAAA", "é"):
        with pytest.raises(InvalidStatus) as refused:
            async with media_stream(caller.origin, address, caller.sid, caller.token, signed):
                pass
        assert refused.value.response.status_code == 403


async def test_a_stream_speaks_for_its_own_call_and_turn_only(
    town: City, caller: Caller, twilio: TwilioStandIn
) -> None:
    other = Caller(town, twilio.token, BASE, origin=caller.origin, caller="+33639980002")
    await caller.ring()
    await other.ring()
    for given in ({"call": other.sid}, {"turn": "1"}, {"turn": "zero"}, {"ticket": ""}, {"ticket": "é"}):
        async with caller.stream(**given) as stream:
            await stream.listen()
        assert stream.code == 1008, given


async def test_audio_before_its_start_is_refused(town: City, caller: Caller) -> None:
    await caller.ring()
    assert caller.connected is not None
    async with media_stream(caller.origin, caller.connected.get("url", ""), caller.sid, caller.token) as stream:
        await stream.frame(quiet(0.02))
        await stream.listen()
    assert stream.code == 1008


async def test_an_old_stream_changes_nothing(town: City, caller: Caller) -> None:
    await caller.ring()
    first = caller.connected
    await caller.be_silent()
    second, caller.connected = caller.connected, first
    async with caller.stream() as stream:
        await stream.listen()
    assert stream.code == 1000
    caller.connected = second
    await caller.tap("0")
    assert caller.dialled == PERSON


async def test_frames_lost_doubled_and_out_of_order(town: City, caller: Caller, twilio: TwilioStandIn) -> None:
    audio = quiet(0.4) + spoken(sentences()[CAR]) + quiet(2.5)
    pieces: list[tuple[int | None, bytes]] = [
        (n, audio[at : at + FRAME]) for n, at in enumerate(range(0, len(audio), FRAME), 1)
    ]
    for at in range(40, len(pieces) - 12, 12):
        pieces[at], pieces[at + 1] = pieces[at + 1], pieces[at]  # swapped
        pieces[at + 6] = pieces[at + 5]  # one twice, one never
    await caller.ring()
    async with caller.stream() as stream:
        await caller.play_frames(stream, pieces)
        await stream.listen()
    await caller.stream_ended()
    assert "rue Monge" in caller.last()
    await caller.hang_up()
    await town.settle()
    assert twilio.texts_to(caller.caller)


async def test_nonsense_is_passed_over_and_much_of_it_ends_the_stream(
    town: City, caller: Caller, twilio: TwilioStandIn
) -> None:
    nonsense = ["{", "[]", "null", '"media"', '{"event": 5}', '{"event": "media"}', '{"event": "dtmf", "dtmf": []}']
    nonsense += ['{"event": "media", "media": {"chunk": "x"}}', "[" * 60_000]
    nonsense += ['{"event": "media", "media": {"chunk": "1", "payload": "%%%"}}']
    await caller.ring()
    async with caller.stream() as stream:
        for text in nonsense:
            await stream.send(text)
        await stream.key("0")
        await stream.listen()
    assert stream.code == 1000
    await caller.stream_ended()
    assert caller.dialled == PERSON
    again = Caller(town, twilio.token, BASE, origin=caller.origin, caller="+33639980002")
    await again.ring()
    async with again.stream() as stream:
        for text in nonsense * 3:
            await stream.send(text)
        await stream.listen()
    assert stream.code == 1008


@pytest.mark.parametrize("size", [LARGEST + 1, 10 * 2**20])
async def test_a_message_over_64_kib_ends_the_stream(town: City, caller: Caller, size: int) -> None:
    await caller.ring()
    async with caller.stream() as stream:
        await stream.send("x" * size)
        await stream.listen()
    assert stream.code == 1009
    await caller.stream_ended()
    assert "Restez en ligne" in caller.last()


async def test_a_hundred_streams_leave_no_task_behind(town: City, caller: Caller) -> None:
    await caller.ring()
    for _ in range(3):
        async with caller.stream() as stream:
            await stream.frame(quiet(0.02))
    await until(lambda: not _of_streams())
    before = len(asyncio.all_tasks())
    for _ in range(100):
        async with caller.stream() as stream:
            await stream.frame(quiet(0.02))
    await until(lambda: len(asyncio.all_tasks()) <= before)
    assert caller.recogniser is not None
    assert caller.recogniser.ready


def _of_streams() -> list[str]:
    return [task.get_name() for task in asyncio.all_tasks() if "Conversation" in str(task.get_coro())]


def test_payloads_are_what_the_standard_says() -> None:
    assert base64.b64encode(quiet(0.02)) == b"/" * 213 + b"w=="
