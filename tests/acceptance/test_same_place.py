"""Danger told in short messages: where it is was said a moment before, and help is told where to go."""

from __future__ import annotations

from typing import Any

import pytest

from routing.domain.understanding import Decision
from tests.acceptance.connected import BASE
from tests.acceptance.texting import ANA, HOLE, Telephone, the_incident
from tests.city import City
from tests.standins.twilio.account import TwilioStandIn
from tests.standins.twilio.line import Line
from tests.understood import Scripted

STRANGER = "+33639980007"
GAS = "ça sent le gaz dans l'immeuble"


@pytest.fixture
def gas(scripted: Scripted) -> str:
    return scripted.expect(GAS, ("reseaux-energie-odeur-gaz", 0.95))


@pytest.fixture
def hole(scripted: Scripted) -> str:
    return scripted.expect(HOLE, ("voirie-nid-de-poule", 0.9), commune="Dijon", place="rue Monge")


@pytest.fixture
def line(town: City, twilio: TwilioStandIn) -> Line:
    return Line(town, twilio.token, BASE)


async def _alarmed(town: City) -> dict[str, Any]:
    await town.settle()
    assert await town.rings()
    return await the_incident(town)


async def test_the_place_said_before_the_danger_is_that_of_the_danger_and_to_be_checked(
    town: City, phone: Telephone, twilio: TwilioStandIn, hole: str, gas: str
) -> None:
    await phone.write(hole)
    await town.settle(minutes=2)
    await phone.write(gas)
    incident = await _alarmed(town)
    assert (incident["procedure"], incident["place"]) == ("reseaux-energie-odeur-gaz", "rue Monge")
    assert incident["commune"] == "Dijon"
    assert any("à vérifier" in line and "2 min plus tôt" in line for line in incident["notes"])
    assert twilio.texts_to(ANA)[1].startswith("Appelez le 112")


async def test_a_place_that_waits_for_the_answer_to_a_question_counts_too(
    town: City, phone: Telephone, twilio: TwilioStandIn, scripted: Scripted, gas: str
) -> None:
    candidates = (("voirie-trottoir-degrade", 0.4), ("voirie-potelet-arrache", 0.3))
    unclear = scripted.expect(
        "c'est cassé rue Monge", *candidates, decision=Decision.ASK, commune="Dijon", place="rue Monge"
    )
    await phone.write(unclear)
    await town.settle(seconds=20)
    await phone.write(gas)
    assert (await _alarmed(town))["place"] == "rue Monge"
    twilio.texts_to(ANA)


async def test_what_was_said_long_ago_or_by_somebody_else_is_no_place_to_send_help_to(
    town: City, phone: Telephone, twilio: TwilioStandIn, hole: str, gas: str
) -> None:
    await phone.write(hole)
    await town.settle(seconds=30)
    await Telephone(town, twilio.token, STRANGER).write(gas)
    assert (await _alarmed(town))["place"] is None
    await town.settle(minutes=20)
    await town.rings()
    await phone.write(gas)
    incident = await _alarmed(town)
    assert (incident["place"], incident["notes"]) == (
        None,
        [line for line in incident["notes"] if "repris" not in line],
    )
    twilio.texts_to(ANA)
    twilio.texts_to(STRANGER)


async def test_a_caller_who_calls_again_about_the_same_is_helped_where_it_is(
    town: City, twilio: TwilioStandIn, phone: Telephone, line: Line, hole: str, gas: str
) -> None:
    await phone.write(hole)
    await town.settle(minutes=90)
    await line.ring()
    assert "Vous appelez au sujet de" in line.last()
    await line.say("oui")
    await line.say(gas)
    assert (await _alarmed(town))["place"] == "rue Monge"
    twilio.texts_to(ANA)


async def test_danger_instead_of_a_yes_may_be_elsewhere(
    town: City, twilio: TwilioStandIn, phone: Telephone, line: Line, hole: str, gas: str
) -> None:
    await phone.write(hole)
    await town.settle(minutes=90)
    await line.ring()
    await line.say(gas)
    assert (await _alarmed(town))["place"] is None
    twilio.texts_to(ANA)
