"""A citizen who writes text messages or WhatsApp, and is answered where they write."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import select

from bot.house import House
from routing.domain.understanding import Decision
from routing.store import timers
from routing.store.models import CitizenMessage, InboundEvent
from tests.acceptance.connected import BASE
from tests.acceptance.texting import ANA, HOLE, Telephone, reports, the_incident
from tests.city import City
from tests.standins.faults import dropped, limited
from tests.standins.twilio.account import TwilioStandIn
from tests.standins.twilio.line import Line
from tests.understood import Scripted


async def test_a_text_message_is_answered_with_a_number_and_a_link(
    town: City, phone: Telephone, twilio: TwilioStandIn
) -> None:
    await phone.write(HOLE)
    await town.settle()
    [report] = await reports(town)
    [text] = twilio.texts_to(ANA)
    assert report.reference in text
    assert f"{BASE}/suivi/{report.token}" in text
    [sent] = twilio.journal.exactly(("messages.create", {"To": ANA, "From": "+33939980000"}))
    assert sent.arguments["StatusCallback"].startswith(f"{BASE}/webhooks/twilio/status?ref=")


async def test_whatsapp_is_answered_on_whatsapp(town: City, twilio: TwilioStandIn) -> None:
    phone = Telephone(town, twilio.token, f"whatsapp:{ANA}")
    await phone.write(HOLE, ProfileName="Ana", WaId="33639980001")
    await town.settle()
    assert len(twilio.texts_to(f"whatsapp:{ANA}")) == 1
    [report] = await reports(town)
    assert (report.channel, report.contact) == ("whatsapp", ANA)


async def test_danger_is_answered_with_112_first(town: City, phone: Telephone, twilio: TwilioStandIn) -> None:
    await phone.write("au feu, l'immeuble brûle rue Monge")
    await town.settle()
    assert twilio.texts_to(ANA)[0].startswith("Appelez le 112")
    assert await town.rings()


async def test_what_follows_within_minutes_joins_the_first_message(
    town: City, phone: Telephone, scripted: Scripted, twilio: TwilioStandIn
) -> None:
    hole = scripted.expect("ya un trou énorme", ("voirie-nid-de-poule", 0.9))
    await phone.write(hole)
    await town.settle(seconds=20)
    where = scripted.expect("c'est au 12 rue Monge", decision=Decision.UNFORESEEN, place="12 rue Monge")
    await phone.write(where)
    await town.settle()
    first, second = await reports(town)
    assert first.incident_id == second.incident_id
    incident = await town.incident((await town.follow(first.reference))["incident"])
    assert incident["place"] == "12 rue Monge"
    assert any("12 rue Monge" in entry["text"] for entry in incident["timeline"])
    assert twilio.texts_to(ANA)[1] == f"Merci, c'est ajouté à votre signalement {first.reference}."


async def test_another_matter_is_another_report(
    town: City, phone: Telephone, scripted: Scripted, twilio: TwilioStandIn
) -> None:
    await phone.write(HOLE)
    await town.settle(seconds=20)
    await phone.write(scripted.expect("et un tag rue Monge", ("proprete-tag", 0.9)))
    await town.settle()
    first, second = await reports(town)
    assert first.incident_id != second.incident_id
    assert len(twilio.texts_to(ANA)) == 2


async def test_a_location_without_words_joins_too(town: City, phone: Telephone, twilio: TwilioStandIn) -> None:
    await phone.write(HOLE)
    await town.settle()
    await phone.write("", Latitude="47.3216", Longitude="5.0415")
    await town.settle()
    incident = await town.incident((await town.follow((await reports(town))[0].reference))["incident"])
    assert incident["reports"] >= 1
    assert len(twilio.texts_to(ANA)) == 2


@pytest.mark.parametrize("latitude", ["nan", "inf", "900", "abc", ""])
async def test_odd_coordinates_are_left_out(town: City, phone: Telephone, twilio: TwilioStandIn, latitude: str) -> None:
    await phone.write(HOLE, Latitude=latitude, Longitude="5.0")
    await town.settle()
    [report] = await reports(town)
    assert report.latitude is None
    assert twilio.texts_to(ANA)


async def test_stop_is_obeyed_and_start_too(town: City, phone: Telephone, twilio: TwilioStandIn) -> None:
    await phone.write(HOLE)
    await town.settle()
    await phone.write("STOP")
    [report] = await reports(town)
    incident = (await town.follow(report.reference))["incident"]
    await town.act(incident, "acknowledge", by="Ana")
    await town.act(incident, "resolve", by="Ana", reason="intervention faite")
    assert len(twilio.texts_to(ANA)) == 1, "nothing after STOP"
    await phone.write("start")
    await town.act(incident, "reopen", by="Ana")
    await town.act(incident, "resolve", by="Ana", reason="intervention faite")
    assert len(twilio.texts_to(ANA)) == 2


async def test_after_stop_a_danger_is_still_met_with_safety_words_and_no_news_follows(
    town: City, phone: Telephone, twilio: TwilioStandIn
) -> None:
    await phone.write("STOP")
    await phone.write("au feu, l'immeuble brûle rue Monge")
    await town.settle()
    await town.act(str((await the_incident(town))["reference"]), "acknowledge", by="Ana")
    await town.settle()
    assert await town.rings()
    [only] = twilio.texts_to(ANA)
    assert only.startswith("Appelez le 112")


async def test_a_message_without_anything_readable_is_kept_for_a_person(town: City, phone: Telephone) -> None:
    await phone.write("\u202e\u0000 ")
    async with town.session() as session:
        [event] = await session.scalars(select(InboundEvent))
        assert event.problem


async def test_forty_webhooks_thrice_and_shuffled_make_no_duplicate(
    town: City, phone: Telephone, scripted: Scripted, twilio: TwilioStandIn
) -> None:
    texts = [scripted.expect(f"un tag numéro {n}", ("proprete-tag", 0.9), place=f"rue {n}") for n in range(40)]
    posts = [phone.message(text, From=f"+336399801{n:02}") for n, text in enumerate(texts)] * 3
    random.Random(4).shuffle(posts)
    for fields in posts:
        await phone.post(fields)
    await town.settle()
    assert len(await reports(town)) == 40
    assert [len(twilio.texts_to(f"+336399801{n:02}")) for n in range(40)] == [1] * 40


async def test_a_text_whose_answer_was_lost_is_not_sent_twice(
    town: City, phone: Telephone, twilio: TwilioStandIn
) -> None:
    town.failures_expected = True
    twilio.faults.add(dropped(committed=True), "messages.create")
    await phone.write(HOLE)
    await town.settle(minutes=1)
    assert len(twilio.texts_to(ANA)) == 1
    async with town.session() as session:
        [message] = await session.scalars(select(CitizenMessage))
        assert (message.state, message.provider_ref) == ("sent", twilio.books.messages[0].sid)


async def test_a_provider_that_is_busy_is_asked_again_later(
    town: City, phone: Telephone, twilio: TwilioStandIn
) -> None:
    town.failures_expected = True
    twilio.faults.add(limited(None), "messages.create")
    await phone.write(HOLE)
    await town.settle()
    assert twilio.texts_to(ANA) == []
    await town.settle(minutes=1)
    assert len(twilio.texts_to(ANA)) == 1
    async with town.session() as session:
        assert await timers.overdue(session, town.clock.at) == []


async def test_a_number_that_opted_out_at_the_provider_is_left_alone(
    town: City, phone: Telephone, twilio: TwilioStandIn
) -> None:
    twilio.books.opted_out.add(ANA)
    await phone.write(HOLE)
    await town.settle(minutes=5)
    twilio.journal.exactly("messages.create")
    async with town.session() as session:
        [message] = await session.scalars(select(CitizenMessage))
        assert (message.state, message.error) == ("failed", "Twilio 400/21610")


async def test_delivery_reports_in_any_order_end_with_the_latest_state(
    town: City, phone: Telephone, twilio: TwilioStandIn
) -> None:
    await phone.write(HOLE)
    await town.settle()
    assert twilio.texts_to(ANA)
    callback = (twilio.books.messages[0].callback or "").removeprefix(BASE).partition("#")[0]
    line = Line(town, twilio.token, BASE)
    for state in ("sent", "delivered", "queued", "sent"):
        answer = await line.post(callback, {"MessageSid": "SM1", "MessageStatus": state})
        assert answer.status_code == 204
    async with town.session() as session:
        assert (await session.scalars(select(CitizenMessage.delivery))).one() == "delivered"


async def test_when_nothing_can_be_kept_the_citizen_is_told_at_once(
    town: City, phone: Telephone, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(self: House, work: object) -> None:
        raise RuntimeError("the database is away")

    monkeypatch.setattr(House, "run", away)
    assert "112" in await phone.write("au feu, l'immeuble brûle")
    assert "à nouveau" in await phone.write("un trou")


async def test_a_greeting_is_greeted_back_once_and_wakes_nobody(
    town: City, phone: Telephone, twilio: TwilioStandIn
) -> None:
    fields = phone.message("Bonjour !")
    assert "Dites en quelques mots ce qui se passe" in await phone.post(fields)
    assert "<Message>" not in await phone.post(fields)
    await town.settle(minutes=10)
    assert await reports(town) == []
    await phone.write(HOLE)
    await town.settle(minutes=20)
    assert "<Message>" not in await phone.write("merci")
    await town.settle()
    [report] = await reports(town)
    incident = await town.incident((await town.follow(report.reference))["incident"])
    assert incident["timeline"][-1]["text"] == f"{report.reference} ajoute : merci"
    assert len(twilio.texts_to(ANA)) == 1


async def test_an_english_greeting_is_greeted_back_in_english(town: City, phone: Telephone) -> None:
    assert "Say in a few words" in await phone.write("Hello!")
    assert "Dites en quelques mots" in await phone.write("Bonjour")


STREET = "avenue victor hugo"
TAG = "un gros tag"


@pytest.fixture
def street(scripted: Scripted) -> str:
    """A bare name of a street; trained on what people write, a classifier makes something of it all the same."""
    scripted.expect(f"{STREET}. {TAG}", ("proprete-tag", 0.95), place="avenue Victor-Hugo")
    scripted.expect(TAG, ("proprete-tag", 0.95))
    return scripted.expect(STREET, ("neige-verglas-axe-prioritaire", 0.99), place="avenue Victor-Hugo")


async def test_a_street_then_what_is_there_are_one_report(
    town: City, phone: Telephone, twilio: TwilioStandIn, street: str
) -> None:
    await phone.write(street)
    await town.settle(seconds=20)
    [asked] = twilio.texts_to(ANA)
    assert asked.endswith("Que se passe-t-il à cet endroit ? Répondez en quelques mots.")
    await phone.write(TAG)
    await town.settle(seconds=20)
    [report] = await reports(town)
    incident = await town.incident((await town.follow(report.reference))["incident"])
    assert (incident["procedure"], incident["place"]) == ("proprete-tag", "avenue Victor-Hugo")
    [card] = await town.cards("proprete")
    assert card["excerpt"] == f"{STREET}. {TAG}"
    assert twilio.texts_to(ANA)[1:] == [f"Merci, c'est ajouté à votre signalement {report.reference}."]


async def test_what_is_there_may_come_when_an_agent_has_its_card_already(
    town: City, phone: Telephone, twilio: TwilioStandIn, street: str
) -> None:
    await phone.write(street)
    await town.settle(minutes=8)
    first = await the_incident(town)
    assert (first["procedure"], first["lead"]) == (None, "appels-entrants"), "nobody is woken by a street"
    await phone.write(TAG)
    await town.settle(seconds=20)
    [report] = await reports(town)
    incident = await the_incident(town)
    assert (incident["procedure"], incident["place"]) == ("proprete-tag", "avenue Victor-Hugo")
    assert (await town.incident(first["reference"]))["resolution"] == f"précisé par {report.reference}"
    assert len(twilio.texts_to(ANA)) == 2, "that card is the agents' matter, not the citizen's"


async def test_the_card_of_a_street_stays_with_the_agent_who_took_it(
    town: City, phone: Telephone, twilio: TwilioStandIn, street: str
) -> None:
    await phone.write(street)
    await town.settle(minutes=8)
    first = await the_incident(town)
    await town.act(first["reference"], "acknowledge")
    await phone.write(TAG)
    await town.settle(seconds=20)
    incident = await the_incident(town)
    assert (incident["reference"], incident["state"]) == (first["reference"], "acknowledged")
    assert any(TAG in line["text"] for line in incident["timeline"])
    twilio.texts_to(ANA)


async def test_a_street_that_nobody_says_more_about_is_read_by_an_agent(
    town: City, phone: Telephone, twilio: TwilioStandIn, street: str
) -> None:
    await phone.write(street)
    await town.settle(minutes=60)
    await phone.write(TAG)
    await town.settle(seconds=20)
    assert len(await reports(town)) == 2, "an hour later it is another matter"
    twilio.texts_to(ANA)


async def test_a_position_then_words_are_one_report(
    town: City, phone: Telephone, twilio: TwilioStandIn, street: str
) -> None:
    await phone.write("", Latitude="47.3216", Longitude="5.0415")
    await town.settle(seconds=20)
    assert twilio.texts_to(ANA)[0].endswith("Que se passe-t-il à cet endroit ? Répondez en quelques mots.")
    await phone.write(TAG)
    await town.settle(seconds=20)
    [report] = await reports(town)
    assert ((await the_incident(town))["procedure"], report.latitude) == ("proprete-tag", 47.3216)
    twilio.texts_to(ANA)
