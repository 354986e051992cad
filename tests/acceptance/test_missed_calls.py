"""Somebody calls and hangs up without a word, or nobody can answer them: they are asked by text what is happening."""

from __future__ import annotations

import pytest

from routing.store import calls
from tests.acceptance.calling import HOLE
from tests.acceptance.connected import BASE
from tests.acceptance.texting import Telephone, reports, the_incident
from tests.city import City
from tests.standins.twilio.account import TwilioStandIn
from tests.standins.twilio.line import Line


async def missed(city: City) -> int:
    async with city.session() as session:
        return len(await calls.missed(session, city.clock.at))


async def called(city: City, twilio: TwilioStandIn, caller: str = "+33639980001") -> Line:
    """Somebody calls and hangs up."""
    line = Line(city, twilio.token, BASE, caller=caller)
    await line.ring()
    await line.hang_up()
    await city.settle(minutes=2)
    return line


async def test_the_answer_to_the_text_is_the_calls_report(switchboard: City, line: Line, twilio: TwilioStandIn) -> None:
    await line.ring()
    await line.silence()
    await line.hang_up()
    await switchboard.settle(seconds=50)
    assert twilio.texts_to(line.caller) == [], "many call again at once"
    await switchboard.settle(seconds=20)
    [asked] = twilio.texts_to(line.caller)
    assert asked.startswith("Vous venez d'appeler Dijon métropole. Que se passe-t-il, et où ?")
    assert await missed(switchboard) == 1
    await Telephone(switchboard, twilio.token, line.caller).write(HOLE)
    await switchboard.settle()
    assert (await the_incident(switchboard))["procedure"] == "voirie-nid-de-poule"
    assert "C'est noté" in twilio.texts_to(line.caller)[-1]
    assert await missed(switchboard) == 0, "nobody has to call back"


async def test_whom_nobody_answered_is_told_so_and_asked(switchboard: City, line: Line, twilio: TwilioStandIn) -> None:
    await line.ring()
    await line.press("0")
    await line.nobody_answers()
    await line.hang_up()
    await switchboard.settle(minutes=2)
    [asked] = twilio.texts_to(line.caller)
    assert "personne n'a pu vous répondre" in asked
    async with switchboard.session() as session:
        [call] = await calls.missed(session, switchboard.clock.at)
    assert call.invited_at is not None


async def test_who_was_spoken_to_is_not_asked(switchboard: City, line: Line, twilio: TwilioStandIn) -> None:
    """The end of the call may be told before the end of the conversation."""
    await line.ring()
    await line.press("0")
    dialled = line._after_dial
    await line.hang_up()
    await line.post(
        dialled.removeprefix(BASE), {"CallSid": line.sid, "From": line.caller, "DialCallStatus": "completed"}
    )
    await switchboard.settle(minutes=2)
    assert twilio.texts_to(line.caller) == []


async def test_who_calls_again_and_says_it_is_not_asked(switchboard: City, twilio: TwilioStandIn) -> None:
    first = Line(switchboard, twilio.token, BASE)
    await first.ring()
    await first.hang_up()
    again = Line(switchboard, twilio.token, BASE, caller=first.caller)
    await again.ring()
    await again.say(HOLE)
    await again.say("oui")
    await switchboard.settle(minutes=2)
    assert not [text for text in twilio.texts_to(first.caller) if "Vous venez d'appeler" in text]


async def test_nobody_is_asked_twice_a_day(switchboard: City, twilio: TwilioStandIn) -> None:
    line = await called(switchboard, twilio)
    await called(switchboard, twilio)
    assert len(twilio.texts_to(line.caller)) == 1
    await switchboard.settle(minutes=24 * 60)
    await called(switchboard, twilio)
    assert len(twilio.texts_to(line.caller)) == 2


@pytest.mark.parametrize("caller", ["+33380990044", "anonymous"])
async def test_who_receives_no_texts_is_not_asked(switchboard: City, twilio: TwilioStandIn, caller: str) -> None:
    await called(switchboard, twilio, caller)
    assert twilio.texts_to(caller) == []
    assert await missed(switchboard) == 1


async def test_who_answered_stop_is_not_asked(switchboard: City, line: Line, twilio: TwilioStandIn) -> None:
    await Telephone(switchboard, twilio.token, line.caller).write("STOP")
    await called(switchboard, twilio, line.caller)
    assert twilio.texts_to(line.caller) == []


@pytest.mark.parametrize(
    "words", ["C'était une erreur, désolé", "non rien merci", "Je me suis trompé de numéro", "wrong number"]
)
async def test_a_mistake_is_no_report(switchboard: City, twilio: TwilioStandIn, words: str) -> None:
    line = await called(switchboard, twilio)
    assert "Bonne journée" in await Telephone(switchboard, twilio.token, line.caller).write(words)
    await switchboard.settle()
    assert await reports(switchboard) == []
    assert await missed(switchboard) == 0
    twilio.texts_to(line.caller)


async def test_who_asks_who_is_there_is_told_what_to_do(switchboard: City, twilio: TwilioStandIn) -> None:
    line = await called(switchboard, twilio)
    assert "Dites en quelques mots" in await Telephone(switchboard, twilio.token, line.caller).write("Bonjour ?")
    assert await missed(switchboard) == 1
    twilio.texts_to(line.caller)


async def test_machines_that_call_all_day_cost_no_more_than_so_many_texts(
    switchboard: City, twilio: TwilioStandIn
) -> None:
    for number in range(70):
        line = Line(switchboard, twilio.token, BASE, caller=f"+336399807{number:02}")
        await line.ring()
        await line.hang_up()
    await switchboard.settle(minutes=2)
    assert sum(len(twilio.texts_to(f"+336399807{number:02}")) for number in range(70)) == 60
    assert await missed(switchboard) == 20, "the screen shows the latest"
