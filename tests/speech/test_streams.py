"""Who may be listened to, and what else may come down a line."""

from __future__ import annotations

import asyncio
import base64

import pytest
from websockets.exceptions import InvalidStatus

from intake.channels.media_line import LARGEST
from tests.acceptance.connected import BASE, PERSON
from tests.city import City
from tests.speech.caller import Caller
from tests.speech.synthetic import FRAME, quiet, sentences, spoken
from tests.standins.twilio.account import TwilioStandIn
from tests.standins.twilio.media import media_stream
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("voices")

CAR = "05"  # une voiture est garée devant la sortie du garage, au douze rue Monge


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
