"""STOP ends news by whatever door, START brings them back; each is confirmed, by one of the provider and us."""

from __future__ import annotations

import pytest

from tests.acceptance.citizen import ANA as ANA_AT_TELEGRAM
from tests.acceptance.citizen import HOLE as HOLE_AT_TELEGRAM
from tests.acceptance.citizen import Writer, incident
from tests.acceptance.citizen import reports as reported
from tests.acceptance.texting import ANA, HOLE, Telephone, reports
from tests.city import City
from tests.standins.twilio.account import TwilioStandIn
from tests.understood import Scripted

NO_MORE = "nous ne vous enverrons plus de nouvelles"
AGAIN = "vous recevrez de nouveau des nouvelles"


@pytest.fixture
def whatsapp(town: City, twilio: TwilioStandIn) -> Telephone:
    return Telephone(town, twilio.token, f"whatsapp:{ANA}")


async def test_on_whatsapp_both_are_confirmed_and_obeyed(
    town: City, whatsapp: Telephone, twilio: TwilioStandIn
) -> None:
    await whatsapp.write(HOLE)
    await town.settle()
    assert NO_MORE in await whatsapp.write("Stop")
    [report] = await reports(town)
    taken = str((await town.follow(report.reference))["incident"])
    await town.act(taken, "acknowledge", by="Ana")
    await town.settle()
    assert len(twilio.texts_to(f"whatsapp:{ANA}")) == 1, "nothing after STOP"
    assert AGAIN in await whatsapp.write("START")
    await town.act(taken, "resolve", by="Ana", reason="intervention faite")
    await town.settle()
    assert "est clos" in twilio.texts_to(f"whatsapp:{ANA}")[-1]
    assert len(await reports(town)) == 1


@pytest.mark.parametrize("words", ["stop", "STOP.", "arrêt", "Arrêtez les messages svp", "unsubscribe", "STOP merci"])
async def test_a_wish_told_twice_is_confirmed_once(town: City, whatsapp: Telephone, words: str) -> None:
    fields = whatsapp.message(words)
    assert NO_MORE in await whatsapp.post(fields)
    assert "<Message>" not in await whatsapp.post(fields)
    assert await reports(town) == []


async def test_whoever_begins_with_start_is_greeted(town: City, whatsapp: Telephone) -> None:
    assert "Dites en quelques mots ce qui se passe" in await whatsapp.write("Start")


async def test_a_stop_is_confirmed_in_the_language_of_what_was_reported(
    town: City, whatsapp: Telephone, scripted: Scripted, twilio: TwilioStandIn
) -> None:
    await whatsapp.write(
        scripted.expect("a lamp is out, rue Monge", ("eclairage-lampadaire-eteint", 0.9), language="en")
    )
    await town.settle()
    assert "no more news" in await whatsapp.write("stop")
    assert twilio.texts_to(f"whatsapp:{ANA}")


async def test_what_twilio_confirms_by_itself_we_do_not(town: City, phone: Telephone, whatsapp: Telephone) -> None:
    """By text message its own keywords; by any door those of its Advanced Opt-Out, which it names in the webhook."""
    for word in ("STOP", "start", "STOPALL"):
        assert "<Message>" not in await phone.write(word)
    assert NO_MORE in await phone.write("arrêt"), "a French word is none of Twilio's"
    assert AGAIN in await phone.write("reprendre")
    assert "<Message>" not in await whatsapp.write("STOP", OptOutType="STOP")


async def test_a_yes_that_twilio_takes_for_a_start_is_still_the_answer(
    town: City, phone: Telephone, twilio: TwilioStandIn
) -> None:
    await phone.write(HOLE)
    await town.settle()
    [report] = await reports(town)
    solved = str((await town.follow(report.reference))["incident"])
    await town.act(solved, "acknowledge", by="Ana")
    await town.act(solved, "resolve", by="Ana", reason="intervention faite")
    await phone.write("YES", OptOutType="START")
    await town.settle()
    assert twilio.texts_to(ANA)[-1].startswith("Merci de nous l'avoir dit")


async def test_on_telegram_the_word_and_the_command_do_the_same(ana: Writer) -> None:
    await ana.write(HOLE_AT_TELEGRAM)
    await ana.write("STOP")
    assert NO_MORE in ana.told()[-1]
    taken = (await incident(ana))["reference"]
    await ana.city.act(taken, "acknowledge")
    await ana.city.settle(minutes=1)
    assert NO_MORE in ana.told()[-1]
    assert not [line for line in (await incident(ana))["timeline"] if "ajoute" in line["text"]]
    await ana.write("start")
    assert AGAIN in ana.told()[-1]
    await ana.write("/stop")
    assert NO_MORE in ana.told()[-1]
    await ana.write("/start")
    assert ana.told()[-1].startswith("C'est entendu")
    await ana.city.act(taken, "resolve", reason="intervention faite")
    await ana.city.settle(minutes=1)
    assert "est clos" in ana.told()[-1]
    [report] = await reported(ana)
    assert report.contact == str(ANA_AT_TELEGRAM)
