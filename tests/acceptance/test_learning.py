"""What agents say a report really was is kept, redacted; a message with two matters becomes two incidents."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from routing.store import feedback
from routing.store.models import Feedback, Incident, Origin
from tests.city import City
from tests.understood import Scripted

PHONE = "+33639980001"


@pytest.fixture
def hole(scripted: Scripted) -> str:
    return scripted.expect(
        "Je m'appelle Jean Dupont (06 12 34 56 78), un trou rue Monge",
        ("voirie-nid-de-poule", 0.7),
        ("eau-assainissement-fuite", 0.2),
        place="rue Monge",
    )


async def _feedback(city: City) -> list[Feedback]:
    async with city.session() as session:
        return list(await session.scalars(select(Feedback).order_by(Feedback.id)))


async def test_an_incident_dealt_with_confirms_the_guess(city: City, hole: str) -> None:
    incident = (await city.opened(hole))["reference"]
    assert not await _feedback(city)
    await city.act(incident, "resolve", by="Ana", reason="intervention faite")
    [row] = await _feedback(city)
    assert (row.origin, row.label, row.guessed, row.by) == (
        Origin.CONFIRMED, "voirie-nid-de-poule", "voirie-nid-de-poule", "Ana",
    )  # fmt: skip
    assert row.text == "Je m'appelle [nom] ([téléphone]), un trou rue Monge"
    assert (row.confidence, row.model) == (0.7, "scripted")


async def test_a_false_alarm_teaches_nothing(city: City, hole: str) -> None:
    incident = (await city.opened(hole))["reference"]
    await city.act(incident, "resolve", by="Ana", reason="fausse alerte")
    assert not await _feedback(city)


async def test_a_correction_stays_when_the_incident_ends(city: City, hole: str) -> None:
    incident = (await city.opened(hole))["reference"]
    await city.act(incident, "reclassify", by="Chef", procedure="voirie-affaissement")
    await city.act(incident, "resolve", by="Ana", reason="intervention faite")
    [row] = await _feedback(city)
    assert (row.origin, row.label, row.by) == (Origin.CORRECTED, "voirie-affaissement", "Chef")
    assert await city.rings()


async def test_none_of_the_procedures_fits(city: City, hole: str) -> None:
    incident = (await city.opened(hole))["reference"]
    answer = await city.act(incident, "reclassify", by="Chef", procedure="aucune")
    assert answer.status_code == 200
    after = await city.incident(incident)
    assert after["procedure"] is None
    assert "astreinte" in {row["service"] for row in after["dispatches"] if row["state"] == "sent"}
    [row] = await _feedback(city)
    assert (row.origin, row.label) == (Origin.NONE_FITS, None)
    await city.act(incident, "reclassify", by="Chef", procedure="voirie-nid-de-poule")
    [row] = await _feedback(city)
    assert (row.origin, row.label) == (Origin.CONFIRMED, "voirie-nid-de-poule")
    assert await city.rings()


async def test_two_matters_are_two_incidents_and_one_receipt(city: City, scripted: Scripted) -> None:
    words = scripted.expect(
        "le lampadaire est éteint rue Monge et en plus les poubelles débordent",
        ("eclairage-lampadaire-eteint", 0.9),
        place="rue Monge",
        also=("les poubelles débordent", "proprete-corbeille-pleine"),
    )
    lamp = await city.opened(words, channel="sms", contact=PHONE)
    assert lamp["procedure"] == "eclairage-lampadaire-eteint"
    async with city.session() as session:
        [bins] = await session.scalars(select(Incident).where(Incident.reference != lamp["reference"]))
    assert (bins.procedure_id, bins.place) == ("proprete-corbeille-pleine", "rue Monge")
    receipts = [text for text in await city.texts_to(PHONE) if text.startswith("C'est noté")]
    assert len(receipts) == 1
    assert receipts[0].count("/suivi/") == 2
    first, second = (link.split()[0].rstrip(".") for link in receipts[0].split("/suivi/")[1:])
    page = await city.web.get(f"/suivi/{first}")
    assert f"/suivi/{second}" in page.text
    await city.act(bins.reference, "resolve", by="Ana", reason="intervention faite")
    [row] = await _feedback(city)
    assert row.text == "les poubelles débordent"
    assert "est clos" in (await city.texts_to(PHONE))[-1]


async def test_the_room_sees_how_well_it_was_understood(city: City, scripted: Scripted, hole: str) -> None:
    empty = await city.web.get("/salle/comprehension")
    assert "n’a encore donné aucun avis" in empty.text
    first = (await city.opened(hole))["reference"]
    await city.act(first, "resolve", by="Ana", reason="intervention faite")
    other = scripted.expect("la route bouge place Darcy", ("voirie-nid-de-poule", 0.6), place="place Darcy")
    second = (await city.opened(other))["reference"]
    await city.act(second, "reclassify", by="Chef", procedure="voirie-affaissement")
    third = scripted.expect("un piano à prêter", ("voirie-nid-de-poule", 0.6), place="place Wilson")
    await city.act((await city.opened(third))["reference"], "reclassify", by="Chef", procedure="aucune")
    async with city.session() as session:
        rows = {row.procedure: row for row in await feedback.quality(session, city.clock.now() - timedelta(days=1))}
        assert await feedback.without_procedure(session, city.clock.now() - timedelta(days=1)) == 1
    hole_row, sunk = rows["voirie-nid-de-poule"], rows["voirie-affaissement"]
    assert (hole_row.labelled, hole_row.right, hole_row.mistaken) == (1, 1, 2)
    assert (sunk.labelled, sunk.right, sunk.mistaken) == (1, 0, 0)
    page = (await city.web.get("/salle/comprehension")).text
    flat = " ".join(page.split())
    assert "<dt>Avis de la salle</dt><dd>3</dd>" in flat
    assert "<dt>Première idée juste</dt><dd>33&nbsp;%</dd>" in flat, "what nothing fitted was guessed wrongly too"
    assert "1 sur 1 (100&nbsp;%)" in page.replace("\xa0", "&nbsp;")
    assert await city.rings()


def test_the_mix_of_subjects_is_compared_when_there_is_enough() -> None:
    assert feedback.stability_index([(10, 10)]) == 0.0
    assert feedback.stability_index([(100, 100), (100, 100)]) < 0.01
    assert feedback.stability_index([(190, 10), (10, 190)]) > 0.25
