"""The worst a citizen or a caller of the API can send: always a clear answer, never a 5xx, and nothing lost."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from bot import web
from routing.store.models import InboundEvent, Report
from tests.city import City
from tests.understood import Scripted

ODD = {
    "ten kilobytes": "trou rue Monge " * 700,
    "emoji only": "🔥🔥🚒",
    "html": "<script>alert(1)</script><b>trou</b> & <!channel>",
    "nul and controls": "un\x00 trou\x07 rue\x1b Monge",
    "right to left": "\u202eegnoM eur uort nu\u202c حفرة في الشارع",
    "lone surrogate escaped": "trou \\ud800 ici",
    "one letter": "a",
    "combining": "t̷̢̛r̸̡o̶͝u̵ " * 50,
}


@pytest.mark.parametrize("words", ODD.values(), ids=ODD.keys())
async def test_odd_words_are_kept_and_reach_a_person(city: City, words: str) -> None:
    incident = await city.opened(words)
    assert incident["dispatches"]
    await city.rings()
    async with city.session() as session:
        [report] = await session.scalars(select(Report))
        [event] = await session.scalars(select(InboundEvent))
        assert "\x00" not in report.text
        assert json.loads(event.body)["text"] == words


@pytest.mark.parametrize("words", ["", "   \n\t ", "\u200b\u200f", "\x00\x00"])
async def test_nothing_said_is_answered_with_what_to_do(city: City, words: str) -> None:
    answer = await city.post("/api/v1/reports", {"text": words})
    assert answer.status_code == 422
    assert "quelques mots" in answer.json()["detail"][0]["msg"]


BAD = {
    "not json": b"{nope",
    "not utf-8": b'{"text": "caf\xe9"}',
    "array": b"[]",
    "null": b"null",
    "number": b"12",
    "text is a number": b'{"text": 12}',
    "no text": b'{"channel": "web"}',
    "unknown channel": b'{"text": "trou", "channel": "pigeon"}',
    "unknown key": b'{"text": "trou", "urgent": true}',
    "latitude out of the world": b'{"text": "trou", "location": {"lat": 91, "lon": 5}}',
    "latitude alone": b'{"text": "trou", "location": {"lat": 47}}',
    "nan": b'{"text": "trou", "location": {"lat": NaN, "lon": 5}}',
    "infinity": b'{"text": "trou", "location": {"lat": 1e999, "lon": 5}}',
    "empty location": b'{"text": "trou", "location": {}}',
    "lone surrogate": b'{"text": "trou \\ud800"}',
    "deep": b'{"text": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    "too many characters": json.dumps({"text": "é" * 17_000}).encode(),
}


async def test_what_is_not_utf_8_is_told_where_and_what_to_send(city: City) -> None:
    kind = {"Content-Type": "application/json"}
    answer = await city.web.post("/api/v1/reports", content=BAD["not utf-8"], headers=kind)
    [problem] = answer.json()["detail"]
    assert (answer.status_code, problem["loc"]) == (422, ["body", BAD["not utf-8"].index(b"\xe9")])
    assert "send the JSON in UTF-8" in problem["msg"]


@pytest.mark.parametrize("body", BAD.values(), ids=BAD.keys())
async def test_a_bad_body_is_refused_in_one_form_without_repeating_it(city: City, body: bytes) -> None:
    answer = await city.web.post("/api/v1/reports", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (413, 422), answer.text
    for problem in answer.json()["detail"]:
        assert set(problem) == {"loc", "msg"}
        assert "trou" not in problem["msg"]


async def test_what_is_too_large_is_413(city: City) -> None:
    answer = await city.post("/api/v1/reports", {"text": "x" * 70_000})
    assert answer.status_code == 413

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(70):
            yield b"x" * 1024

    assert (await city.web.post("/api/v1/reports", content=chunks())).status_code == 413


@pytest.mark.parametrize("door", ["slack/events", "telegram/staff", "twilio/voice"])
async def test_a_provider_that_never_ends_its_request_is_not_waited_for(
    city: City, door: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "BODY_TIME", 0.01)

    async def dripping() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    answer = await city.web.post(f"/webhooks/{door}", content=dripping())
    assert answer.status_code == 408
    assert answer.json()["detail"][0]["msg"] == "Le message n'est pas arrivé à temps."


async def test_without_the_token_nothing(city: City) -> None:
    for headers in ({"Authorization": ""}, {"Authorization": "Bearer no"}, {"Authorization": "Bearer é"}):
        for method, path in (("POST", "/api/v1/reports"), ("GET", "/api/v1/incidents"), ("GET", "/api/v1/oncall")):
            answer = await city.web.request(
                method, path, headers=[(b"Authorization", headers["Authorization"].encode())], json={}
            )
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/reports/VG-XXXX",
        "/api/v1/incidents/IN-XXXX",
        "/api/v1/incidents/%00",
        "/api/v1/reports/" + "é" * 300,
        "/nowhere",
    ],
)
async def test_what_does_not_exist_is_404(city: City, path: str) -> None:
    answer = await city.web.get(path)
    assert answer.status_code == 404
    assert set(answer.json()["detail"][0]) == {"loc", "msg"}


async def test_wrong_questions_are_422(city: City) -> None:
    for path in ("/api/v1/incidents?state=asleep", "/api/v1/oncall?at=tomorrow", "/api/v1/oncall?at=9999-99-99"):
        assert (await city.web.get(path)).status_code == 422
    assert (await city.web.get("/api/v1/oncall?at=0001-01-01T00:00:00")).status_code in (200, 422)
    assert (await city.web.get("/api/v1/oncall?at=9999-12-31T23:59:59")).status_code in (200, 422)


async def test_references_are_understood_as_people_say_them(city: City) -> None:
    reference = await city.report("un mot")
    await city.settle()
    await city.rings()
    said = reference.lower().replace("-", " ")
    assert (await city.follow(said))["reference"] == reference


async def test_the_same_idempotency_key_is_the_same_report(city: City) -> None:
    headers = {"Idempotency-Key": "abc"}
    first = await city.web.post("/api/v1/reports", json={"text": "un mot"}, headers=headers)
    second = await city.web.post("/api/v1/reports", json={"text": "un mot"}, headers=headers)
    assert first.json() == second.json()
    await city.settle()
    assert len(await city.rings()) == 1


async def test_another_message_under_a_used_key_is_refused_and_not_mistaken_for_the_first(city: City) -> None:
    headers = {"Idempotency-Key": "abc"}
    first = await city.web.post("/api/v1/reports", json={"text": "un mot", "channel": "api"}, headers=headers)
    retried = await city.web.post("/api/v1/reports", json={"channel": "api", "text": "un mot"}, headers=headers)
    assert retried.json() == first.json(), "the order of the keys does not count"
    other = await city.web.post("/api/v1/reports", json={"text": "au feu, ça brûle !"}, headers=headers)
    [problem] = other.json()["detail"]
    assert (other.status_code, problem["loc"]) == (422, ["header", "idempotency-key"])
    assert first.json()["reference"] in problem["msg"]
    assert problem["msg"].startswith("Appelez le 112"), "danger is answered all the same"


async def test_a_mere_greeting_gets_words_and_no_empty_reference(city: City) -> None:
    asked = {"text": "bonjour", "channel": "sms", "contact": "+33639980001"}
    greeted = await city.web.post("/api/v1/reports", json=asked)
    assert (greeted.status_code, greeted.json()["detail"][0]["loc"]) == (422, ["body"])
    assert "en quelques mots" in greeted.json()["detail"][0]["msg"]


async def references(city: City, query: str = "") -> list[str]:
    return [row["reference"] for row in (await city.web.get(f"/api/v1/incidents{query}")).json()]


async def test_a_long_list_is_read_page_by_page(city: City, scripted: Scripted) -> None:
    for place in ("rue Monge", "rue Berbisey", "place Darcy"):
        await city.opened(scripted.expect(f"un tag {place}", ("proprete-tag", 0.9), place=place))
    whole = await references(city)
    first = await references(city, "?state=open&limit=2")
    rest = await references(city, f"?state=open&limit=2&before={first[-1]}")
    assert (len(whole), first + rest) == (3, whole)
    assert (await city.web.get("/api/v1/incidents?before=IN-XXXX")).status_code == 404
    assert (await city.web.get("/api/v1/incidents?limit=0")).status_code == 422


async def test_the_form_keeps_the_words_it_refuses(city: City) -> None:
    page = await city.web.post("/signaler", data={"texte": "   ", "adresse": "rue Monge"})
    assert page.status_code == 422
    assert "rue Monge" in page.text
    assert "quelques mots" in page.text


async def test_an_old_browser_that_does_not_write_utf8_is_understood(city: City) -> None:
    body = "texte=un+trou+près+du+marché".encode("latin-1")
    answer = await city.web.post(
        "/signaler", content=body, headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert answer.status_code == 303
    page = await city.web.get(answer.headers["location"])
    assert "près du marché" in page.text
    await city.settle()
    await city.rings()


async def test_a_double_click_sends_once(city: City) -> None:
    form = {"texte": "un mot", "jeton": "abc123"}
    first = await city.web.post("/signaler", data=form)
    second = await city.web.post("/signaler", data=form)
    assert first.headers["location"] == second.headers["location"]
    await city.settle()
    assert len(await city.rings()) == 1


async def test_a_nul_anywhere_loses_nothing(city: City) -> None:
    body = {"text": "un mot", "contact": "a\x00b", "location": {"address": "rue\x00 Monge"}}
    assert (await city.post("/api/v1/reports", body)).status_code == 201
    form = {"texte": "un mot", "contact": "a\x00", "adresse": "\x00", "jeton": "\x00x"}
    assert (await city.web.post("/signaler", data=form)).status_code == 303
    await city.settle()
    incident = (await city.rings())[0].incident
    assert (await city.act(incident, "acknowledge", by="An\x00a")).json()["acknowledged_by"] == "Ana"
    assert (await city.web.get("/suivi/a%00b")).status_code == 404
    assert (await city.web.post("/suivi/a%00b/reponse", data={"procedure": "x"})).status_code == 404
    assert (await city.web.get("/salle?q=%00&canal=%00")).status_code == 200
    assert (await city.web.post("/salle/incidents/%00/prendre")).status_code == 303


async def test_citizens_words_are_shown_as_words(city: City) -> None:
    answer = await city.web.post("/signaler", data={"texte": "<script>alert(1)</script> trou"})
    page = await city.web.get(answer.headers["location"])
    assert "<script>alert(1)" not in page.text
    await city.settle()
    await city.rings()
    room = await city.web.get("/salle")
    assert "<script>alert(1)" not in room.text
    assert "&lt;script&gt;" in room.text


async def test_telephones_and_plates_do_not_reach_a_channel(city: City) -> None:
    await city.opened("rappelez moi au 06 39 98 00 01 ou ana@example.org, la voiture AB-123-CD est mal garée")
    await city.rings()
    [card] = await city.cards("securite")
    assert card["excerpt"] == "rappelez moi au [téléphone] ou [courriel], la voiture [plaque] est mal garée"


async def test_openapi_describes_every_door_of_the_api(city: City) -> None:
    described = await city.get("/api/openapi.json")
    paths = set(described["paths"])
    assert {"/api/v1/reports", "/api/v1/incidents/{reference}/acknowledge", "/readyz", "/metrics"} <= paths
    assert not any(path.startswith(("/salle", "/demo", "/signaler")) for path in paths)
    post = described["paths"]["/api/v1/reports"]["post"]
    assert {"201", "401", "413", "422", "503"} <= set(post["responses"])
    for path in (one for one in paths if one.startswith("/api/v1") and "{" in one):
        for verb, door in described["paths"][path].items():
            assert "404" in door["responses"], f"{verb} {path} may be asked about what does not exist"


async def test_health_readiness_and_metrics_need_no_token(city: City) -> None:
    assert (await city.web.get("/healthz", headers={"Authorization": ""})).json() == {"status": "ok"}
    ready = await city.web.get("/readyz")
    assert (ready.status_code, ready.json()["checks"]["database"]) == (503, "ok"), "no worker runs in this test"
    assert (await city.web.head("/healthz")).status_code == 200, "as some load balancers ask"
    metrics = await city.web.get("/metrics")
    assert 'vigie_open_incidents{severity="critique"}' in metrics.text
