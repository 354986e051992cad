"""A citizen on the telephone: heard, understood, read back, and never left without a word."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.house import House
from routing.domain.understanding import Decision
from routing.store import calls
from routing.store.models import InboundEvent, Report
from tests.acceptance.connected import BASE, PERSON, with_twilio
from tests.acceptance.texting import Telephone
from tests.city import City, founded
from tests.standins.twilio.account import TwilioStandIn
from tests.standins.twilio.line import Line
from tests.understood import Scripted

HOLE = "euh bonjour il y a un trou rue monge"
LAMP = "le lampadaire est éteint"


@pytest.fixture
async def town(database_url: str, tmp_path: Path, scripted: Scripted, twilio: TwilioStandIn) -> AsyncIterator[City]:
    """A city with a telephone, and somebody who answers it."""
    scripted.expect(HOLE, ("voirie-nid-de-poule", 0.9), ("voirie-affaissement", 0.05), place="rue Monge")
    scripted.expect(LAMP, ("eclairage-lampadaire-eteint", 0.92), ("eclairage-rue-noire", 0.05), commune=None)
    settings = with_twilio(tmp_path, twilio)
    async with founded(database_url, tmp_path, scripted, settings=settings) as city:
        yield city
        await city.check_nothing_unexpected()


@pytest.fixture
def line(town: City, twilio: TwilioStandIn) -> Line:
    return Line(town, twilio.token, BASE)


async def the_report(city: City) -> Report:
    async with city.session() as session:
        [report] = await session.scalars(select(Report))
        return report


async def test_a_hole_is_reported_in_one_question_and_its_number_said_twice(
    town: City, line: Line, twilio: TwilioStandIn
) -> None:
    await line.ring()
    assert "112" in line.last()
    assert line.seconds <= 16
    await line.say(HOLE)
    assert "rue Monge" in line.last()
    await line.say("oui c'est ça")
    assert line.ended
    report = await the_report(town)
    spoken = " ".join(f"{sign}." for sign in report.reference if sign.isalnum())
    assert line.heard.count(spoken) == 2
    incident = await town.incident((await town.follow(report.reference))["incident"])
    assert (incident["procedure"], incident["place"]) == ("voirie-nid-de-poule", "rue Monge")
    await town.settle()
    [text] = twilio.texts_to(line.caller)
    assert report.reference in text
    assert line.questions <= 2


async def test_a_street_of_several_communes_is_asked_about_in_the_callers_own_words(
    town: City, line: Line, scripted: Scripted, twilio: TwilioStandIn
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
    report = await the_report(town)
    incident = await town.incident((await town.follow(report.reference))["incident"])
    assert (incident["commune"], incident["notes"]) == ("Chenôve", [])
    await town.settle()
    twilio.texts_to(line.caller)


async def test_a_place_that_was_not_said_is_asked_for_once(
    town: City, line: Line, scripted: Scripted, twilio: TwilioStandIn
) -> None:
    where = "avenue Victor Hugo à Dijon"
    scripted.expect(f"{LAMP}. {where}", ("eclairage-lampadaire-eteint", 0.95), place="avenue Victor-Hugo")
    await line.ring()
    await line.say(LAMP)
    assert "Où est-ce" in line.last()
    await line.say(where)
    assert "avenue Victor-Hugo" in line.last()
    await line.press("1")
    report = await the_report(town)
    assert (report.place, report.answer) == ("avenue Victor-Hugo", "eclairage-lampadaire-eteint")
    await town.settle()
    assert twilio.texts_to(line.caller)


async def test_a_caller_who_does_not_know_where_is_not_asked_again(
    town: City, line: Line, twilio: TwilioStandIn
) -> None:
    await line.ring()
    await line.say(LAMP)
    await line.silence()
    assert "J'ai compris" in line.last()
    await line.say("oui")
    assert line.ended
    await town.settle()
    [text] = twilio.texts_to(line.caller)
    assert text.endswith("Où est-ce ? Répondez par la rue et la commune."), "there may be a sign to read"


async def test_a_greeting_is_no_matter_and_what_was_not_caught_is_said_again(
    town: City, line: Line, twilio: TwilioStandIn
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
    await town.settle()
    assert twilio.texts_to(line.caller)


@pytest.mark.parametrize(
    ("words", "key", "chosen"),
    [("le deuxième", "", 1), ("", "1", 0), ("aucune", "", None)],
)
async def test_two_candidates_make_one_closed_question(
    town: City, line: Line, scripted: Scripted, twilio: TwilioStandIn, words: str, key: str, chosen: int | None
) -> None:
    noise = "y a du bruit place de la libération"
    pair = ("nuisances-pollution-bruit-chantier", "nuisances-pollution-bruit-activite")
    known = town.house.desk.catalogue.procedures
    ranking = ((pair[0], 0.5), (pair[1], 0.4))
    scripted.expect(noise, *ranking, decision=Decision.ASK, place="place de la Libération")
    await line.ring()
    await line.say(noise)
    assert known[pair[0]].label in line.last()
    await (line.press(key) if key else line.say(words))
    assert line.ended
    found = await town.follow((await the_report(town)).reference)
    incident = await town.incident(found["incident"])
    assert incident["procedure"] == (None if chosen is None else pair[chosen])
    await town.settle()
    assert twilio.texts_to(line.caller)
    await town.rings()


async def test_no_and_the_right_word_is_understood_again(
    town: City, line: Line, scripted: Scripted, twilio: TwilioStandIn
) -> None:
    scripted.expect(
        f"{HOLE}. c est une plaque d egout qui manque",
        ("eau-assainissement-avaloir-bouche", 0.9),
        place="rue Monge",
    )
    await line.ring()
    await line.say(HOLE)
    await line.say("non c'est une plaque d'égout qui manque")
    assert town.house.desk.catalogue.procedures["eau-assainissement-avaloir-bouche"].label in line.last()
    await line.say("oui")
    assert (await the_report(town)).answer == "eau-assainissement-avaloir-bouche"
    await town.settle()
    assert twilio.texts_to(line.caller)


async def test_two_matters_in_one_breath_are_two_reports(
    town: City, line: Line, scripted: Scripted, twilio: TwilioStandIn
) -> None:
    also = scripted.expect("un tag rue berbisey", ("proprete-tag", 0.9), place="rue Berbisey")
    words = f"{HOLE} et puis {also}"
    scripted.expect(words, ("voirie-nid-de-poule", 0.9), place="rue Monge", also=(also, "proprete-tag"))
    await line.ring()
    await line.say(words)
    await line.say("oui et il y a de l'eau dedans")
    await town.settle()
    async with town.session() as session:
        first, second = await session.scalars(select(Report).order_by(Report.id))
    found = [(await town.follow(one.reference))["procedure"] for one in (first, second)]
    assert found == ["voirie-nid-de-poule", "proprete-tag"]
    assert first.text.endswith("de l'eau dedans"), "what goes with a yes is kept too"
    assert [one.reference in text for one, text in zip((first, second), twilio.texts_to(line.caller), strict=True)]


async def test_danger_ends_all_questions_in_the_same_turn(
    town: City, line: Line, scripted: Scripted, twilio: TwilioStandIn
) -> None:
    fire = scripted.expect("il y a le feu dans l'immeuble rue monge", ("securite-incendie-batiment", 0.95))
    await line.ring()
    await line.say(fire)
    assert line.ended
    assert line.heard[1].startswith("Appelez le 112 tout de suite")
    await town.settle()
    incident = await town.incident((await town.follow((await the_report(town)).reference))["incident"])
    assert incident["severity"] == "critique"
    assert await town.rings()
    assert twilio.texts_to(line.caller)


async def test_danger_heard_in_the_middle_of_a_sentence_interrupts(
    town: City, line: Line, twilio: TwilioStandIn
) -> None:
    await line.ring()
    await line.begin_to_say("alors voilà il y a le feu dans l'immeuble")
    [(sid, address)] = twilio.books.redirected
    assert sid == line.sid
    await line.interrupt(address)
    assert line.heard[1].startswith("Appelez le 112 tout de suite")
    await town.settle()
    assert await town.rings()
    assert twilio.texts_to(line.caller)


@pytest.mark.parametrize("wish", ["je voudrais parler à quelqu'un s'il vous plaît", "un humain", "passez-moi un agent"])
async def test_a_person_is_given_within_one_turn(town: City, line: Line, wish: str) -> None:
    await line.ring()
    await line.say(wish)
    assert line.dialled == PERSON
    await line.somebody_answers()
    assert line.ended
    await town.settle(minutes=2)
    async with town.session() as session:
        assert not (await session.scalars(select(Report))).all(), "a wish alone is no report, and no text says it is"
        assert not await calls.missed(session, town.clock.at), "nobody has to call back who was spoken to"


async def test_a_matter_named_beside_the_wish_is_on_its_way_when_the_person_takes_the_call(
    town: City, line: Line, scripted: Scripted, twilio: TwilioStandIn
) -> None:
    words = scripted.expect("un trou rue monge passez-moi quelqu'un", ("voirie-nid-de-poule", 0.9), place="rue Monge")
    await line.ring()
    await line.say(words)
    assert line.dialled == PERSON
    await town.settle()
    report = await the_report(town)
    incident = await town.incident((await town.follow(report.reference))["incident"])
    assert incident["procedure"] == "voirie-nid-de-poule"
    assert f"{report.reference} demande à parler à une personne" in [line["text"] for line in incident["timeline"]]
    [text] = twilio.texts_to(line.caller)
    assert text.startswith(f"Votre appel est enregistré sous le numéro {report.reference}")


async def test_zero_after_a_report_keeps_it(town: City, line: Line, twilio: TwilioStandIn) -> None:
    await line.ring()
    await line.say(HOLE)
    await line.press("0")
    assert line.dialled == PERSON
    found = await town.follow((await the_report(town)).reference)
    assert found["incident"], "the person who takes the call finds what was said"
    await town.settle()
    assert twilio.texts_to(line.caller)


async def test_nobody_answers_and_a_message_is_left(town: City, line: Line, twilio: TwilioStandIn) -> None:
    await line.ring()
    await line.press("0")
    await line.nobody_answers()
    assert line.recording
    await line.leave_message(seconds=14)
    assert line.ended
    report = await the_report(town)
    assert "Message vocal de 14 s" in report.text
    await town.settle()
    assert (await town.follow(report.reference))["incident"]
    assert twilio.texts_to(line.caller)
    await town.rings()


async def test_silence_is_asked_again_twice_then_a_person_comes(town: City, line: Line) -> None:
    await line.ring()
    await line.silence()
    assert "Je vous écoute" in line.heard[-2]
    assert line.last() == "For English, press 9."
    await line.silence()
    await line.silence()
    assert line.dialled == PERSON


async def test_star_repeats_the_question_and_a_wrong_key_is_no_answer(
    town: City, line: Line, twilio: TwilioStandIn
) -> None:
    await line.ring()
    await line.say(HOLE)
    question = line.last()
    await line.press("*")
    assert line.last() == question
    await line.press("7")
    assert line.last() == question
    await line.press("1")
    assert line.ended
    await town.settle()
    assert twilio.texts_to(line.caller)


async def test_hanging_up_after_the_first_words_keeps_them(town: City, line: Line, twilio: TwilioStandIn) -> None:
    await line.ring()
    await line.say(HOLE)
    await line.hang_up()
    await town.settle()
    incident = await town.incident((await town.follow((await the_report(town)).reference))["incident"])
    assert incident["procedure"] == "voirie-nid-de-poule"
    assert twilio.texts_to(line.caller)


async def test_a_call_whose_end_nobody_told_becomes_an_incident_all_the_same(
    town: City, line: Line, twilio: TwilioStandIn
) -> None:
    await line.ring()
    await line.say(HOLE)
    await town.settle(minutes=2)
    assert (await town.follow((await the_report(town)).reference))["incident"]
    assert twilio.texts_to(line.caller)


async def test_hanging_up_without_a_word_is_a_missed_call(town: City, line: Line) -> None:
    await line.ring()
    await line.hang_up()
    async with town.session() as session:
        [missed] = await calls.missed(session, town.clock.at)
        assert missed.contact == line.caller


async def test_a_hidden_number_is_heard_too_and_gets_no_text(town: City, twilio: TwilioStandIn) -> None:
    line = Line(town, twilio.token, BASE, caller="anonymous")
    await line.ring()
    await line.say(HOLE)
    await line.say("oui")
    assert line.ended
    assert (await the_report(town)).contact is None


async def test_a_fixed_line_gets_no_text(town: City, twilio: TwilioStandIn) -> None:
    line = Line(town, twilio.token, BASE, caller="+33380990000")
    await line.ring()
    await line.say(HOLE)
    await line.say("oui")
    await town.settle()
    assert "Vous le recevez aussi par SMS." not in line.heard


async def test_whoever_answered_stop_is_promised_no_text(town: City, line: Line, twilio: TwilioStandIn) -> None:
    await Telephone(town, twilio.token, line.caller).write("STOP")
    await line.ring()
    await line.say(HOLE)
    await line.say("oui")
    await town.settle()
    assert line.ended
    assert "Vous le recevez aussi par SMS." not in line.heard


async def test_a_turn_that_twilio_repeats_has_no_second_effect(town: City, line: Line, twilio: TwilioStandIn) -> None:
    await line.ring()
    fields = {"CallSid": line.sid, "From": line.caller, "SpeechResult": HOLE, "Confidence": "0.8"}
    answers = [await line.post("/webhooks/twilio/voice/heard?turn=0", fields) for _ in range(3)]
    assert answers[0].text == answers[1].text == answers[2].text
    async with town.session() as session:
        assert len((await session.scalars(select(InboundEvent))).all()) == 1
    assert "J'ai compris" in answers[2].text
    await line.hang_up()
    await town.settle()
    assert twilio.texts_to(line.caller)


async def test_what_is_not_signed_by_twilio_stays_outside(town: City, line: Line) -> None:
    fields = {"CallSid": line.sid, "From": line.caller, "SpeechResult": HOLE}
    assert (await line.post("/webhooks/twilio/voice/heard?turn=0", fields, token="another")).status_code == 403
    answer = await town.web.post("/webhooks/twilio/voice", json=fields)
    assert answer.status_code == 415
    for signature in (b"", "é".encode(), b"x" * 5000):
        headers = {b"X-Twilio-Signature": signature, b"Content-Type": b"application/x-www-form-urlencoded"}
        refused = await town.web.post("/webhooks/twilio/messages", content=b"Body=a", headers=headers)
        assert refused.status_code == 403


async def test_markup_in_what_was_heard_is_only_words(
    town: City, line: Line, scripted: Scripted, twilio: TwilioStandIn
) -> None:
    odd = "</Say><Dial>+33899000000</Dial> un trou rue monge"
    scripted.expect(odd, ("voirie-nid-de-poule", 0.9), place="</Say><Dial>rue</Dial>")
    await line.ring()
    await line.say(odd)
    assert line.dialled is None
    assert "J'ai compris" in line.last()
    await line.say("oui")
    await town.settle()
    assert twilio.texts_to(line.caller)


async def test_when_nothing_of_ours_works_the_caller_is_still_told_and_passed_on(
    town: City, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(self: House, work: object) -> None:
        raise RuntimeError("the database is away")

    monkeypatch.setattr(House, "run", away)
    answer = await line.post("/webhooks/twilio/voice/heard?turn=0", {"CallSid": "CA1", "SpeechResult": "au feu"})
    assert answer.status_code == 200
    assert "112" in answer.text
    assert PERSON in answer.text


async def test_a_broken_understanding_ends_with_a_person_reading_it(
    town: City, line: Line, scripted: Scripted, twilio: TwilioStandIn
) -> None:
    with scripted.breaking():
        await line.ring()
        await line.say("quelque chose d'étrange se passe ici")
        await line.say("rue monge")
        assert line.ended
    await town.settle()
    assert (await town.follow((await the_report(town)).reference))["incident"]
    assert twilio.texts_to(line.caller)
    await town.rings()
