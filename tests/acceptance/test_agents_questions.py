"""An agent asks whoever reported it: each person once, by the door they use; who came by the web, on their page."""

from __future__ import annotations

import pytest

from routing.errors import Conflict
from routing.service.ask_citizen import ask_citizen
from tests.acceptance.texting import ANA, HOLE, Telephone, the_incident
from tests.city import City
from tests.standins.twilio.account import TwilioStandIn
from tests.understood import Scripted

QUESTION = "Le trou est-il sur la <b>chaussée</b> ?"
LOCAL = "http://127.0.0.1:8000"


async def _ask(city: City, incident: str, text: str = QUESTION) -> None:
    async with city.session() as session:
        await ask_citizen(session, city.house.desk, incident, by="Ana", text=text)
    await city.settle(seconds=3)


@pytest.fixture
def hole(scripted: Scripted) -> str:
    return scripted.expect(HOLE, ("voirie-nid-de-poule", 0.9), place="rue Monge")


async def test_who_came_by_the_web_is_asked_on_their_page_and_the_answer_joins_the_thread(
    city: City, hole: str
) -> None:
    reference = await city.report(hole)
    await city.settle()
    follow = await city.follow(reference)
    address = follow["tracking_url"].removeprefix(LOCAL)
    await _ask(city, follow["incident"])
    asked = (await city.incident(follow["incident"]))["timeline"][-1]["text"]
    assert "sur sa page de suivi" in asked, "the agent knows that nobody is woken by it"
    page = (await city.web.get(address)).text
    assert "Un agent vous demande : Le trou est-il sur la &lt;b&gt;chaussée" in page
    assert 'http-equiv="refresh"' not in page, "a page that reloads would take the words away"
    for _ in range(2):  # a second click
        posted = await city.web.post(f"{address}/reponse", data={"texte": "oui, au milieu"})
        assert posted.status_code == 200
        assert "Merci, c&#39;est transmis." in posted.text
        assert 'name="texte"' not in posted.text
        assert posted.text.count("Vous avez répondu : oui, au milieu") == 1
    await city.settle()
    heard = await city.thread("voirie", follow["incident"])
    assert [line for line in heard if "répond" in line] == [f"{reference} répond : oui, au milieu"]


async def test_other_programs_read_the_question_and_bring_the_answer(city: City, hole: str) -> None:
    reference = await city.report(hole)
    await city.settle()
    follow = await city.follow(reference)
    assert follow["agent_asks"] is None
    await _ask(city, follow["incident"], "De quel côté ?")
    assert (await city.follow(reference))["agent_asks"] == "Un agent vous demande : De quel côté ?"
    for _ in range(2):  # a program that repeats itself
        answered = await city.post(f"/api/v1/reports/{reference}/answer", {"text": "côté gare"})
        assert (answered.status_code, answered.json()["agent_asks"]) == (200, None)
    await city.settle()
    heard = await city.thread("voirie", follow["incident"])
    assert [line for line in heard if "répond" in line] == [f"{reference} répond : côté gare"]
    refused = await city.post(f"/api/v1/reports/{reference}/answer", {"text": "autre chose"})
    assert refused.status_code == 409


async def test_danger_in_the_answer_is_met_with_112_first(city: City, hole: str) -> None:
    reference = await city.report(hole)
    await city.settle()
    follow = await city.follow(reference)
    address = follow["tracking_url"].removeprefix(LOCAL)
    await _ask(city, follow["incident"])
    page = (await city.web.post(f"{address}/reponse", data={"texte": "une dame est tombée, elle ne respire plus"})).text
    assert page.index("Appelez le 112") < page.index("Merci, c&#39;est transmis.")


async def test_a_question_ends_with_its_incident(city: City, hole: str) -> None:
    reference = await city.report(hole)
    await city.settle()
    follow = await city.follow(reference)
    await _ask(city, follow["incident"])
    await city.act(follow["incident"], "resolve")
    assert 'name="texte"' not in (await city.web.get(follow["tracking_url"].removeprefix(LOCAL))).text


async def test_a_caller_without_a_number_cannot_be_asked(city: City, hole: str) -> None:
    incident = await city.opened(hole, channel="voice")
    with pytest.raises(Conflict, match="Personne ne peut être joint"):
        await _ask(city, incident["reference"])


async def test_one_person_by_two_doors_is_asked_and_told_once_by_the_last(
    town: City, phone: Telephone, twilio: TwilioStandIn
) -> None:
    await phone.write(HOLE)
    await town.settle(seconds=20)
    await Telephone(town, twilio.token, f"whatsapp:{ANA}").write(HOLE)
    await town.settle()
    incident = str((await the_incident(town))["reference"])
    before = len(twilio.texts_to(ANA)), len(twilio.texts_to(f"whatsapp:{ANA}"))
    await _ask(town, incident)
    await town.act(incident, "acknowledge", by="Ana")
    await town.settle(seconds=3)
    assert len(twilio.texts_to(ANA)) == before[0]
    asked, taken = twilio.texts_to(f"whatsapp:{ANA}")[before[1] :]
    assert "Un agent vous demande" in asked
    assert "pris en charge" in taken
