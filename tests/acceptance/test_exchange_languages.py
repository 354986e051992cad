"""Citizens are answered in their language, and agents know which it is."""

from __future__ import annotations

from routing.domain.understanding import Decision
from tests.acceptance.connected import BASE
from tests.acceptance.texting import ANA, Telephone, reports, the_incident
from tests.city import City
from tests.standins.twilio.account import TwilioStandIn
from tests.standins.twilio.line import Line
from tests.understood import Scripted

PAIR = (("voirie-trottoir-degrade", 0.5), ("voirie-potelet-arrache", 0.4))


async def test_an_english_speaker_is_answered_in_english_and_agents_know(
    town: City, phone: Telephone, scripted: Scripted, twilio: TwilioStandIn
) -> None:
    hole = scripted.expect("a big hole rue Monge", ("voirie-nid-de-poule", 0.9), place="rue Monge", language="en")
    await phone.write(hole)
    await town.settle()
    incident = str((await the_incident(town))["reference"])
    await town.act(incident, "acknowledge", by="Ana")
    receipt, taken = twilio.texts_to(ANA)
    assert receipt.startswith("Noted, your report has the number")
    assert taken.endswith("has been taken up by the service in charge.")
    timeline = (await town.incident(incident))["timeline"]
    assert any("écrit en anglais : on lui répond automatiquement" in line["text"] for line in timeline)
    [report] = await reports(town)
    page = (await town.web.get(f"/suivi/{report.token}")).text
    assert '<html lang="en">' in page
    assert "Your message has arrived." in page


async def test_a_language_we_lack_goes_to_a_person_without_a_question(
    town: City, phone: Telephone, scripted: Scripted, twilio: TwilioStandIn
) -> None:
    await phone.write(scripted.expect("حفرة في الشارع", *PAIR, decision=Decision.ASK, language="ar"))
    await town.settle()
    incident = await the_incident(town)
    assert incident["dispatches"][0]["service"] == "appels-entrants"
    assert any("arabe : une personne doit lui répondre" in line["text"] for line in incident["timeline"])
    [text] = twilio.texts_to(ANA)
    assert "C'est noté" in text
    assert "Noted" in text


async def test_danger_in_a_language_we_lack_is_answered_in_french_and_english_first(
    town: City, phone: Telephone, scripted: Scripted, twilio: TwilioStandIn
) -> None:
    fire = scripted.expect("هناك حريق", ("securite-incendie-batiment", 0.9), language="ar")
    await phone.write(fire)
    await town.settle()
    assert await town.rings()
    [text] = twilio.texts_to(ANA)
    assert text.startswith("Appelez le 112")
    assert text.index("Call 112 right now") < text.index("C'est noté")


async def test_safety_words_of_a_matter_are_not_french_to_an_english_speaker(
    town: City, phone: Telephone, scripted: Scripted, twilio: TwilioStandIn
) -> None:
    hole = scripted.expect(
        "the road is falling in rue Monge", ("voirie-affaissement", 0.9), place="rue Monge", language="en"
    )
    await phone.write(hole)
    await town.settle()
    await town.rings()
    [text] = twilio.texts_to(ANA)
    assert text.startswith("Call 112 right now")
    assert "Appelez" not in text


async def test_safety_words_of_a_matter_are_not_said_in_french_to_an_english_caller(
    town: City, scripted: Scripted, twilio: TwilioStandIn
) -> None:
    hole = scripted.expect("the road is falling in", ("voirie-affaissement", 0.9), place="rue Monge", language="en")
    line = Line(town, twilio.token, BASE)
    await line.ring()
    await line.silence()
    await line.press("9")
    await line.say(hole)
    if not line.ended:
        await line.say("yes")
    assert any(said.startswith("Call 112 right now") for said in line.heard)
    assert not any("Appelez" in said for said in line.heard)
    await town.settle()
    await town.rings()
    twilio.texts_to(ANA)


async def test_the_form_speaks_the_browsers_language(city: City) -> None:
    english = await city.web.get("/signaler", headers={"Accept-Language": "de-DE,en;q=0.7,fr;q=0.3"})
    assert "Report a problem" in english.text
    empty = await city.web.post("/signaler", data={"texte": " ", "langue": "en"})
    assert "Say in a few words" in empty.text
    assert "Signaler un problème" in (await city.web.get("/signaler")).text
    assert "Report a problem" in (await city.web.get("/signaler?langue=en")).text


async def test_a_question_that_is_over_is_said_to_be_in_the_pages_language(city: City, scripted: Scripted) -> None:
    hole = scripted.expect("a big hole rue Monge", ("voirie-nid-de-poule", 0.9), place="rue Monge", language="en")
    reference = await city.report(hole)
    await city.settle()
    address = (await city.follow(reference))["tracking_url"].removeprefix("http://127.0.0.1:8000")
    late = await city.web.post(f"{address}/reponse", data={"procedure": "voirie-nid-de-poule"})
    assert late.status_code == 409
    assert "This question is over" in late.text
    assert "n&#39;attend plus" not in late.text
