"""Somebody calls again about what they reported, and wants a person; or nothing can be written to them afterwards."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from nlp_models.pipeline import load
from routing.store import calls
from tests.acceptance.calling import HOLE, the_report
from tests.acceptance.connected import BASE, PERSON, with_twilio
from tests.city import City, founded
from tests.standins.twilio.account import TwilioStandIn
from tests.standins.twilio.line import Line, spelled

CALLED_AGAIN = "La personne qui a signalé {reference} rappelle et demande à parler à quelqu'un"


@pytest.fixture
async def reported(switchboard: City, line: Line, twilio: TwilioStandIn) -> AsyncIterator[Line]:
    """The line of somebody who reported a hole half an hour ago and calls again."""
    await line.ring()
    await line.say(HOLE)
    await line.say("oui")
    await switchboard.settle(minutes=30)
    assert twilio.texts_to(line.caller)
    again = Line(switchboard, twilio.token, BASE, caller=line.caller)
    await again.ring()
    yield again
    await switchboard.settle(minutes=2)
    twilio.texts_to(line.caller)


async def _timeline(city: City) -> list[str]:
    incident = await city.incident((await city.follow((await the_report(city)).reference))["incident"])
    return [line["text"] for line in incident["timeline"]]


async def test_yes_about_that_then_zero_tells_the_thread_and_the_caller_once(switchboard: City, reported: Line) -> None:
    reference = (await the_report(switchboard)).reference
    await reported.press("1")
    await reported.press("0")
    assert reported.dialled == PERSON
    assert reported.heard[-2:] == [
        f"Votre signalement : {spelled(reference)}",
        "Je vous passe quelqu'un. Ne quittez pas.",
    ]
    await reported.nobody_answers()
    await reported.hang_up()
    assert (await _timeline(switchboard)).count(CALLED_AGAIN.format(reference=reference)) == 1
    async with switchboard.session() as session:
        [missed] = await calls.missed(session, switchboard.clock.at)
    assert missed.contact == reported.caller, "whom nobody answered is called back"


async def test_zero_at_the_question_says_that_nobody_knows_what_it_is_about(switchboard: City, reported: Line) -> None:
    reference = (await the_report(switchboard)).reference
    await reported.press("0")
    assert reported.dialled == PERSON
    assert f"Votre signalement : {spelled(reference)}" in reported.heard
    said = f"{CALLED_AGAIN.format(reference=reference)}, sans dire si c'est à ce sujet"
    assert (await _timeline(switchboard)).count(said) == 1
    await reported.somebody_answers()


async def test_a_message_about_an_earlier_report_joins_it(switchboard: City, reported: Line) -> None:
    reference = (await the_report(switchboard)).reference
    await reported.press("1")
    await reported.press("0")
    await reported.nobody_answers()
    await reported.leave_message(seconds=20)
    assert "C'est ajouté à votre signalement." in reported.heard
    await switchboard.settle(minutes=2)
    incident = await switchboard.incident((await switchboard.follow(reference))["incident"])
    assert f"{reference} ajoute : Message vocal de 20 s, à écouter dans la salle" in [
        line["text"] for line in incident["timeline"]
    ]


async def test_a_message_from_a_fixed_line_hears_how_to_get_its_number_and_gets_it_twice(
    switchboard: City, twilio: TwilioStandIn
) -> None:
    line = Line(switchboard, twilio.token, BASE, caller="+33380123456")
    await line.ring()
    await line.press("0")
    await line.nobody_answers()
    assert line.last() == "Ensuite, appuyez sur dièse et restez en ligne pour entendre votre numéro de dossier."
    await line.leave_message(seconds=20)
    assert line.heard.count(spelled((await the_report(switchboard)).reference)) == 2
    await switchboard.settle(minutes=2)
    await switchboard.rings()


@pytest.mark.parametrize(
    ("caller", "note"),
    [
        ("+33380123456", "Lieu inconnu : rappeler le 03 80 12 34 56."),
        ("anonymous", "Lieu inconnu, numéro masqué : impossible de rappeler."),
    ],
)
async def test_whoever_cannot_be_texted_is_asked_what_is_around_and_an_agent_reads_when_nothing_helped(
    switchboard: City, twilio: TwilioStandIn, caller: str, note: str
) -> None:
    line = Line(switchboard, twilio.token, BASE, caller=caller)
    await line.ring()
    await line.say("le lampadaire est éteint")
    await line.say("je ne sais pas")
    assert line.last().startswith("Que voyez-vous autour de vous")
    await line.silence()
    assert line.last().startswith("J'ai compris"), "where is never asked a third time"
    await line.say("oui")
    await switchboard.settle()
    [card] = await switchboard.cards("eclairage")
    assert note in card["notes"]


async def test_a_mobile_is_asked_where_once_the_rest_by_text(
    switchboard: City, line: Line, twilio: TwilioStandIn
) -> None:
    await line.ring()
    await line.say("le lampadaire est éteint")
    await line.silence()
    assert line.last().startswith("J'ai compris")
    await line.say("oui")
    await switchboard.settle()
    [text] = twilio.texts_to(line.caller)
    assert "Où est-ce ?" in text
    [card] = await switchboard.cards("eclairage")
    assert not card["notes"]


@pytest.fixture
async def understanding(
    database_url: str, tmp_path: Path, twilio: TwilioStandIn, trained_model: Path
) -> AsyncIterator[City]:
    """A city with a telephone, which understands with the trained pipeline."""
    async with founded(database_url, tmp_path, load(trained_model), settings=with_twilio(tmp_path, twilio)) as city:
        yield city
        await city.check_nothing_unexpected()


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        (("un trou rue Monge", "non pardon, rue Berbisey"), "roulent les voitures, rue Berbisey"),
        (("rue Monge", "un trou dans la route", "non pardon, rue Berbisey"), "roulent les voitures, rue Berbisey"),
        (("rue Monge", "non pardon, rue Berbisey", "un trou dans la route"), "roulent les voitures, rue Berbisey"),
        (("un trou dans la route", "je sais pas", "c'est un carrefour avec un feu rouge"), "roulent les voitures."),
        (("un trou dans la route", "je sais pas", "je vois l'arrêt Godrans"), "roulent les voitures, Godrans"),
        (("un trou dans la route", "je sais pas", "il y a l'école Voltaire"), "roulent les voitures, école Voltaire"),
    ],
    ids=lambda value: value[-1] if isinstance(value, tuple) else "",
)
async def test_a_street_corrects_the_place_and_is_no_matter(
    understanding: City, twilio: TwilioStandIn, said: tuple[str, ...], heard: str
) -> None:
    line = Line(understanding, twilio.token, BASE, caller="+33380123456")
    await line.ring()
    for words in said:
        await line.say(words)
    assert heard in line.last()
    await line.say("oui")
    await understanding.settle()
    [card] = await understanding.cards("voirie")
    assert card["procedure"] == "voirie-nid-de-poule"


async def test_nothing_but_streets_is_read_by_an_agent_and_wakes_nobody(
    understanding: City, twilio: TwilioStandIn
) -> None:
    line = Line(understanding, twilio.token, BASE, caller="+33380123456")
    await line.ring()
    await line.say("rue Monge")
    await line.say("non pardon, rue Berbisey")
    await line.hang_up()
    await understanding.settle()
    incident = await understanding.incident(
        (await understanding.follow((await the_report(understanding)).reference))["incident"]
    )
    assert (incident["procedure"], incident["severity"], incident["place"]) == (None, "normal", "rue Berbisey")


async def test_a_caller_who_asks_for_news_hears_it_and_is_texted_the_link(
    switchboard: City, reported: Line, twilio: TwilioStandIn
) -> None:
    """The question whether it is about that is answered by asking; what they add joins it."""
    report = await the_report(switchboard)
    await reported.say("je voudrais savoir où en est mon signalement")
    assert reported.last() == (
        f"Votre signalement {spelled(report.reference)} : Transmis au service compétent. Que voulez-vous ajouter ?"
    )
    await reported.say("alors, vous en êtes où ?")
    assert "Que voulez-vous ajouter ?" in reported.last(), "asked again, said again"
    await reported.say("c'est devant le douze")
    assert reported.ended
    assert "C'est ajouté à votre signalement." in reported.heard
    await switchboard.settle()
    [_, stands, *added] = twilio.texts_to(reported.caller)
    assert stands == f"{report.reference} : Transmis au service compétent. {BASE}/suivi/{report.token}"
    assert len(added) == 1
    incident = await switchboard.incident((await switchboard.follow(report.reference))["incident"])
    lines = [line["text"] for line in incident["timeline"]]
    assert lines.count(f"{report.reference} demande où en est son signalement") == 1


@pytest.mark.parametrize("caller", ["+33639980444", "+33380990044", "anonymous"])
async def test_a_caller_of_whom_nothing_is_known_is_told_so_and_invited(
    switchboard: City, twilio: TwilioStandIn, caller: str
) -> None:
    line = Line(switchboard, twilio.token, BASE, caller=caller)
    await line.ring()
    await line.say("des nouvelles de mon signalement")
    assert line.heard[-2].startswith("Aucun signalement n'est en cours pour ce numéro. Dites en quelques mots")
    await line.say(HOLE)
    await line.say("oui")
    assert line.ended
    await switchboard.settle()
    twilio.texts_to(caller)
