"""A citizen on the telephone: heard, understood, read back, and never left without a word."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from routing.domain.understanding import Decision
from routing.store.models import Report
from tests.acceptance.calling import HOLE, LAMP, the_report
from tests.city import City
from tests.standins.twilio.account import TwilioStandIn
from tests.standins.twilio.line import Line
from tests.understood import Scripted


async def test_a_hole_is_reported_in_one_question_and_its_number_said_twice(
    switchboard: City, line: Line, twilio: TwilioStandIn
) -> None:
    await line.ring()
    assert "112" in line.last()
    assert line.seconds <= 16
    await line.say(HOLE)
    assert "rue Monge" in line.last()
    await line.say("oui c'est ça")
    assert line.ended
    report = await the_report(switchboard)
    spoken = " ".join(f"{sign}." for sign in report.reference if sign.isalnum())
    assert line.heard.count(spoken) == 2
    incident = await switchboard.incident((await switchboard.follow(report.reference))["incident"])
    assert (incident["procedure"], incident["place"]) == ("voirie-nid-de-poule", "rue Monge")
    await switchboard.settle()
    [text] = twilio.texts_to(line.caller)
    assert report.reference in text
    assert line.questions <= 2


async def test_a_street_of_several_communes_is_asked_about_in_the_callers_own_words(
    switchboard: City, line: Line, scripted: Scripted, twilio: TwilioStandIn
) -> None:
    words, commune = "un gros trou rue pasteur", "à Chenôve"
    hole = ("voirie-nid-de-poule", 0.95)
    scripted.expect(words, hole, commune=None, place="rue Pasteur", communes=("Dijon", "Chenôve"))
    scripted.expect(f"{words}. {commune}", hole, commune="Chenôve", place="rue Pasteur")
    await line.ring()
    await line.say(words)
    assert "plusieurs communes : Dijon, Chenôve" in line.last()
    await line.say(commune)
    assert "rue Pasteur, Chenôve" in line.last()
    await line.say("oui")
    report = await the_report(switchboard)
    incident = await switchboard.incident((await switchboard.follow(report.reference))["incident"])
    assert (incident["commune"], incident["notes"]) == ("Chenôve", [])
    await switchboard.settle()
    twilio.texts_to(line.caller)


async def test_a_place_that_was_not_said_is_asked_for_once(
    switchboard: City, line: Line, scripted: Scripted, twilio: TwilioStandIn
) -> None:
    where = "avenue Victor Hugo à Dijon"
    scripted.expect(f"{LAMP}. {where}", ("eclairage-lampadaire-eteint", 0.95), place="avenue Victor-Hugo")
    await line.ring()
    await line.say(LAMP)
    assert "Où est-ce" in line.last()
    await line.say(where)
    assert "avenue Victor-Hugo" in line.last()
    await line.press("1")
    report = await the_report(switchboard)
    assert (report.place, report.answer) == ("avenue Victor-Hugo", "eclairage-lampadaire-eteint")
    await switchboard.settle()
    assert twilio.texts_to(line.caller)


async def test_a_caller_who_does_not_know_where_is_not_asked_again(
    switchboard: City, line: Line, twilio: TwilioStandIn
) -> None:
    await line.ring()
    await line.say(LAMP)
    await line.silence()
    assert "J'ai compris" in line.last()
    await line.say("oui")
    assert line.ended
    await switchboard.settle()
    [text] = twilio.texts_to(line.caller)
    assert text.endswith("Où est-ce ? Répondez par la rue et la commune."), "there may be a sign to read"


async def test_a_greeting_is_no_matter_and_what_was_not_caught_is_said_again(
    switchboard: City, line: Line, twilio: TwilioStandIn
) -> None:
    await line.ring()
    await line.say("allô bonjour madame c'est pour signaler un problème")
    assert line.heard[-2].startswith("Je vous écoute")
    await line.say(HOLE)
    question = line.last()
    await line.say("pardon vous pouvez répéter s'il vous plaît")
    assert line.last() == question
    await line.say("oui")
    assert line.ended
    await switchboard.settle()
    assert twilio.texts_to(line.caller)


async def test_whose_matter_it_is_is_said_and_written_to_a_caller_too(
    switchboard: City, line: Line, scripted: Scripted, twilio: TwilioStandIn
) -> None:
    words = scripted.expect(
        "l'herbe du talus de l'A31 est trop haute", ("voirie-nid-de-poule", 0.95), commune=None, place="A31"
    )
    await line.ring()
    await line.say(words)
    await line.say("oui")
    assert any("L'autoroute est exploitée par APRR" in said and "Un agent lit" in said for said in line.heard)
    await switchboard.settle()
    [text] = twilio.texts_to(line.caller)
    assert "exploitée par APRR" in text
    assert "le numéro VG-" in text


@pytest.mark.parametrize(
    ("words", "key", "chosen"),
    [("le deuxième", "", 1), ("", "1", 0), ("aucune", "", None)],
)
async def test_two_candidates_make_one_closed_question(
    switchboard: City, line: Line, scripted: Scripted, twilio: TwilioStandIn, words: str, key: str, chosen: int | None
) -> None:
    noise = "y a du bruit place de la libération"
    pair = ("nuisances-pollution-bruit-chantier", "nuisances-pollution-bruit-activite")
    known = switchboard.house.desk.catalogue.procedures
    ranking = ((pair[0], 0.5), (pair[1], 0.4))
    scripted.expect(noise, *ranking, decision=Decision.ASK, place="place de la Libération")
    await line.ring()
    await line.say(noise)
    assert known[pair[0]].label in line.last()
    await (line.press(key) if key else line.say(words))
    assert line.ended
    found = await switchboard.follow((await the_report(switchboard)).reference)
    incident = await switchboard.incident(found["incident"])
    assert incident["procedure"] == (None if chosen is None else pair[chosen])
    await switchboard.settle()
    assert twilio.texts_to(line.caller)
    await switchboard.rings()


async def test_no_and_the_right_word_is_understood_again(
    switchboard: City, line: Line, scripted: Scripted, twilio: TwilioStandIn
) -> None:
    scripted.expect(
        f"{HOLE}. c est une plaque d egout qui manque",
        ("eau-assainissement-avaloir-bouche", 0.9),
        place="rue Monge",
    )
    await line.ring()
    await line.say(HOLE)
    await line.say("non c'est une plaque d'égout qui manque")
    assert switchboard.house.desk.catalogue.procedures["eau-assainissement-avaloir-bouche"].label in line.last()
    await line.say("oui")
    assert (await the_report(switchboard)).answer == "eau-assainissement-avaloir-bouche"
    await switchboard.settle()
    assert twilio.texts_to(line.caller)


async def test_two_matters_in_one_breath_are_two_reports(
    switchboard: City, line: Line, scripted: Scripted, twilio: TwilioStandIn
) -> None:
    also = scripted.expect("un tag rue berbisey", ("proprete-tag", 0.9), place="rue Berbisey")
    words = f"{HOLE} et puis {also}"
    scripted.expect(words, ("voirie-nid-de-poule", 0.9), place="rue Monge", also=(also, "proprete-tag"))
    await line.ring()
    await line.say(words)
    await line.say("oui et il y a de l'eau dedans")
    await switchboard.settle()
    async with switchboard.session() as session:
        first, second = await session.scalars(select(Report).order_by(Report.id))
    found = [(await switchboard.follow(one.reference))["procedure"] for one in (first, second)]
    assert found == ["voirie-nid-de-poule", "proprete-tag"]
    assert first.text.endswith("de l'eau dedans"), "what goes with a yes is kept too"
    assert [one.reference in text for one, text in zip((first, second), twilio.texts_to(line.caller), strict=True)]
