"""What people write that tells no matter: they ask for news, press a digit, send a sticker; none of it is a report."""

from __future__ import annotations

from typing import Any

import pytest

from routing.domain.understanding import Decision
from tests.acceptance.citizen import HOLE as HOLE_AT_TELEGRAM
from tests.acceptance.citizen import Writer, incident
from tests.acceptance.citizen import reports as reported
from tests.acceptance.connected import BASE
from tests.acceptance.texting import ANA, HOLE, Telephone, reports, the_incident
from tests.city import City
from tests.standins.twilio.account import TwilioStandIn
from tests.understood import Scripted


@pytest.fixture
def whatsapp(town: City, twilio: TwilioStandIn) -> Telephone:
    return Telephone(town, twilio.token, f"whatsapp:{ANA}")


async def a_hole_that_ana_has(town: City, phone: Telephone) -> str:
    """The incident of a citizen's report, acknowledged."""
    await phone.write(HOLE)
    await town.settle()
    reference = str((await the_incident(town))["reference"])
    await town.act(reference, "acknowledge", by="Ana")
    return reference


async def test_where_does_it_stand_by_text_and_by_whatsapp(
    town: City, phone: Telephone, whatsapp: Telephone, twilio: TwilioStandIn
) -> None:
    """A number is one person by both doors; the answer says the state and the link, and no new report opens."""
    await phone.write(HOLE)
    await town.settle()
    await town.act((await the_incident(town))["reference"], "acknowledge", by="Ana")
    await town.settle()
    [report] = await reports(town)
    await phone.write("où en est mon signalement ?")
    await town.settle()
    stands = f"{report.reference} : Pris en charge. {BASE}/suivi/{report.token}"
    assert twilio.texts_to(ANA)[-1] == stands
    await whatsapp.write(f"Des nouvelles pour {report.reference.lower()} svp ?")
    await town.settle()
    assert stands in [*twilio.texts_to(ANA), *twilio.texts_to(f"whatsapp:{ANA}")]
    lines = [line["text"] for line in (await the_incident(town))["timeline"]]
    assert lines.count(f"{report.reference} demande où en est son signalement") == 1, "agents know, once an hour"
    assert len(await reports(town)) == 1


async def test_of_several_the_latest_are_told_each_with_its_place(
    town: City, phone: Telephone, scripted: Scripted, twilio: TwilioStandIn
) -> None:
    for street in ("rue Monge", "rue Berbisey", "rue Musette", "place Wilson"):
        await phone.write(scripted.expect(f"un tag {street}", ("proprete-tag", 0.9), place=street))
        await town.settle(minutes=20)
    await phone.write("any news?")
    await town.settle()
    lines = twilio.texts_to(ANA)[-1].splitlines()
    assert [line.split(":")[0].split(", ")[1] for line in lines] == ["place Wilson", "rue Musette", "rue Berbisey"]
    assert "Passed on" in lines[0]


async def test_who_reported_nothing_is_told_so_and_invited(town: City, phone: Telephone, whatsapp: Telephone) -> None:
    for door in (phone, whatsapp):
        fields = door.message("vous en êtes où ?")
        said = await door.post(fields)
        assert "Nous ne trouvons pas de signalement" in said
        assert "Dites en quelques mots ce qui se passe" in said
        assert "<Message>" not in await door.post(fields), "told twice, answered once"
    assert await reports(town) == []


async def test_a_new_matter_beside_the_question_still_opens(
    town: City, phone: Telephone, scripted: Scripted, twilio: TwilioStandIn
) -> None:
    await phone.write(HOLE)
    await town.settle(minutes=20)
    words = "où en est mon signalement ? il y a aussi un arbre tombé rue Musette"
    scripted.expect("il y a aussi un arbre tombé rue Musette", ("espaces-verts-arbre-tombe", 0.9), place="rue Musette")
    await phone.write(words)
    await town.settle()
    assert [report.text for report in await reports(town)] == [HOLE, words], "kept as it was written"
    assert (await the_incident(town))["procedure"] == "espaces-verts-arbre-tombe"
    told = "\n".join(twilio.texts_to(ANA)[1:])
    assert "Transmis au service compétent" in told, "and the question is answered"
    assert "C'est noté" in told
    other = "où en est le lampadaire cassé de la rue Musette ?"
    await phone.write(scripted.expect(other, ("eclairage-lampadaire-eteint", 0.9), place="rue Musette"))
    await town.settle(minutes=20)
    assert len(await reports(town)) == 3, "nothing of that kind was reported by them"
    twilio.texts_to(ANA)
    await town.rings()


async def test_danger_in_the_question_wins(town: City, phone: Telephone, twilio: TwilioStandIn) -> None:
    await phone.write(HOLE)
    await town.settle()
    await phone.write("où en est mon signalement ? ça sent le gaz très fort rue Monge")
    await town.settle()
    assert twilio.texts_to(ANA)[-1].startswith("Appelez le 112")
    assert len(await reports(town)) == 2
    await town.rings()


async def test_a_number_that_somebody_else_was_given_opens_nothing(
    town: City, phone: Telephone, twilio: TwilioStandIn
) -> None:
    """It is short enough to be guessed; the link is not."""
    await phone.write(HOLE)
    await town.settle()
    [report] = await reports(town)
    assert twilio.texts_to(ANA)
    stranger = Telephone(town, twilio.token, "+33639980777")
    said = await stranger.write(f"vous en êtes où pour {report.reference} ?")
    assert f"{report.reference} n'a pas été signalé d'ici" in said
    await stranger.write(f"{BASE}/suivi/{report.token}")
    await town.settle()
    assert "Transmis au service compétent" in " ".join([*twilio.texts_to(ANA), *twilio.texts_to("+33639980777")])
    assert len(await reports(town)) == 1


async def test_what_is_closed_is_said_with_what_to_do_if_it_is_still_there(
    town: City, phone: Telephone, twilio: TwilioStandIn
) -> None:
    reference = await a_hole_that_ana_has(town, phone)
    await town.act(reference, "resolve", by="Ana", reason="intervention faite")
    await phone.write("des nouvelles ?")
    await town.settle()
    told = twilio.texts_to(ANA)[-1]
    assert ": Clos." in told
    assert told.endswith("écrivez-nous ce que vous voyez.")
    assert len(await reports(town)) == 1


async def test_a_question_of_an_agent_is_not_answered_by_a_question(
    town: City, phone: Telephone, twilio: TwilioStandIn
) -> None:
    reference = await a_hole_that_ana_has(town, phone)
    await town.act(reference, "ask", by="Ana", text="Le trou est-il devant le 12 ?")
    await phone.write("vous en êtes où ?")
    await town.settle()
    assert "Pris en charge" in twilio.texts_to(ANA)[-1]
    await phone.write("oui, devant le 12")
    await town.settle()
    lines = " ".join(line["text"] for line in (await the_incident(town))["timeline"])
    assert "oui, devant le 12" in lines
    twilio.texts_to(ANA)


async def test_whoever_wants_no_news_and_asks_is_answered_at_once(
    town: City, whatsapp: Telephone, twilio: TwilioStandIn
) -> None:
    await whatsapp.write(HOLE)
    await town.settle()
    assert twilio.texts_to(f"whatsapp:{ANA}")
    await whatsapp.write("STOP")
    assert "Transmis au service compétent" in await whatsapp.write("des nouvelles ?")
    await town.settle()
    assert len(twilio.texts_to(f"whatsapp:{ANA}")) == 1


async def test_a_digit_that_answers_nothing_is_answered(town: City, phone: Telephone, twilio: TwilioStandIn) -> None:
    assert "Dites en quelques mots ce qui se passe" in await phone.write("1")
    await phone.write(HOLE)
    await town.settle(minutes=20)
    [report] = await reports(town)
    await phone.write("2")
    await town.settle()
    told = twilio.texts_to(ANA)[-1]
    assert told.startswith("Aucune question n'attend de chiffre.")
    assert report.reference in told
    assert len(await reports(town)) == 1


async def test_a_machine_that_asks_for_ever_is_not_answered_for_ever(
    town: City, phone: Telephone, twilio: TwilioStandIn
) -> None:
    await phone.write(HOLE)
    for _ in range(20):
        await phone.write("des nouvelles ?")
        await town.settle()
    told = twilio.texts_to(ANA)
    assert len(told) == 13
    assert told[-1].startswith("Vous avez beaucoup écrit en une heure")
    await town.settle(minutes=61)
    await phone.write("des nouvelles ?")
    await town.settle()
    assert "Transmis" in twilio.texts_to(ANA)[-1]


STICKER = {
    "file_id": "s", "file_unique_id": "us", "type": "regular", "width": 512, "height": 512, "is_animated": False,
    "is_video": False, "emoji": "👍",
}  # fmt: skip


@pytest.mark.parametrize("toy", [{"sticker": STICKER}, {"dice": {"emoji": "🎲", "value": 3}}])
async def test_a_sticker_is_answered_once_and_adds_nothing(ana: Writer, toy: dict[str, Any]) -> None:
    await ana.send(**toy)
    assert ana.told()[-1].startswith("Nous ne savons lire que le texte, les photos, les messages vocaux")
    assert await reported(ana) == []
    await ana.write(HOLE_AT_TELEGRAM)
    before = len((await incident(ana))["timeline"])
    said = len(ana.told())
    await ana.send(**toy)
    await ana.send(**toy)
    assert len(ana.told()) == said, "one answer for a handful"
    await ana.city.settle(minutes=11)
    await ana.send(**toy)
    assert len(ana.told()) == said + 1
    assert len(await reported(ana)) == 1
    assert len((await incident(ana))["timeline"]) == before


async def test_a_sticker_does_not_answer_what_is_happening(ana: Writer, scripted: Scripted) -> None:
    await ana.write(scripted.expect("y a un souci là", decision=Decision.UNFORESEEN, vague=True))
    await ana.send(sticker=STICKER)
    assert ana.told()[-1].startswith("Nous ne savons lire que")
    await ana.write(HOLE_AT_TELEGRAM)
    assert len(await reported(ana)) == 1
    ana.told()


async def test_a_contact_is_told_to_the_agents_and_opens_nothing(ana: Writer) -> None:
    """A neighbour's number, a poll: they may say something, and are for a person to read."""
    contact = {"phone_number": "+33639980055", "first_name": "Zoé", "last_name": "la gardienne"}
    await ana.send(contact=contact)
    assert ana.told()[-1].startswith("Nous ne savons lire que")
    assert await reported(ana) == []
    await ana.write(HOLE_AT_TELEGRAM)
    await ana.send(contact=contact)
    lines = [line["text"] for line in (await incident(ana))["timeline"]]
    assert any("ajoute : (fiche de contact" in line for line in lines)
    assert not any("39980055" in line for line in lines), "threads do not carry numbers"
    assert ana.told()[-1].startswith("Nous ne savons lire que")
    assert len(await reported(ana)) == 1


async def test_what_telegram_notes_by_itself_is_nobodys_message(ana: Writer) -> None:
    before = len(ana.told())
    await ana.send(message_auto_delete_timer_changed={"message_auto_delete_time": 86400})
    assert len(ana.told()) == before
    assert await reported(ana) == []


async def test_where_does_it_stand_on_telegram_in_ones_own_words(ana: Writer) -> None:
    await ana.write("des nouvelles ?")
    assert "Nous ne trouvons pas de signalement" in ana.told()[-1]
    await ana.write(HOLE_AT_TELEGRAM)
    await ana.write("alors, où en est mon signalement ?")
    [report] = await reported(ana)
    assert ana.told()[-1] == f"{report.reference} : Transmis au service compétent. {BASE}/suivi/{report.token}"
    await ana.write("3")
    assert ana.told()[-1].startswith("Aucune question n'attend de chiffre.")
