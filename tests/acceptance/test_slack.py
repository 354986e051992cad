"""A department lives in Slack: cards, buttons, threads, the command, the home tab."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

from tests.acceptance.department import HOLE, VOIRIE, Department
from tests.understood import Scripted


async def test_an_alert_is_one_card_with_everything_on_it(voirie: Department) -> None:
    incident = await voirie.city.opened(HOLE, lat=47.3215, lon=5.0415)
    card = voirie.card()
    for words in ("Nid-de-poule", "rue Monge", incident["reference"], "Normal", "sûr à 93 %", "trou", "Voir la carte"):
        assert words in card.words, words
    assert card.buttons() == [
        "Je prends en charge",
        "Étapes",
        "Résoudre",
        "Reclasser",
        "Demander au citoyen",
        "Appeler l'astreinte",
    ]
    assert incident["reference"] in card.text  # notifications and screen readers have the text only


async def test_a_place_without_a_position_is_searched_for_on_the_map(voirie: Department) -> None:
    await voirie.city.opened(HOLE)
    assert "<https://www.openstreetmap.org/search?query=rue+Monge%2C+Dijon|Chercher sur la carte>" in str(
        voirie.card().blocks
    )


async def test_neither_name_nor_number_of_the_caller_is_on_it(voirie: Department, scripted: Scripted) -> None:
    words = "Bonjour, c'est Jean Martin, un trou rue Monge, mon numéro est le zéro six trente-neuf 98 zéro zéro zéro un"
    scripted.expect(words, ("voirie-nid-de-poule", 0.93), place="rue Monge", weighed=("trou", "martin", "monge"))
    await voirie.city.opened(words)
    shown = voirie.card().words
    assert "Bonjour, c'est [nom], un trou rue Monge, mon numéro est le [téléphone]" in shown
    assert "mots qui ont compté : trou, monge" in shown
    assert "martin" not in shown.lower()


async def test_one_click_takes_it_and_everybody_sees_who(voirie: Department) -> None:
    incident = await voirie.city.opened(HOLE)
    await voirie.click("Je prends en charge")
    after = await voirie.city.incident(incident["reference"])
    assert after["state"] == "acknowledged"
    assert after["acknowledged_by"] == "Ana Martin"
    assert "Pris en charge par Ana Martin" in voirie.card().words
    assert "Je prends en charge" not in voirie.card().buttons()
    assert voirie.thread() == ["Ana Martin prend en charge"]
    assert voirie.slack.workspace.channel(VOIRIE).cards()[0].versions == 2


async def test_two_people_click_and_one_has_it(voirie: Department) -> None:
    await voirie.city.opened(HOLE)
    card = voirie.card()
    await asyncio.gather(
        voirie.people.click(VOIRIE, card, "prendre", "U0ANA"), voirie.people.click(VOIRIE, card, "prendre", "U0BRUNO")
    )
    await voirie.rest()
    told = voirie.whispers("U0ANA") + voirie.whispers("U0BRUNO")
    assert len(told) == 1
    assert "déjà" in told[0]
    assert len(voirie.thread()) == 1


async def test_slack_delivers_one_click_three_times_and_it_acts_once(voirie: Department) -> None:
    await voirie.city.opened(HOLE)
    await voirie.click("prendre", copies=3)
    assert voirie.thread() == ["Ana Martin prend en charge"]
    assert voirie.whispers("U0ANA") == []


async def test_steps_are_ticked_on_a_screen_that_stays_open(voirie: Department) -> None:
    await voirie.city.opened(HOLE)
    await voirie.click("Étapes")
    view = voirie.screen()
    first = next(block for block in view.body["blocks"] if block.get("accessory"))
    assert first["accessory"]["value"].endswith(":1")
    await voirie.tick(view, 0)
    redrawn = next(block for block in voirie.screen().body["blocks"] if block.get("block_id") == first["block_id"])
    assert redrawn["text"]["text"].startswith("☑")
    assert "Ana Martin" in redrawn["text"]["text"]
    assert redrawn["accessory"]["text"]["text"] == "Décocher"
    assert voirie.thread()[0].startswith("✓")
    assert "étapes 1/" in voirie.card().words


async def test_another_procedure_among_the_likely_or_found_by_words(voirie: Department) -> None:
    incident = await voirie.city.opened(HOLE)
    await voirie.click("Reclasser")
    view = voirie.screen()
    assert "Fuite d'eau sur la voie publique (5 %)" in view.words
    assert "Aucune procédure ne convient" in view.words
    found = await voirie.people.suggest(view, "recherche", "lampadaire")
    assert any(each["value"].startswith("eclairage") for each in found)
    chosen = next(each for each in found if each["value"].startswith("eclairage"))
    await voirie.submit({"search": {"recherche": chosen}})
    after = await voirie.city.incident(incident["reference"])
    assert after["procedure"] == chosen["value"]
    assert "reclasse" in voirie.thread()[0]


async def test_choosing_nothing_is_said_on_the_screen(voirie: Department) -> None:
    await voirie.city.opened(HOLE, channel="voice")
    await voirie.click("Reclasser")
    view = await voirie.submit({})
    assert "Choisissez" in view.errors["search"]
    assert view.open


async def test_the_end_and_the_beginning_again(voirie: Department) -> None:
    incident = await voirie.city.opened(HOLE)
    await voirie.click("Résoudre")
    await voirie.submit({})
    assert (await voirie.city.incident(incident["reference"]))["state"] == "resolved"
    assert voirie.card().buttons() == ["Rouvrir"]
    await voirie.click("Rouvrir")
    await voirie.submit({"motif": {"texte": "le trou est toujours là"}})
    assert (await voirie.city.incident(incident["reference"]))["state"] == "open"
    assert any("toujours là" in line for line in voirie.thread())
    said = voirie.slack.workspace.channel(VOIRIE).thread(voirie.card())
    assert not [each for each in said if each.broadcast], "only escalations are sent to the channel too"


async def test_the_duty_is_called_and_the_channel_hears_it(voirie: Department) -> None:
    incident = await voirie.city.opened(HOLE)
    await voirie.click("Appeler l'astreinte")
    await voirie.submit({"motif": {"texte": "la chaussée s'affaisse"}}, copies=2)
    assert len(await voirie.city.rings()) == 1
    [said, *_] = [each for each in voirie.slack.workspace.channel(VOIRIE).thread(voirie.card()) if each.broadcast]
    assert "astreinte" in said.words
    assert incident["reference"] in voirie.card().words


async def test_a_question_reaches_the_citizen_and_the_answer_comes_back(voirie: Department) -> None:
    phone = "+33639980001"
    await voirie.city.opened(HOLE, channel="sms", contact=phone)
    await voirie.click("Demander au citoyen")
    await voirie.submit({"question": {"texte": "À quel numéro de la rue ?"}})
    assert "À quel numéro de la rue ?" in (await voirie.city.texts_to(phone))[-1]
    await voirie.city.text("au 12, devant le café", sender=phone)
    await voirie.rest()
    assert any("au 12, devant le café" in line for line in voirie.thread())
    assert "transmise" in (await voirie.city.texts_to(phone))[-1]


async def test_nobody_to_ask_is_said_on_the_screen(voirie: Department) -> None:
    await voirie.city.opened(HOLE, channel="voice")
    await voirie.click("Demander au citoyen")
    view = await voirie.submit({"question": {"texte": "Où ?"}})
    assert "Personne ne peut être joint" in view.errors["question"]


async def test_what_agents_write_under_a_card_joins_the_timeline(voirie: Department) -> None:
    incident = await voirie.city.opened(HOLE)
    words = "on part &lt;10 min&gt; avec <@U0BRUNO>"
    delivery = await voirie.people.write(VOIRIE, words, "U0ANA", thread=voirie.card())
    await voirie.people.deliveries.again(delivery)  # Slack repeats events
    await voirie.rest()
    after = await voirie.city.incident(incident["reference"])
    said = [row["text"] for row in after["timeline"] if row["kind"] == "note"]
    assert said == ["Ana Martin : on part <10 min> avec @Bruno Petit"]
    [heard] = await voirie.city.thread("voirie", incident["reference"])
    assert heard == said[0]
    assert voirie.thread() == [words]  # not echoed where it was written


async def test_chatter_outside_threads_is_nobodys_business(voirie: Department) -> None:
    incident = await voirie.city.opened(HOLE)
    await voirie.people.write(VOIRIE, "bonjour à tous", "U0ANA")
    await voirie.rest()
    assert not [row for row in (await voirie.city.incident(incident["reference"]))["timeline"] if row["kind"] == "note"]
    assert voirie.thread() == []


async def test_the_home_tab_shows_what_is_mine(voirie: Department) -> None:
    incident = await voirie.city.opened(HOLE)
    await voirie.click("prendre")
    await voirie.people.open_home("U0ANA")
    await voirie.rest()
    home = voirie.slack.workspace.home("U0ANA")
    assert home is not None
    assert incident["reference"] in home.words
    assert "Aucune garde" in home.words
    voirie.thread()


async def test_a_citizen_cannot_ring_everybody(voirie: Department, scripted: Scripted) -> None:
    words = scripted.expect("<!channel> <http://mal.example|mairie> *trou* & <@U0ANA>", ("voirie-nid-de-poule", 0.9))
    await voirie.city.opened(words)
    card = voirie.card()
    assert "mal.example" in card.words
    marked = [text for text in _texts(card.blocks) if text["type"] == "mrkdwn"]
    assert marked
    assert not [text for text in marked if "mal.example" in text["text"] or "<!channel>" in text["text"]]
    assert "<!channel>" not in card.text


def _texts(value: Any) -> Iterator[dict[str, Any]]:
    """Every text object of some blocks."""
    if isinstance(value, dict) and value.get("type") in ("plain_text", "mrkdwn"):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _texts(part)


async def test_slack_asks_whether_we_are_there(voirie: Department) -> None:
    delivery = await voirie.people.challenge("qui va là")
    assert delivery.accepted
    assert b"qui va l" in delivery.reply.body
