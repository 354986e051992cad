"""The telephone gives a person to whoever is in danger, asks for one, or cannot go on alone."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from routing.store import calls
from routing.store.models import Report
from tests.acceptance.calling import HOLE, the_report
from tests.acceptance.connected import PERSON
from tests.city import City
from tests.standins.twilio.account import TwilioStandIn
from tests.standins.twilio.line import Line
from tests.understood import Scripted


async def test_danger_ends_all_questions_in_the_same_turn(
    switchboard: City, line: Line, scripted: Scripted, twilio: TwilioStandIn
) -> None:
    fire = scripted.expect("il y a le feu dans l'immeuble rue monge", ("securite-incendie-batiment", 0.95))
    await line.ring()
    await line.say(fire)
    assert line.ended
    assert line.heard[1].startswith("Appelez le 112 tout de suite")
    await switchboard.settle()
    incident = await switchboard.incident(
        (await switchboard.follow((await the_report(switchboard)).reference))["incident"]
    )
    assert incident["severity"] == "critique"
    assert await switchboard.rings()
    assert twilio.texts_to(line.caller)


async def test_danger_heard_in_the_middle_of_a_sentence_interrupts(
    switchboard: City, line: Line, twilio: TwilioStandIn
) -> None:
    await line.ring()
    await line.begin_to_say("alors voilà il y a le feu dans l'immeuble")
    [(sid, address)] = twilio.books.redirected
    assert sid == line.sid
    await line.interrupt(address)
    assert line.heard[1].startswith("Appelez le 112 tout de suite")
    await switchboard.settle()
    assert await switchboard.rings()
    assert twilio.texts_to(line.caller)


@pytest.mark.parametrize("wish", ["je voudrais parler à quelqu'un s'il vous plaît", "un humain", "passez-moi un agent"])
async def test_a_person_is_given_within_one_turn(switchboard: City, line: Line, wish: str) -> None:
    await line.ring()
    await line.say(wish)
    assert line.dialled == PERSON
    await line.somebody_answers()
    assert line.ended
    await switchboard.settle(minutes=2)
    async with switchboard.session() as session:
        assert not (await session.scalars(select(Report))).all(), "a wish alone is no report, and no text says it is"
        assert not await calls.missed(session, switchboard.clock.at), "nobody has to call back who was spoken to"


async def test_a_matter_named_beside_the_wish_is_on_its_way_when_the_person_takes_the_call(
    switchboard: City, line: Line, scripted: Scripted, twilio: TwilioStandIn
) -> None:
    words = scripted.expect("un trou rue monge passez-moi quelqu'un", ("voirie-nid-de-poule", 0.9), place="rue Monge")
    await line.ring()
    await line.say(words)
    assert line.dialled == PERSON
    await switchboard.settle()
    report = await the_report(switchboard)
    incident = await switchboard.incident((await switchboard.follow(report.reference))["incident"])
    assert incident["procedure"] == "voirie-nid-de-poule"
    assert f"{report.reference} demande à parler à une personne" in [line["text"] for line in incident["timeline"]]
    [text] = twilio.texts_to(line.caller)
    assert text.startswith(f"Votre appel est enregistré sous le numéro {report.reference}")


async def test_zero_after_a_report_keeps_it(switchboard: City, line: Line, twilio: TwilioStandIn) -> None:
    await line.ring()
    await line.say(HOLE)
    await line.press("0")
    assert line.dialled == PERSON
    found = await switchboard.follow((await the_report(switchboard)).reference)
    assert found["incident"], "the person who takes the call finds what was said"
    await switchboard.settle()
    assert twilio.texts_to(line.caller)


async def test_nobody_answers_and_a_message_is_left(switchboard: City, line: Line, twilio: TwilioStandIn) -> None:
    await line.ring()
    await line.press("0")
    await line.nobody_answers()
    assert line.recording
    await line.leave_message(seconds=14)
    assert line.ended
    report = await the_report(switchboard)
    assert "Message vocal de 14 s" in report.text
    await switchboard.settle()
    assert (await switchboard.follow(report.reference))["incident"]
    assert twilio.texts_to(line.caller)
    await switchboard.rings()


async def test_silence_is_asked_again_twice_then_a_person_comes(switchboard: City, line: Line) -> None:
    await line.ring()
    await line.silence()
    assert "Je vous écoute" in line.heard[-2]
    assert line.last() == "For English, press 9."
    await line.silence()
    await line.silence()
    assert line.dialled == PERSON


async def test_star_repeats_the_question_and_a_wrong_key_is_no_answer(
    switchboard: City, line: Line, twilio: TwilioStandIn
) -> None:
    await line.ring()
    await line.say(HOLE)
    question = line.last()
    await line.press("*")
    assert line.last() == question
    await line.press("7")
    assert line.last() == question
    await line.press("1")
    assert line.ended
    await switchboard.settle()
    assert twilio.texts_to(line.caller)
