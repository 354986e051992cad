"""Citizens write in several messages: one number to remember, in their language, and never a question about nothing."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from routing.domain.understanding import Decision
from tests.acceptance.citizen import Writer, incident, reports
from tests.acceptance.texting import ANA, Telephone, the_incident
from tests.acceptance.texting import reports as written
from tests.city import City
from tests.standins.twilio.account import TwilioStandIn
from tests.understood import Scripted

HOLE = "il y a un gros trou sur la route"
WHERE = "il y a un gros trou sur la route rue Monge à Dijon"


@pytest.fixture
def placeless(scripted: Scripted) -> str:
    scripted.expect(WHERE, ("voirie-nid-de-poule", 0.9), place="rue Monge")
    return scripted.expect(HOLE, ("voirie-nid-de-poule", 0.9), commune=None)


@pytest.fixture
def whatsapp(town: City, twilio: TwilioStandIn) -> Telephone:
    return Telephone(town, twilio.token, f"whatsapp:{ANA}")


def _photo() -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (80, 60), "red").save(buffer, "JPEG")
    return buffer.getvalue()


async def test_whatever_is_added_the_number_stays_the_first_one(
    town: City, whatsapp: Telephone, placeless: str, scripted: Scripted, twilio: TwilioStandIn
) -> None:
    await whatsapp.write(placeless)
    await town.settle()
    first = (await written(town))[0].reference
    for words in ("sur la route", scripted.expect("rue Monge à Dijon", place="rue Monge"), "juste devant le 12"):
        await whatsapp.write(words)
        await town.settle()
    receipt, *added = twilio.texts_to(f"whatsapp:{ANA}")
    assert first in receipt
    assert added == [f"Merci, c'est ajouté à votre signalement {first}."] * 3
    lines = [line["text"] for line in (await the_incident(town))["timeline"]]
    assert f"{first} ajoute : juste devant le 12" in lines


async def test_a_few_words_more_are_answered_in_the_language_of_the_first(
    town: City, whatsapp: Telephone, scripted: Scripted, twilio: TwilioStandIn
) -> None:
    await whatsapp.write(
        scripted.expect("a street light is broken", ("eclairage-lampadaire-eteint", 0.9), language="en")
    )
    await town.settle()
    await whatsapp.write("right side, near the bakery")
    await whatsapp.write("near bakery")
    await town.settle()
    await whatsapp.write("thank you very much")
    await town.settle()
    told = twilio.texts_to(f"whatsapp:{ANA}")
    assert told[-1].startswith("Thank you, added to your report")
    assert len(told) == 3, "thanks are thanks, no more words about the matter"


async def test_a_photo_alone_is_asked_what_it_shows_and_the_answer_belongs_to_it(
    town: City, whatsapp: Telephone, placeless: str, twilio: TwilioStandIn
) -> None:
    await whatsapp.write(
        "", NumMedia="1", MediaUrl0=twilio.holds(_photo(), "image/jpeg"), MediaContentType0="image/jpeg"
    )
    await town.settle()
    [asked] = twilio.texts_to(f"whatsapp:{ANA}")
    assert "Dites-nous en quelques mots ce qui se passe" in asked
    await whatsapp.write(WHERE)
    await town.settle()
    [report] = await written(town)
    assert (await the_incident(town))["procedure"] == "voirie-nid-de-poule"
    assert report.reference in twilio.texts_to(f"whatsapp:{ANA}")[-1]


async def test_a_photo_that_nobody_explains_is_looked_at_by_an_agent(
    town: City, whatsapp: Telephone, twilio: TwilioStandIn
) -> None:
    await whatsapp.write(
        "", NumMedia="1", MediaUrl0=twilio.holds(_photo(), "image/jpeg"), MediaContentType0="image/jpeg"
    )
    await town.settle(minutes=6)
    assert (await the_incident(town))["procedure"] is None
    twilio.texts_to(f"whatsapp:{ANA}")


async def test_a_correction_that_says_where_answers_where(ana: Writer, placeless: str) -> None:
    message = await ana.write(placeless)
    assert "Où est-ce ?" in ana.told()[-1]
    await ana.edit(message, WHERE)
    first = (await reports(ana))[0].reference
    assert ana.told()[-1] == f"Merci, c'est ajouté à votre signalement {first}."
    assert (await incident(ana))["place"] == "rue Monge"
    await ana.write("/suivi")
    assert ana.told()[-1].count("VG-") == 1, "one matter is one line"
    await ana.write("/annuler")
    assert first in ana.told()[-1]


async def test_a_position_without_words_is_no_emergency(
    town: City, whatsapp: Telephone, scripted: Scripted, twilio: TwilioStandIn
) -> None:
    scripted.expect("(position envoyée sans texte)", ("securite-appel-silencieux", 0.9))
    await whatsapp.write("", Latitude="47.3216", Longitude="5.0415")
    await town.settle()
    [asked] = twilio.texts_to(f"whatsapp:{ANA}")
    assert "112" not in asked
    assert asked.endswith("Que se passe-t-il à cet endroit ? Répondez en quelques mots.")


async def test_the_digit_that_answers_a_question_is_acknowledged(
    town: City, whatsapp: Telephone, scripted: Scripted, twilio: TwilioStandIn
) -> None:
    unsure = ("eau-assainissement-fuite", 0.4), ("proprete-depot-sauvage", 0.35)
    await whatsapp.write(scripted.expect("ça déborde", *unsure, decision=Decision.ASK, place="rue Monge"))
    await town.settle()
    await whatsapp.write("1")
    await town.settle()
    [report] = await written(town)
    told = twilio.texts_to(f"whatsapp:{ANA}")
    assert told[-1] == f"Merci, c'est ajouté à votre signalement {report.reference}."
    assert (await the_incident(town))["procedure"] == "eau-assainissement-fuite"
