"""A citizen writes to the city's bot: words, places, pictures, corrections, presses, and the wish to be forgotten."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select

from routing.domain.attachment import AttachmentState
from routing.domain.understanding import Decision
from routing.store.models import Attachment
from tests.acceptance.citizen import ANA, HOLE, Writer, incident, reports
from tests.acceptance.connected import BASE
from tests.understood import Scripted


async def test_a_message_is_answered_with_a_number_and_a_link(ana: Writer) -> None:
    await ana.write(HOLE)
    [report] = await reports(ana)
    [told] = ana.told()
    assert report.reference in told
    assert f"{BASE}/suivi/{report.token}" in told
    assert (report.channel, report.contact) == ("telegram", str(ANA))


async def test_danger_is_answered_with_112_first(ana: Writer) -> None:
    await ana.write("au feu, l'immeuble brûle rue Monge")
    assert ana.told()[0].startswith("Appelez le 112")
    assert await ana.city.rings()


async def test_the_same_update_three_times_is_one_report(ana: Writer) -> None:
    ana.telegram.mail.copies = 3
    await ana.write(HOLE)
    assert len(await reports(ana)) == 1
    assert len(ana.told()) == 1


async def test_what_follows_within_minutes_joins_the_first_message(ana: Writer, scripted: Scripted) -> None:
    hole = scripted.expect("ya un trou énorme", ("voirie-nid-de-poule", 0.9))
    await ana.write(hole)
    where = scripted.expect("c'est au 12 rue Monge", decision=Decision.UNFORESEEN, place="12 rue Monge")
    await ana.write(where)
    await ana.send(location={"latitude": 47.3215, "longitude": 5.0415})
    rows = await reports(ana)
    assert len({row.incident_id for row in rows}) == 1
    assert rows[-1].latitude == pytest.approx(47.3215)
    assert "ajouté" in ana.told()[-1]


async def test_a_closed_question_is_answered_by_a_button(ana: Writer, scripted: Scripted) -> None:
    unsure = scripted.expect(
        "ça déborde", ("eau-assainissement-fuite", 0.4), ("proprete-depot-sauvage", 0.35), decision=Decision.ASK
    )
    await ana.write(unsure)
    question = ana.heard()[-1]
    assert len(question.buttons()) == 3
    assert question.buttons()[-1] == "Aucune ne convient"
    query = await ana.press(question.buttons()[0])
    assert query.answer == "Merci."
    assert question.buttons() == []
    assert (await incident(ana))["procedure"] == "eau-assainissement-fuite"
    ana.told()


async def test_is_it_solved_no_it_is_not(ana: Writer) -> None:
    await ana.write(HOLE)
    reference = (await incident(ana))["reference"]
    await ana.city.act(reference, "acknowledge")
    await ana.city.act(reference, "resolve", reason="intervention faite")
    await ana.city.settle(minutes=1)
    assert "Est-ce réglé" in ana.told()[-1]
    await ana.press("Non")
    assert (await incident(ana))["state"] == "open"
    ana.told()
    await ana.city.rings()


async def test_a_correction_before_and_after_agents_know(ana: Writer, scripted: Scripted) -> None:
    message = await ana.write(HOLE)
    await ana.edit(message, "un trou rue Monge, devant le 12")
    [report] = await reports(ana)
    assert report.text == "un trou rue Monge, devant le 12"
    said = [entry["text"] for entry in (await incident(ana))["timeline"]]
    assert any(f"{report.reference} corrige : un trou rue Monge, devant le 12" in each for each in said)
    unsure = scripted.expect("ça déborde", ("eau-assainissement-fuite", 0.4), decision=Decision.ASK)
    await ana.city.settle(minutes=30)
    other = await ana.write(unsure)
    clear = scripted.expect("un trou place Wilson", ("voirie-nid-de-poule", 0.95), place="place Wilson")
    await ana.edit(other, clear)
    assert (await reports(ana))[-1].incident_id is not None
    ana.told()


async def test_danger_in_a_correction_is_heard(ana: Writer) -> None:
    message = await ana.write(HOLE)
    await ana.edit(message, "un trou rue Monge, une personne est tombée dedans, elle est inconsciente")
    assert any(told.startswith("Appelez le 112") for told in ana.told())
    assert (await incident(ana))["severity"] == "critique" or len(await reports(ana)) == 2
    await ana.city.rings()


async def test_a_moving_position_says_nothing_but_is_kept(ana: Writer) -> None:
    message = await ana.send(location={"latitude": 47.3, "longitude": 5.0, "live_period": 900})
    assert ana.told()[-1].endswith("Que se passe-t-il à cet endroit ? Répondez en quelques mots.")
    await ana.city.settle(minutes=4)  # nothing more is said: an agent reads it, nobody is woken
    before = len((await incident(ana))["timeline"])
    for step in range(3):
        await ana.edit(message, location={"latitude": 47.31, "longitude": 5.0 + step / 100, "live_period": 900})
    [report] = await reports(ana)
    assert report.longitude == pytest.approx(5.02)
    assert len((await incident(ana))["timeline"]) == before
    ana.told()


async def test_a_photo_and_a_voice_note_are_kept_with_the_report(ana: Writer) -> None:
    buffer = BytesIO()
    Image.new("RGB", (80, 60), "grey").save(buffer, "JPEG")
    ana.telegram.network.add_file("photo-large", buffer.getvalue())
    size = {"file_id": "photo-large", "file_unique_id": "u1", "width": 80, "height": 60}
    await ana.send(photo=[{**size, "file_id": "photo-small"}, size], caption=HOLE)
    await ana.send(voice={"file_id": "voice", "file_unique_id": "u2", "duration": 4, "mime_type": "audio/ogg"})
    async with ana.city.session() as session:
        rows = {row.name: row for row in await session.scalars(select(Attachment))}
    assert rows["u1"].state is AttachmentState.KEPT
    assert rows["u1"].media_type == "image/jpeg"
    assert rows["u2"].state is AttachmentState.REFUSED  # Telegram does not have it any more
    ana.told()
