"""A citizen speaks, our own ears hear: real audio over a real WebSocket, through the whole way of a call."""

from __future__ import annotations

import pytest

from intake.transcription.recogniser import Recogniser
from routing.store import calls
from tests.acceptance.calling import the_report
from tests.acceptance.connected import PERSON
from tests.city import City
from tests.speech.caller import Caller
from tests.speech.synthetic import quiet, sentences, spoken
from tests.standins.twilio.account import TwilioStandIn

pytestmark = pytest.mark.usefixtures("voices")

CAR = "05"  # une voiture est garée devant la sortie du garage, au douze rue Monge
LORRY = "27"  # il y a un camion renversé sur la rocade, sortie Marsannay


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


async def test_words_understood_before_twilio_asks_what_comes_next_are_confirmed(
    town: City, caller: Caller, twilio: TwilioStandIn
) -> None:
    await caller.ring()
    async with caller.stream() as stream:
        await caller.play(stream, quiet(0.4) + spoken(sentences()[CAR]) + quiet(2.5))
        await stream.listen()
    await town.work()  # a worker that is quicker than the telephone network
    await caller.stream_ended()
    assert caller.last().startswith("J'ai compris : un véhicule mal garé")
    await caller.tap("1")
    assert caller.ended
    await town.settle()
    assert twilio.texts_to(caller.caller)


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
