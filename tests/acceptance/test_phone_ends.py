"""However a call ends, what was said is kept; what comes twice, unsigned or broken does no harm."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.house import House
from routing.store import calls
from routing.store.models import InboundEvent
from tests.acceptance.calling import HOLE, the_report
from tests.acceptance.connected import BASE, PERSON
from tests.acceptance.texting import Telephone
from tests.city import City
from tests.standins.twilio.account import TwilioStandIn
from tests.standins.twilio.line import Line
from tests.understood import Scripted


async def test_hanging_up_after_the_first_words_keeps_them(
    switchboard: City, line: Line, twilio: TwilioStandIn
) -> None:
    await line.ring()
    await line.say(HOLE)
    await line.hang_up()
    await switchboard.settle()
    incident = await switchboard.incident(
        (await switchboard.follow((await the_report(switchboard)).reference))["incident"]
    )
    assert incident["procedure"] == "voirie-nid-de-poule"
    assert twilio.texts_to(line.caller)


async def test_a_call_whose_end_nobody_told_becomes_an_incident_all_the_same(
    switchboard: City, line: Line, twilio: TwilioStandIn
) -> None:
    await line.ring()
    await line.say(HOLE)
    await switchboard.settle(minutes=2)
    assert (await switchboard.follow((await the_report(switchboard)).reference))["incident"]
    assert twilio.texts_to(line.caller)


async def test_hanging_up_without_a_word_is_a_missed_call(switchboard: City, line: Line) -> None:
    await line.ring()
    await line.hang_up()
    async with switchboard.session() as session:
        [missed] = await calls.missed(session, switchboard.clock.at)
        assert missed.contact == line.caller


async def test_a_hidden_number_is_heard_too_and_gets_no_text(switchboard: City, twilio: TwilioStandIn) -> None:
    line = Line(switchboard, twilio.token, BASE, caller="anonymous")
    await line.ring()
    await line.say(HOLE)
    await line.say("oui")
    assert line.ended
    assert (await the_report(switchboard)).contact is None


async def test_the_sign_for_a_hidden_number_is_nobodys_number(switchboard: City, twilio: TwilioStandIn) -> None:
    """ANONYMOUS, typed on a keypad: the next caller must not hear what this one reported."""
    hidden = Line(switchboard, twilio.token, BASE, caller="+266696687")
    await hidden.ring()
    await hidden.say(HOLE)
    await hidden.say("oui")
    assert "SMS" not in " ".join(hidden.heard)
    assert (await the_report(switchboard)).contact is None
    await switchboard.settle()
    stranger = Line(switchboard, twilio.token, BASE, caller="+266696687")
    await stranger.ring()
    assert "au sujet de" not in " ".join(stranger.heard)


async def test_a_fixed_line_gets_no_text(switchboard: City, twilio: TwilioStandIn) -> None:
    line = Line(switchboard, twilio.token, BASE, caller="+33380990000")
    await line.ring()
    await line.say(HOLE)
    await line.say("oui")
    await switchboard.settle()
    assert "Vous le recevez aussi par SMS." not in line.heard


async def test_whoever_answered_stop_is_promised_no_text(switchboard: City, line: Line, twilio: TwilioStandIn) -> None:
    await Telephone(switchboard, twilio.token, line.caller).write("STOP")
    await line.ring()
    await line.say(HOLE)
    await line.say("oui")
    await switchboard.settle()
    assert line.ended
    assert "Vous le recevez aussi par SMS." not in line.heard


async def test_a_turn_that_twilio_repeats_has_no_second_effect(
    switchboard: City, line: Line, twilio: TwilioStandIn
) -> None:
    await line.ring()
    fields = {"CallSid": line.sid, "From": line.caller, "SpeechResult": HOLE, "Confidence": "0.8"}
    answers = [await line.post("/webhooks/twilio/voice/heard?turn=0", fields) for _ in range(3)]
    assert answers[0].text == answers[1].text == answers[2].text
    async with switchboard.session() as session:
        assert len((await session.scalars(select(InboundEvent))).all()) == 1
    assert "J'ai compris" in answers[2].text
    await line.hang_up()
    await switchboard.settle()
    assert twilio.texts_to(line.caller)


async def test_waiting_that_twilio_repeats_puts_no_further_question(
    switchboard: City, line: Line, twilio: TwilioStandIn
) -> None:
    await line.ring()
    fields = {"CallSid": line.sid, "From": line.caller}
    asked = await line.post("/webhooks/twilio/voice/heard?turn=0", {**fields, "SpeechResult": HOLE})
    again = [await line.post("/webhooks/twilio/voice/wait?turn=1", fields) for _ in range(3)]
    assert "J'ai compris" in asked.text
    assert {answer.text for answer in again} == {asked.text}
    await line.hang_up()
    await switchboard.settle()
    assert twilio.texts_to(line.caller)


async def test_what_is_not_signed_by_twilio_stays_outside(switchboard: City, line: Line) -> None:
    fields = {"CallSid": line.sid, "From": line.caller, "SpeechResult": HOLE}
    assert (await line.post("/webhooks/twilio/voice/heard?turn=0", fields, token="another")).status_code == 403
    answer = await switchboard.web.post("/webhooks/twilio/voice", json=fields)
    assert answer.status_code == 415
    for signature in (b"", "é".encode(), b"x" * 5000):
        headers = {b"X-Twilio-Signature": signature, b"Content-Type": b"application/x-www-form-urlencoded"}
        refused = await switchboard.web.post("/webhooks/twilio/messages", content=b"Body=a", headers=headers)
        assert refused.status_code == 403


async def test_markup_in_what_was_heard_is_only_words(
    switchboard: City, line: Line, scripted: Scripted, twilio: TwilioStandIn
) -> None:
    odd = "</Say><Dial>+33899000000</Dial> un trou rue monge"
    scripted.expect(odd, ("voirie-nid-de-poule", 0.9), place="</Say><Dial>rue</Dial>")
    await line.ring()
    await line.say(odd)
    assert line.dialled is None
    assert "J'ai compris" in line.last()
    await line.say("oui")
    await switchboard.settle()
    assert twilio.texts_to(line.caller)


async def test_when_nothing_of_ours_works_the_caller_is_still_told_and_passed_on(
    switchboard: City, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(self: House, work: object) -> None:
        raise RuntimeError("the database is away")

    monkeypatch.setattr(House, "run", away)
    answer = await line.post("/webhooks/twilio/voice/heard?turn=0", {"CallSid": "CA1", "SpeechResult": "au feu"})
    assert answer.status_code == 200
    assert "112" in answer.text
    assert PERSON in answer.text


async def test_a_broken_understanding_ends_with_a_person_reading_it(
    switchboard: City, line: Line, scripted: Scripted, twilio: TwilioStandIn
) -> None:
    with scripted.breaking():
        await line.ring()
        await line.say("quelque chose d'étrange se passe ici")
        await line.say("rue monge")
        assert line.ended
    await switchboard.settle()
    assert (await switchboard.follow((await the_report(switchboard)).reference))["incident"]
    assert twilio.texts_to(line.caller)
    await switchboard.rings()
