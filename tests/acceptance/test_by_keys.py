"""A caller whom nobody can hear (noise, no voice) says by keys what it is about; else a person is called."""

from __future__ import annotations

import pytest

from intake.replies import BY_KEYS
from tests.acceptance.calling import HOLE, the_report
from tests.acceptance.connected import PERSON
from tests.city import City
from tests.standins.twilio.account import TwilioStandIn
from tests.standins.twilio.line import Line
from tests.understood import Scripted


@pytest.fixture
async def unheard(switchboard: City, line: Line) -> Line:
    """Two turns gave nothing."""
    await line.ring()
    await line.silence()
    await line.say("")
    assert "Choisissez au clavier. La chaussée, l'éclairage ou les feux, le 1." in " ".join(line.heard[-2:])
    return line


async def incident_of(city: City) -> dict[str, object]:
    return await city.incident((await city.follow((await the_report(city)).reference))["incident"])


async def is_understood(switchboard: City, unheard: Line, twilio: TwilioStandIn) -> None:
    """The caller says it after all, confirms what was understood, and is texted the reference."""
    await unheard.say(HOLE)
    assert "J'ai compris" in unheard.last()
    await unheard.say("oui")
    await switchboard.settle()
    assert (await the_report(switchboard)).text == HOLE
    assert twilio.texts_to(unheard.caller)


async def test_a_matter_is_chosen_and_its_place_is_asked_by_text(
    switchboard: City, unheard: Line, twilio: TwilioStandIn
) -> None:
    await unheard.press("1")
    assert "2, un ou deux lampadaires éteints ou qui clignotent" in unheard.last()
    await unheard.press("2")
    assert "Où est-ce ?" in unheard.last()
    await unheard.silence()
    assert unheard.ended
    await switchboard.settle()
    assert (await incident_of(switchboard))["procedure"] == "eclairage-lampadaire-eteint"
    assert "Où est-ce ?" in twilio.texts_to(unheard.caller)[-1]


async def test_a_place_that_is_heard_after_all_is_kept(
    switchboard: City, unheard: Line, scripted: Scripted, twilio: TwilioStandIn
) -> None:
    await unheard.press("1")
    await unheard.press("1")
    await unheard.say(scripted.expect("rue berbisey", place="rue Berbisey"))
    await switchboard.settle()
    incident = await incident_of(switchboard)
    assert (incident["procedure"], incident["place"]) == ("voirie-nid-de-poule", "rue Berbisey")
    assert twilio.texts_to(unheard.caller)


async def test_whoever_is_heard_at_last_need_press_nothing(
    switchboard: City, unheard: Line, twilio: TwilioStandIn
) -> None:
    await is_understood(switchboard, unheard, twilio)


async def test_whoever_says_it_instead_of_the_second_key_is_understood(
    switchboard: City, unheard: Line, twilio: TwilioStandIn
) -> None:
    await unheard.press("4")
    await is_understood(switchboard, unheard, twilio)


@pytest.mark.parametrize("key", ["0", "8"])
async def test_any_other_key_brings_a_person(switchboard: City, unheard: Line, key: str) -> None:
    await unheard.press(key)
    assert unheard.dialled == PERSON
    await unheard.somebody_answers()


async def test_none_of_them_brings_a_person_who_finds_it_in_the_room(
    switchboard: City, unheard: Line, twilio: TwilioStandIn
) -> None:
    """Nobody is woken by a key."""
    await unheard.press("5")
    await unheard.press("5")
    assert unheard.dialled == PERSON
    await switchboard.settle(minutes=10)
    report = await the_report(switchboard)
    assert report.text == BY_KEYS.format(words="un arbre ou un animal")
    assert (await incident_of(switchboard))["procedure"] is None
    assert await switchboard.rings() == []
    assert twilio.texts_to(unheard.caller)


async def test_who_hangs_up_at_the_second_key_is_read_by_a_person(
    switchboard: City, unheard: Line, twilio: TwilioStandIn
) -> None:
    await unheard.press("3")
    await unheard.hang_up()
    await switchboard.settle(minutes=10)
    assert (await incident_of(switchboard))["procedure"] is None
    assert await switchboard.rings() == []
    assert "Où est-ce ?" in twilio.texts_to(unheard.caller)[-1]


async def test_english_speakers_are_not_read_a_french_list(switchboard: City, line: Line) -> None:
    await line.ring()
    await line.silence()
    await line.press("9")
    await line.silence()
    await line.silence()
    await line.silence()
    assert line.dialled == PERSON
    assert "Choisissez" not in " ".join(line.heard)
