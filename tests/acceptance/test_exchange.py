"""The exchange by message: one question at most, a person on demand, news until it is solved, in one's own language."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from routing.domain.understanding import Decision
from routing.errors import Conflict
from routing.service.outcome import not_solved, solved
from routing.store.models import Report
from tests.acceptance.connected import BASE
from tests.acceptance.texting import ANA, HOLE, Telephone, reports, the_incident
from tests.city import City
from tests.standins.twilio.account import TwilioStandIn
from tests.standins.twilio.line import Line
from tests.understood import Scripted

BRUNO = "+33639980002"
PAIR = (("voirie-trottoir-degrade", 0.5), ("voirie-potelet-arrache", 0.4))


async def closed(city: City, phone: Telephone, **more: str) -> str:
    """A hole, reported, taken and closed; returns the incident's reference."""
    await phone.write(HOLE)
    await city.settle()
    incident = str((await the_incident(city))["reference"])
    await city.act(incident, "acknowledge", by="Ana")
    await city.act(incident, "resolve", by="Ana", reason="intervention faite", **more)
    return incident


async def test_a_missing_place_is_asked_for_beside_the_receipt_and_the_answer_fills_it(
    town: City, phone: Telephone, scripted: Scripted, twilio: TwilioStandIn
) -> None:
    await phone.write(scripted.expect("ya un trou énorme", ("voirie-nid-de-poule", 0.9)))
    await town.settle(seconds=20)
    assert twilio.texts_to(ANA)[0].endswith("Où est-ce ? Répondez par la rue et la commune.")
    # The name of the street sounds like another matter; it is an answer all the same.
    await phone.write(scripted.expect("rue du Tramway", ("transports-tram-arrete", 0.9), place="rue du Tramway"))
    await town.settle()
    incident = await the_incident(town)
    assert (incident["procedure"], incident["place"]) == ("voirie-nid-de-poule", "rue du Tramway")
    assert len(twilio.texts_to(ANA)) == 2


async def test_a_place_told_later_joins_the_incident_that_is_there_already(
    town: City, phone: Telephone, scripted: Scripted, twilio: TwilioStandIn
) -> None:
    await phone.write(HOLE, From=BRUNO)
    await town.settle()
    first = await the_incident(town)
    await phone.write(scripted.expect("ya un trou énorme", ("voirie-nid-de-poule", 0.9)))
    await town.settle(minutes=40)
    second = await the_incident(town)
    assert second["reference"] != first["reference"]
    await phone.write(scripted.expect("rue monge à dijon", ("neige-verglas-axe-prioritaire", 0.99), place="rue Monge"))
    await town.settle()
    [_, asked, _] = await reports(town)
    assert (await town.follow(asked.reference))["incident"] == first["reference"]
    assert (await town.incident(first["reference"]))["reports"] == 2
    ended = await town.incident(second["reference"])
    assert (ended["state"], ended["resolution"]) == ("resolved", f"réuni avec {first['reference']}")
    assert [text.split()[0] for text in twilio.texts_to(ANA)] == ["C'est", "Merci,"], "nobody tells Ana it is closed"
    twilio.texts_to(BRUNO)


@pytest.mark.parametrize("wish", ["un humain", "0", "agent", "someone", "je veux parler à quelqu'un"])
async def test_a_person_is_given_within_one_turn(
    town: City, phone: Telephone, twilio: TwilioStandIn, wish: str
) -> None:
    await phone.write(wish)
    await town.settle()
    incident = await the_incident(town)
    assert [row["service"] for row in incident["dispatches"]] == ["appels-entrants"]
    [text] = twilio.texts_to(ANA)
    assert text.startswith("Une personne va lire vos messages")


async def test_a_person_asked_for_instead_of_an_answer_ends_the_question(
    town: City, phone: Telephone, scripted: Scripted, twilio: TwilioStandIn
) -> None:
    await phone.write(scripted.expect("un truc cassé", *PAIR, decision=Decision.ASK, place="rue Monge"))
    await town.settle()
    assert "0 : parler à une personne" in twilio.texts_to(ANA)[-1]
    await phone.write("0")
    await town.settle()
    [report] = await reports(town)
    assert report.incident_id is not None
    assert twilio.texts_to(ANA)[-1].startswith("Une personne va lire vos messages")


async def test_a_person_asked_for_after_a_report_is_heard_in_its_thread(
    town: City, phone: Telephone, twilio: TwilioStandIn
) -> None:
    await phone.write(HOLE)
    await town.settle(minutes=30)
    await phone.write("je voudrais parler à quelqu'un")
    await town.settle()
    [report] = await reports(town)
    incident = await the_incident(town)
    assert incident["timeline"][-1]["text"] == f"{report.reference} demande à parler à une personne"
    assert len(twilio.texts_to(ANA)) == 2


async def test_not_solved_reopens_and_alerts_the_same_service(
    town: City, phone: Telephone, twilio: TwilioStandIn
) -> None:
    incident = await closed(town, phone)
    assert twilio.texts_to(ANA)[-1].endswith("clos : intervention faite. Est-ce réglé ? Répondez OUI ou NON.")
    town.clock.advance(timedelta(days=13))
    await phone.write("non, le trou est toujours là")
    await town.settle()
    again = await town.incident(incident)
    assert again["state"] == "open"
    reopened = [line for line in again["timeline"] if line["kind"] == "reopened"]
    assert "le trou est toujours la" in reopened[0]["text"]
    assert any("Rouvert par le citoyen" in line for line in await town.thread("voirie", incident))
    assert twilio.texts_to(ANA)[-1].startswith("C'est rouvert")
    assert len(await reports(town)) == 1, "a no is an answer, not a report of its own"


async def test_solved_is_heard_and_thanked_once(town: City, phone: Telephone, twilio: TwilioStandIn) -> None:
    incident = await closed(town, phone)
    await phone.write("Oui")
    await town.settle()
    assert (await town.incident(incident))["timeline"][-1]["text"].endswith("confirme : c'est réglé")
    assert twilio.texts_to(ANA)[-1] == "Merci de nous l'avoir dit. Bonne continuation."
    told = len(twilio.texts_to(ANA))
    await phone.write("oui")
    await town.settle()
    assert len(await reports(town)) == 1, "a second yes answers nothing any more, and is nobody's matter"
    assert len(twilio.texts_to(ANA)) == told


async def test_not_solved_before_anybody_said_so_is_a_line_of_its_thread(
    town: City, phone: Telephone, twilio: TwilioStandIn
) -> None:
    await phone.write(HOLE)
    await town.settle()
    async with town.session() as session:
        report = (await session.scalars(select(Report))).one()
        await not_solved(session, town.house.desk, report, "il est plus large")
    incident = await the_incident(town)
    line = incident["timeline"][-1]["text"]
    assert line == f"{report.reference} : toujours pas réglé. il est plus large"
    async with town.session() as session:
        alone = await session.get_one(Report, report.id)
        alone.incident_id = None  # erased, or not opened yet
        with pytest.raises(Conflict, match="pas encore ouvert"):
            await not_solved(session, town.house.desk, alone)
        await solved(session, town.house.desk, alone)
    await town.settle()
    assert (await town.incident(incident["reference"]))["timeline"][-1]["text"] == line
    assert twilio.texts_to(ANA)[-1] == "Merci de nous l'avoir dit. Bonne continuation."


async def test_after_fourteen_days_a_no_is_asked_what_it_is_about(
    town: City, phone: Telephone, twilio: TwilioStandIn
) -> None:
    incident = await closed(town, phone)
    town.clock.advance(timedelta(days=15))
    twilio.texts_to(ANA)
    assert "Dites en quelques mots ce qui se passe" in await phone.write("non")
    await town.settle()
    assert (await town.incident(incident))["state"] == "resolved"
    assert len(await reports(town)) == 1


async def test_what_is_not_ours_says_whose_it_is(town: City, phone: Telephone, twilio: TwilioStandIn) -> None:
    await phone.write(HOLE)
    await town.settle()
    reference = (await the_incident(town))["reference"]
    form = {"motif": "transmis au bon interlocuteur", "dequi": "Enedis, 09 72 67 50 21"}
    answer = await town.web.post(f"/salle/incidents/{reference}/resoudre", data=form)
    assert answer.status_code == 303
    await town.settle()
    assert "ne dépend pas de nous mais de : Enedis, 09 72 67 50 21." in twilio.texts_to(ANA)[-1]
    [report] = await reports(town)
    assert "Enedis" in (await town.web.get(f"/suivi/{report.token}")).text


async def test_two_reports_of_one_person_are_told_once(town: City, phone: Telephone, twilio: TwilioStandIn) -> None:
    await phone.write(HOLE)
    await town.settle(seconds=20)
    await phone.write(HOLE)
    await town.settle()
    incident = str((await the_incident(town))["reference"])
    before = len(twilio.texts_to(ANA))
    await town.act(incident, "acknowledge", by="Ana")
    assert len(twilio.texts_to(ANA)) == before + 1


async def test_news_waits_for_the_morning_unless_it_is_urgent(
    town: City, phone: Telephone, scripted: Scripted, twilio: TwilioStandIn
) -> None:
    town.clock.at = datetime(2026, 1, 10, 22, 30, tzinfo=UTC)  # half past eleven in the evening
    await phone.write(HOLE)
    await town.settle()
    assert len(twilio.texts_to(ANA)) == 1, "an answer to a message does not wait"
    await town.act(str((await the_incident(town))["reference"]), "acknowledge", by="Ana")
    assert len(twilio.texts_to(ANA)) == 1
    gas = Telephone(town, twilio.token, BRUNO)
    await gas.write(scripted.expect("ça sent le gaz rue Monge", ("reseaux-energie-odeur-gaz", 0.9), place="rue Monge"))
    await town.settle()
    await town.act(str((await the_incident(town))["reference"]), "acknowledge", by="Bruno")
    assert len(twilio.texts_to(BRUNO)) == 2
    town.clock.at = datetime(2026, 1, 11, 6, 0, tzinfo=UTC)
    await town.work()
    assert "pris en charge" in twilio.texts_to(ANA)[-1]
    await town.rings()


async def test_the_tracking_page_asks_whether_it_is_solved_and_a_no_reopens(city: City, scripted: Scripted) -> None:
    scripted.expect(HOLE, ("voirie-nid-de-poule", 0.9), place="rue Monge")
    tracking = (await city.web.post("/signaler", data={"texte": HOLE})).headers["location"]
    await city.settle()
    incident = str((await the_incident(city))["reference"])
    assert "Est-ce réglé" not in (await city.web.get(tracking)).text
    await city.act(incident, "resolve", by="Ana", reason="intervention faite")
    assert "Est-ce réglé" in (await city.web.get(tracking)).text
    thanks = await city.web.post(f"{tracking}/regle", data={"regle": "oui"})
    assert "Merci de nous l" in thanks.text
    assert (await city.web.post(f"{tracking}/regle", data={"regle": "non"})).status_code == 303
    await city.settle()
    assert (await city.incident(incident))["state"] == "open"
    page = (await city.web.get(tracking)).text
    assert "Rouvert" in page
    assert "Est-ce réglé" not in page
    await city.act(incident, "resolve", by="Ana", reason="intervention faite")
    city.clock.advance(timedelta(days=15))
    late = await city.web.post(f"{tracking}/regle", data={"regle": "non"})
    assert late.status_code == 409
    assert "nouveau signalement" in late.text


async def test_whoever_holds_a_link_cannot_fill_the_thread_with_clicks(city: City, scripted: Scripted) -> None:
    scripted.expect(HOLE, ("voirie-nid-de-poule", 0.9), place="rue Monge")
    tracking = (await city.web.post("/signaler", data={"texte": HOLE})).headers["location"]
    await city.settle()
    incident = str((await the_incident(city))["reference"])
    for choice in ({"regle": "oui"}, {"regle": "non"}, {}, {"regle": "peut-être"}):
        assert (await city.web.post(f"{tracking}/regle", data=choice)).status_code == 303
    assert not any("réglé" in line["text"] for line in (await city.incident(incident))["timeline"]), "nothing was asked"
    await city.act(incident, "resolve", by="Ana", reason="intervention faite")
    assert (await city.web.post(f"{tracking}/regle", data={})).status_code == 303
    for _ in range(5):
        assert "Merci de nous l" in (await city.web.post(f"{tracking}/regle", data={"regle": "oui"})).text
    lines = [line["text"] for line in (await city.incident(incident))["timeline"]]
    assert sum("confirme : c'est réglé" in line for line in lines) == 1


async def test_the_address_after_a_refusal_leads_back_to_the_page(city: City, scripted: Scripted) -> None:
    scripted.expect(HOLE, ("voirie-nid-de-poule", 0.9), place="rue Monge")
    tracking = (await city.web.post("/signaler", data={"texte": HOLE})).headers["location"]
    await city.settle()
    assert (await city.web.post(f"{tracking}/reponse", data={"texte": "trop tard"})).status_code == 409
    for written in ("reponse", "regle"):
        again = await city.web.get(f"{tracking}/{written}")
        assert (again.status_code, again.headers["location"]) == (303, tracking)


async def test_stop_on_whatsapp_is_obeyed_there_too(town: City, twilio: TwilioStandIn) -> None:
    whatsapp = Telephone(town, twilio.token, f"whatsapp:{ANA}")
    await whatsapp.write(HOLE)
    await town.settle()
    await whatsapp.write("Stop")
    await town.act(str((await the_incident(town))["reference"]), "acknowledge", by="Ana")
    assert len(twilio.texts_to(f"whatsapp:{ANA}")) == 1


async def test_a_text_after_a_call_joins_what_was_said_on_the_telephone(
    town: City, phone: Telephone, scripted: Scripted, twilio: TwilioStandIn
) -> None:
    line = Line(town, twilio.token, BASE, caller=ANA)
    await line.ring()
    await line.say(HOLE)
    await line.say("oui")
    await town.settle(seconds=30)
    await phone.write(scripted.expect("il est juste devant le 12", decision=Decision.UNFORESEEN))
    await town.settle()
    first, second = await reports(town)
    assert first.incident_id == second.incident_id
    assert len(twilio.texts_to(ANA)) == 2


async def test_the_link_of_a_page_joins_another_number_and_a_reference_alone_does_not(
    town: City, phone: Telephone, scripted: Scripted, twilio: TwilioStandIn
) -> None:
    await phone.write(HOLE)
    await town.settle()
    [report] = await reports(town)
    other = Telephone(town, twilio.token, BRUNO)
    tag = scripted.expect(f"et un tag, voir {BASE}/suivi/{report.token}", ("proprete-tag", 0.9), place="rue Monge")
    await other.write(tag)
    await town.settle()
    assert (await reports(town))[-1].incident_id == report.incident_id
    stranger = scripted.expect(f"au sujet de {report.reference}, un tag", ("proprete-tag", 0.9), place="rue Berbisey")
    await other.write(stranger, From="+33639980003")
    await town.settle()
    assert (await reports(town))[-1].incident_id != report.incident_id
    for number in (ANA, BRUNO, "+33639980003"):
        assert twilio.texts_to(number)
