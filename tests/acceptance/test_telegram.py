"""Departments live in Telegram: cards, buttons, threads and topics, commands."""

from __future__ import annotations

import asyncio
from typing import Any

from routing.service.resolve import REASONS
from tests.acceptance.department import HOLE
from tests.acceptance.squad import ANA, BRUNO, CLEO, PROPRETE, STAFF, Squad
from tests.standins.telegram import Message
from tests.understood import Scripted


def notes(incident: dict[str, Any]) -> list[str]:
    """What agents wrote, as the timeline keeps it."""
    return [row["text"] for row in incident["timeline"] if row["kind"] == "note"]


def prompt(squad: Squad, words: str) -> Message:
    """The message that asks an agent for words."""
    [found] = [each for each in squad.group().said_by(STAFF) if words in each.text and each.buttons() == []]
    return found


async def test_an_alert_is_one_card_with_everything_on_it(squad: Squad) -> None:
    incident = await squad.city.opened(HOLE, lat=47.3215, lon=5.0415)
    card = squad.card()
    for words in ("Nid-de-poule", "rue Monge", incident["reference"], "Normal", "sûr à 93 %", "trou", "Voir la carte"):
        assert words in card.text, words
    assert card.buttons() == [
        "Je prends en charge",
        "Étapes",
        "Résoudre",
        "Reclasser",
        "Demander au citoyen",
        "Appeler l'astreinte",
    ]
    assert not card.silent


async def test_a_place_without_a_position_is_searched_for_on_the_map(squad: Squad) -> None:
    await squad.city.opened(HOLE)
    assert "Chercher sur la carte" in squad.card().text
    [link] = [each["url"] for each in squad.card().entities if each["type"] == "text_link"]
    assert link == "https://www.openstreetmap.org/search?query=rue+Monge%2C+Dijon"


async def test_one_press_takes_it_and_everybody_sees_who(squad: Squad) -> None:
    incident = await squad.city.opened(HOLE)
    query = await squad.press("Je prends en charge")
    after = await squad.city.incident(incident["reference"])
    assert (after["state"], after["acknowledged_by"]) == ("acknowledged", "Ana Martin")
    assert query.answer == "C'est fait."
    assert "Pris en charge par Ana Martin" in squad.card().text
    assert "Je prends en charge" not in squad.card().buttons()
    assert squad.thread() == ["Ana Martin prend en charge"]


async def test_two_people_press_and_one_has_it(squad: Squad) -> None:
    await squad.city.opened(HOLE)
    card = squad.card()
    await asyncio.gather(*(squad.people.press(card, "Je prends en charge", user) for user in (ANA, BRUNO)))
    await squad.rest()
    told = squad.telegram.queries.told(ANA) + squad.telegram.queries.told(BRUNO)
    assert sorted("déjà" in words for words in told) == [False, True]
    assert len(squad.thread()) == 1


async def test_telegram_delivers_one_press_three_times_and_it_acts_once(squad: Squad) -> None:
    await squad.city.opened(HOLE)
    await squad.press("Je prends en charge", copies=3)
    assert squad.thread() == ["Ana Martin prend en charge"]
    await squad.press("Étapes", copies=3)
    assert len([each for each in squad.group().said_by(STAFF) if "Fermer" in each.buttons()]) == 1


async def test_steps_are_ticked_in_a_menu_that_stays_open(squad: Squad) -> None:
    await squad.city.opened(HOLE)
    await squad.press("Étapes")
    menu = squad.menu()
    assert "☐ 1. " in menu.text
    await squad.press("☐ 1", on=menu)
    assert "☑ 1. " in menu.text
    assert "Ana Martin" in menu.text
    assert "☑ 1" in menu.buttons()
    assert squad.thread()[0].startswith("✓")
    assert "étapes 1/" in squad.card().text
    await squad.press("Fermer", on=menu)
    assert menu.id not in squad.group().messages


async def test_the_end_with_a_reason_and_the_beginning_again(squad: Squad) -> None:
    incident = await squad.city.opened(HOLE)
    await squad.press("Résoudre")
    await squad.press(REASONS[0], on=squad.menu())
    after = await squad.city.incident(incident["reference"])
    assert after["state"] == "resolved"
    assert squad.card().buttons() == ["Rouvrir"]
    assert f"Résolu : {REASONS[0]}" in squad.card().text
    await squad.press("Rouvrir")
    assert (await squad.city.incident(incident["reference"]))["state"] == "open"
    squad.thread()
    await squad.city.rings()


async def test_another_procedure_among_the_likely(squad: Squad) -> None:
    incident = await squad.city.opened(HOLE)
    await squad.press("Reclasser")
    menu = squad.menu()
    assert "Aucune procédure ne convient" in menu.buttons()
    await squad.press("(5 %)", on=menu)
    assert (await squad.city.incident(incident["reference"]))["procedure"] == "eau-assainissement-fuite"
    assert "reclasse" in squad.thread()[0]
    assert menu.id not in squad.group().messages


async def test_another_procedure_found_by_words(squad: Squad) -> None:
    incident = await squad.city.opened(HOLE)
    await squad.press("Reclasser")
    await squad.press("Chercher parmi toutes", on=squad.menu())
    asks = prompt(squad, "Autre procédure")
    assert asks.markup == {"force_reply": True, "selective": True, "input_field_placeholder": "Un mot : trou…"}
    await squad.write("lampadaire", to=asks)
    await squad.press(squad.menu().buttons()[0], on=squad.menu())
    found = (await squad.city.incident(incident["reference"]))["procedure"]
    assert found.startswith("eclairage")
    squad.thread()


async def test_or_by_a_command_under_the_card(squad: Squad) -> None:
    await squad.city.opened(HOLE)
    asked = await squad.write("/reclasser@VigieAgentsBot fuite", to=squad.card())
    assert squad.menu().reply_to == asked.id
    assert any("uite" in words for words in squad.menu().buttons())


async def test_the_duty_is_called_after_one_more_press(squad: Squad) -> None:
    await squad.city.opened(HOLE)
    await squad.press("Appeler l'astreinte")
    assert await squad.city.rings() == []
    await squad.press("Oui, appeler maintenant", on=squad.menu(), copies=2)
    assert len(await squad.city.rings()) == 1
    loud = [each for each in squad.group().said_by(STAFF) if each.reply_to == squad.card().id and not each.silent]
    assert any("astreinte" in each.text.lower() for each in loud)


async def test_a_question_reaches_the_citizen_and_the_answer_comes_back(squad: Squad) -> None:
    phone = "+33639980001"
    await squad.city.opened(HOLE, channel="sms", contact=phone)
    await squad.press("Demander au citoyen")
    await squad.write("À quel numéro de la rue ?", to=prompt(squad, "Question au citoyen"))
    assert "À quel numéro de la rue ?" in (await squad.city.texts_to(phone))[-1]
    await squad.city.text("au 12, devant le café", sender=phone)
    await squad.rest()
    assert any("au 12, devant le café" in line for line in squad.thread())
    await squad.city.texts_to(phone)


async def test_nobody_to_ask_is_said(squad: Squad) -> None:
    await squad.city.opened(HOLE, channel="voice")
    asked = await squad.write("/demander Où ?", to=squad.card())
    assert "Personne ne peut être joint" in squad.answers(asked)[0]


async def test_what_agents_answer_to_a_card_joins_the_timeline(squad: Squad) -> None:
    incident = await squad.city.opened(HOLE)
    said = await squad.write("on part <10 min> & on rappelle", to=squad.card())
    await squad.people.edit(said, "on part <20 min>")
    await squad.rest()
    await squad.press("Je prends en charge", BRUNO)
    line = next(each for each in squad.group().said_by(STAFF) if each.reply_to == squad.card().id)
    await squad.write("bien reçu", CLEO, to=line)
    expected = [
        "Ana Martin : on part <10 min> & on rappelle",
        "Ana Martin corrige : on part <20 min>",
        "Cléo Roux : bien reçu",
    ]
    assert notes(await squad.city.incident(incident["reference"])) == expected
    heard = await squad.city.thread("voirie", incident["reference"])
    assert [each for each in heard if " : " in each or "corrige" in each] == expected
    assert squad.thread() == ["Bruno Petit prend en charge"]  # what people wrote is not echoed where they wrote it


async def test_chatter_is_nobodys_business(squad: Squad) -> None:
    incident = await squad.city.opened(HOLE)
    for words in ("bonjour à tous", "/meteo@AutreBot Dijon", "/unknown"):
        await squad.write(words)
    assert notes(await squad.city.incident(incident["reference"])) == []
    assert squad.thread() == []


async def test_in_a_forum_each_incident_has_its_topic(squad: Squad, scripted: Scripted) -> None:
    rubbish = scripted.expect("un dépôt sauvage quai Nicolas Rolin", ("proprete-depot-sauvage", 0.95))
    incident = await squad.city.opened(rubbish)
    forum = squad.group(PROPRETE)
    [topic] = forum.topics.values()
    assert topic.name.startswith(incident["reference"])
    card = squad.card(PROPRETE)
    assert card.topic == topic.id
    await squad.press("Je prends en charge", BRUNO, on=card)
    await squad.write("sur place", BRUNO, chat=PROPRETE, topic=topic.id)
    asked = await squad.write("/incident", BRUNO, chat=PROPRETE, topic=topic.id)
    assert incident["reference"] in squad.answers(asked)[0]
    assert squad.thread(PROPRETE)[0] == "Bruno Petit prend en charge"
    assert notes(await squad.city.incident(incident["reference"])) == ["Bruno Petit : sur place"]


async def test_a_citizen_cannot_make_markup(squad: Squad, scripted: Scripted) -> None:
    hostile = "<b>trou</b> & <a href='https://mal.example'>mairie</a> @tous"
    words = scripted.expect(hostile, ("voirie-nid-de-poule", 0.9))
    await squad.city.opened(words)
    card = squad.card()
    assert words in card.text
    assert not [each for each in card.entities if "mal.example" in str(each.get("url"))]
