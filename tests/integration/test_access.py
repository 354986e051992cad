"""Who may use the room's screen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.city import City, founded, settings_in
from tests.understood import Scripted


@pytest.fixture
async def production(database_url: str, tmp_path: Path, scripted: Scripted) -> AsyncIterator[City]:
    """A city on a database of its own, where citizens are real."""
    settings = settings_in(tmp_path, database_url=SecretStr(database_url), api_token=SecretStr("the-token"))
    async with founded(database_url, tmp_path, scripted, settings=settings) as city:
        yield city


async def test_the_room_asks_for_the_key(production: City) -> None:
    answer = await production.web.get("/salle")
    assert (answer.status_code, answer.headers["location"]) == (303, "/salle/connexion")
    wrong = await production.web.post("/salle/connexion", data={"jeton": "no"})
    assert wrong.status_code == 401
    right = await production.web.post("/salle/connexion", data={"jeton": "the-token"})
    assert right.status_code == 303
    assert "the-token" not in right.headers["set-cookie"]
    assert (await production.web.get("/salle")).status_code == 200
    assert (await production.web.get("/salle/procedures?q=trou")).status_code == 200


async def test_the_playground_does_not_exist_where_citizens_are_real(production: City) -> None:
    assert (await production.web.get("/demo")).status_code == 404


async def test_another_site_cannot_press_our_buttons(city: City) -> None:
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        for path in ("/salle/incidents/IN-XXXX/prendre", "/demo/sms", "/salle/connexion"):
            answer = await city.web.post(path, data={"de": "1", "texte": "x", "jeton": "x"}, headers=headers)
            assert answer.status_code == 403


async def test_names_are_remembered_with_their_accents(city: City, scripted: Scripted) -> None:
    incident = await city.opened(scripted.expect("un trou", ("voirie-nid-de-poule", 0.9)))
    await city.web.post("/salle/identite", data={"nom": "Élise Tournier"})
    done = await city.web.post(f"/salle/incidents/{incident['reference']}/prendre")
    assert done.status_code == 303
    await city.settle()
    assert (await city.incident(incident["reference"]))["acknowledged_by"] == "Élise Tournier"


async def test_buttons_answer_scripts_with_words(city: City, scripted: Scripted) -> None:
    reference = (await city.opened(scripted.expect("un trou", ("voirie-nid-de-poule", 0.9))))["reference"]
    asked = {"X-Requested-With": "fetch"}
    await city.act(reference, "acknowledge", by="Ana")
    taken = await city.web.post(f"/salle/incidents/{reference}/prendre", headers=asked)
    assert taken.status_code == 409
    assert "Ana" in taken.json()["message"]
    by_hand = await city.web.post(
        f"/salle/incidents/{reference}/prendre", headers={"Referer": "http://vigie.test/salle?canal=voirie"}
    )
    assert by_hand.status_code == 303
    assert "canal=voirie" in by_hand.headers["location"]
    assert (await city.web.post("/salle/incidents/IN-XXXX/prendre", headers=asked)).status_code == 404
    assert (await city.web.post(f"/salle/incidents/{reference}/danser", headers=asked)).status_code == 404
    for action, form in (("reclasser", {"procedure": "voirie-affaissement"}), ("astreinte", {"motif": "gros"})):
        answer = await city.web.post(f"/salle/incidents/{reference}/{action}", data=form, headers=asked)
        assert answer.status_code == 200, answer.text
        await city.settle()
    assert await city.rings()
    for action, form in (("resoudre", {"motif": "comblé"}), ("rouvrir", {"motif": "encore"})):
        answer = await city.web.post(f"/salle/incidents/{reference}/{action}", data=form, headers=asked)
        assert answer.status_code == 200, answer.text
        await city.settle()
    await city.rings()


async def test_the_panel_answers(city: City, scripted: Scripted) -> None:
    words = scripted.expect("un lampadaire est couché sur la route", ("eclairage-mat-couche", 0.95))
    await city.opened(words)
    [ring] = await city.rings()
    asked = {"X-Requested-With": "fetch"}
    assert (await city.web.post(f"/salle/appels/{ring.page}/refuser", headers=asked)).status_code == 200
    await city.settle()
    second = (await city.rings())[-1]
    assert second.level == 2
    assert (await city.web.post(f"/salle/appels/{second.page}/prendre", headers=asked)).status_code == 200
    assert (await city.web.post(f"/salle/appels/{second.page}/siffler", headers=asked)).status_code == 404
    assert (await city.web.post("/salle/appels/999/prendre", headers=asked)).status_code == 404
    await city.settle()
    states = {page["person"]: page["state"] for page in (await city.incident(ring.incident))["pages"]}
    assert states == {ring.person: "declined", second.person: "acknowledged"}


async def test_the_board_searches_filters_and_counts(city: City, scripted: Scripted) -> None:
    hole = await city.opened(scripted.expect("un trou rue Monge", ("voirie-nid-de-poule", 0.9), place="rue Monge"))
    lamp = await city.opened(scripted.expect("une lampe", ("eclairage-lampadaire-eteint", 0.9)))
    page = await city.web.get("/salle/fiches?q=monge")
    assert hole["reference"] in page.text
    assert lamp["reference"] not in page.text
    assert lamp["reference"] in (await city.web.get("/salle/fiches?canal=eclairage")).text
    assert hole["reference"] not in (await city.web.get("/salle/fiches?etat=resolved")).text
    await city.act(hole["reference"], "resolve", reason="fait")
    assert hole["reference"] in (await city.web.get("/salle/fiches?etat=resolved")).text
    assert (await city.web.get("/salle?canal=nowhere&etat=asleep&q=%25_")).status_code == 200


async def test_when_the_database_is_away_the_citizen_still_reads_112(tmp_path: Path, scripted: Scripted) -> None:
    away = "postgresql:///nobody?host=/nonexistent"
    async with founded(away, tmp_path / "away", scripted, connected=False) as dark:
        page = await dark.web.post("/signaler", data={"texte": "il y a le feu chez moi"})
        assert page.status_code == 503
        assert "Appelez le 112" in page.text
        assert "il y a le feu chez moi" in page.text
        answer = await dark.web.post("/api/v1/reports", json={"text": "le feu"})
        assert answer.status_code == 503
        assert "Appelez le 112" in answer.json()["detail"][0]["msg"]
        assert (await dark.web.get("/suivi/anything")).status_code == 503
        assert (await dark.web.get("/readyz")).status_code == 503
        assert (await dark.web.get("/metrics")).status_code == 200
