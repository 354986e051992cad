"""A message that does not say what is happening: one open question, by the same door; the answer joins the report."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from routing.domain.understanding import Decision
from routing.store.models import Report
from tests.acceptance.texting import ANA, Telephone, reports
from tests.city import City
from tests.standins.twilio.account import TwilioStandIn
from tests.understood import Scripted

PHONE = "+33639980001"
VAGUE = "y a un problème dans ma rue"
LAMP = "le lampadaire est éteint rue Monge"
WHAT = (
    "Dites-nous en quelques mots ce qui se passe exactement (ce que vous voyez, entendez ou sentez), et où :"
    " rue et commune."
)


@pytest.fixture
def vague(scripted: Scripted) -> str:
    scripted.expect(f"{VAGUE}. {LAMP}", ("eclairage-lampadaire-eteint", 0.93), place="rue Monge")
    return scripted.expect(VAGUE, ("animaux-rats", 0.2), decision=Decision.UNFORESEEN, commune=None, vague=True)


async def test_a_text_message_that_says_nothing_yet_is_asked_once(city: City, vague: str) -> None:
    reference = await city.text(vague)
    await city.settle()
    [receipt] = await city.texts_to(PHONE)
    assert reference in receipt
    assert receipt.endswith(WHAT)
    asked = await city.follow(reference)
    assert (asked["state"], asked["incident"], asked["question"]) == ("asked", None, None)
    assert await city.text(LAMP) == reference
    await city.settle()
    incident = await city.incident((await city.follow(reference))["incident"])
    assert (incident["procedure"], incident["place"], incident["reports"]) == (
        "eclairage-lampadaire-eteint",
        "rue Monge",
        1,
    )
    [card] = await city.cards("eclairage")
    assert (VAGUE in card["excerpt"], LAMP in card["excerpt"]) == (True, True)
    assert (await city.texts_to(PHONE))[1:] == [f"Merci, c'est ajouté à votre signalement {reference}."]


async def test_without_an_answer_a_person_comes_when_a_closed_questions_time_is_up(city: City, vague: str) -> None:
    reference = await city.text(vague)
    await city.settle(seconds=179)
    assert (await city.follow(reference))["incident"] is None
    await city.settle(seconds=2)
    incident = await city.incident((await city.follow(reference))["incident"])
    assert (incident["procedure"], incident["decision"]) == (None, "unforeseen")
    assert await city.rings()
    await city.texts_to(PHONE)


async def test_what_comes_after_the_person_took_over_is_theirs_to_read(city: City, vague: str) -> None:
    reference = await city.text(vague)
    await city.settle(minutes=4)
    incident = (await city.follow(reference))["incident"]
    await city.text(LAMP)
    await city.settle()
    told = await city.incident(incident)
    assert any(LAMP in entry["text"] for entry in told["timeline"])
    assert len(await city.get("/api/v1/incidents")) == 1
    await city.rings()
    await city.texts_to(PHONE)


async def test_a_vague_answer_brings_a_person_and_no_second_question(
    city: City, scripted: Scripted, vague: str
) -> None:
    scripted.expect(f"{VAGUE}. venez voir", decision=Decision.UNFORESEEN, commune=None, vague=True)
    reference = await city.text(vague)
    await city.settle()
    await city.text("venez voir")
    await city.settle()
    assert (await city.follow(reference))["state"] == "open"
    assert [WHAT in text for text in await city.texts_to(PHONE)] == [True, False]
    assert await city.rings()


async def test_danger_in_the_answer_is_heard_before_all_else(city: City, vague: str) -> None:
    reference = await city.text(vague)
    await city.settle()
    assert await city.text("il y a le feu dans la cage d'escalier") == reference
    await city.settle()
    incident = await city.incident((await city.follow(reference))["incident"])
    assert incident["severity"] == "critique"
    assert (await city.texts_to(PHONE))[-1].startswith("Appelez le 112")
    assert await city.rings()


async def test_danger_is_never_asked_about(city: City, scripted: Scripted) -> None:
    words = scripted.expect("au secours venez vite", decision=Decision.UNFORESEEN, vague=True)
    reference = await city.text(words)
    await city.settle()
    assert (await city.follow(reference))["state"] == "open"
    assert not [text for text in await city.texts_to(PHONE) if "exactement" in text]
    assert await city.rings()


async def test_thanks_are_no_answer_and_zero_is_a_person(city: City, vague: str) -> None:
    reference = await city.text(vague)
    await city.settle()
    for words in ("merci", "12"):
        assert await city.text(words) == reference
        await city.settle()
    assert (await city.follow(reference))["state"] == "asked"
    await city.text("0")
    await city.settle()
    assert (await city.follow(reference))["state"] == "open"
    assert (await city.texts_to(PHONE))[-1].startswith("Une personne va lire vos messages")
    await city.rings()


async def test_who_writes_english_is_asked_in_english(city: City, scripted: Scripted) -> None:
    words = scripted.expect(
        "there is a problem in my street", decision=Decision.ASK, commune=None, language="en", vague=True
    )
    await city.text(words)
    await city.settle()
    assert (await city.texts_to(PHONE))[-1].startswith("Noted")
    assert "Tell us in a few words what exactly is happening" in (await city.texts_to(PHONE))[-1]
    await city.settle(minutes=4)
    await city.rings()


async def test_a_position_and_a_repeated_webhook_change_nothing_but_the_place(
    town: City, phone: Telephone, scripted: Scripted, twilio: TwilioStandIn, vague: str
) -> None:
    await phone.write(vague)
    await town.settle()
    await phone.write("", Latitude="47.3215", Longitude="5.0415")
    await town.settle()
    [report] = await reports(town)
    assert report.state == "asked"
    assert report.latitude == pytest.approx(47.3215)
    fields = phone.message(LAMP)
    for _ in range(3):
        await phone.post(fields)
    await town.settle()
    [report] = await reports(town)
    assert (report.text, report.state) == (f"{VAGUE}. {LAMP}", "attached")
    assert len(twilio.texts_to(ANA)) == 2


async def test_the_tracking_page_asks_and_takes_the_answer(city: City, vague: str) -> None:
    reference = await city.report(vague)
    await city.settle()
    address = (await city.follow(reference))["tracking_url"].removeprefix("http://127.0.0.1:8000")
    assert "exactement" in (await city.web.get(address)).text
    empty = await city.web.post(f"{address}/reponse", data={"texte": " "})
    assert empty.status_code == 422
    for _ in range(2):  # a second click
        posted = await city.web.post(f"{address}/reponse", data={"texte": LAMP})
        assert posted.status_code == 303
    await city.settle()
    assert (await city.follow(reference))["procedure"] == "eclairage-lampadaire-eteint"
    assert 'name="texte"' not in (await city.web.get(address)).text


async def test_an_answer_on_the_page_that_comes_late_is_read_by_the_person(city: City, vague: str) -> None:
    reference = await city.report(vague)
    await city.settle(minutes=4)
    followed = await city.follow(reference)
    address = followed["tracking_url"].removeprefix("http://127.0.0.1:8000")
    assert (await city.web.post(f"{address}/reponse", data={"texte": LAMP})).status_code == 303
    incident = await city.incident(followed["incident"])
    assert incident["timeline"][-1]["text"] == f"{reference} répond à la question : {LAMP}"
    await city.rings()


async def test_the_api_takes_the_answer_too(city: City, vague: str) -> None:
    reference = await city.report(vague)
    await city.settle()
    assert (await city.follow(reference))["open_question"] == WHAT
    for body in ({}, {"procedure": None, "text": "a"}, {"text": " "}):
        assert (await city.post(f"/api/v1/reports/{reference}/answer", body)).status_code == 422
    assert (await city.post(f"/api/v1/reports/{reference}/answer", {"text": LAMP})).json()["state"] == "received"
    await city.settle()
    assert (await city.follow(reference))["procedure"] == "eclairage-lampadaire-eteint"


async def test_a_lost_job_loses_neither_the_question_nor_the_answer(city: City, vague: str) -> None:
    await city.text(vague)
    await city.settle()
    await city.lose_every_job()
    await city.text(LAMP)
    await city.lose_every_job()
    await city.settle(seconds=30)
    async with city.session() as session:
        [report] = (await session.scalars(select(Report))).all()
    assert report.state == "attached"
    await city.texts_to(PHONE)
