"""When it is not clear: one closed question to the citizen, then a person; never a guess carried out in silence."""

from __future__ import annotations

from typing import Any

import pytest

from bot.console.gateway import ConsolePhone
from routing.domain.understanding import Decision
from routing.ports import TemporaryProblem
from routing.service.heal import heal
from tests.city import City
from tests.understood import Scripted

PHONE = "+33639980001"
UNCLEAR = "c'est encore cassé devant l'école"


@pytest.fixture
def unclear(scripted: Scripted) -> str:
    return scripted.expect(
        UNCLEAR,
        ("voirie-trottoir-degrade", 0.4),
        ("voirie-potelet-arrache", 0.3),
        ("animaux-rats", 0.01),
        decision=Decision.ASK,
    )


async def test_a_digit_by_text_message_settles_it(city: City, unclear: str) -> None:
    reference = await city.text(unclear)
    await city.settle()
    asked = await city.follow(reference)
    assert asked["state"] == "asked"
    assert [item["procedure"] for item in asked["question"]] == ["voirie-trottoir-degrade", "voirie-potelet-arrache"]
    receipt, question = await city.texts_to(PHONE)
    assert reference in receipt
    assert "3. aucune ne convient" in question
    assert await city.text("2") == reference
    await city.settle()
    incident = await city.incident((await city.follow(reference))["incident"])
    assert incident["procedure"] == "voirie-potelet-arrache"
    [card] = await city.cards("voirie")
    assert card["certainty"] == "précisé par le citoyen"
    assert (await city.texts_to(PHONE))[-1] == "Où est-ce ? Répondez par la rue et la commune."


async def test_a_question_never_overtakes_its_receipt(
    city: City, unclear: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    send, problems = ConsolePhone.send, [TemporaryProblem("503")]

    async def stumbling(self: ConsolePhone, *given: Any, **more: Any) -> str | None:
        if problems:
            raise problems.pop()
        return await send(self, *given, **more)

    monkeypatch.setattr(ConsolePhone, "send", stumbling)
    reference = await city.text(unclear)
    await city.settle()
    assert await city.texts_to(PHONE) == []
    async with city.session() as session:
        assert await heal(session, city.house.desk) == {}
    await city.settle(seconds=5)
    receipt, question = await city.texts_to(PHONE)
    assert reference in receipt
    assert "3. aucune ne convient" in question


async def test_none_of_them_goes_to_the_duty(city: City, unclear: str) -> None:
    reference = await city.text(unclear)
    await city.settle()
    await city.text("3")
    await city.settle()
    incident = await city.incident((await city.follow(reference))["incident"])
    assert incident["procedure"] is None
    assert incident["decision"] == "unforeseen"
    assert await city.rings()
    await city.texts_to(PHONE)


async def test_no_answer_in_three_minutes_brings_a_person(city: City, unclear: str) -> None:
    reference = await city.report(unclear)
    await city.settle(seconds=179)
    assert (await city.follow(reference))["incident"] is None
    await city.settle(seconds=2)
    incident = await city.incident((await city.follow(reference))["incident"])
    assert [row["service"] for row in incident["dispatches"]] == ["appels-entrants"]
    [card] = await city.cards("appels-entrants")
    assert [guess["procedure"] for guess in card["guesses"]][:2] == [
        "voirie-trottoir-degrade",
        "voirie-potelet-arrache",
    ]


async def test_a_channel_that_cannot_be_asked_goes_straight_to_a_person(city: City, unclear: str) -> None:
    incident = await city.opened(unclear, channel="voice")
    assert incident["lead"] == "appels-entrants"


async def test_another_message_while_asked_is_a_report_of_its_own(city: City, scripted: Scripted, unclear: str) -> None:
    other = scripted.expect("et le lampadaire clignote", ("eclairage-lampadaire-eteint", 0.9))
    first = await city.text(unclear)
    await city.settle()
    second = await city.text(other)
    await city.settle()
    assert second != first
    assert (await city.follow(first))["state"] == "asked"
    assert (await city.follow(second))["procedure"] == "eclairage-lampadaire-eteint"
    await city.texts_to(PHONE)


async def test_the_tracking_page_asks_and_takes_the_answer(city: City, unclear: str) -> None:
    reference = await city.report(unclear)
    await city.settle()
    address = (await city.follow(reference))["tracking_url"].removeprefix("http://127.0.0.1:8000")
    page = await city.web.get(address)
    assert "Aucune ne convient" in page.text
    posted = await city.web.post(f"{address}/reponse", data={"procedure": "voirie-trottoir-degrade"})
    assert posted.status_code == 303
    await city.settle()
    assert (await city.follow(reference))["procedure"] == "voirie-trottoir-degrade"
    again = await city.web.post(f"{address}/reponse", data={"procedure": "voirie-potelet-arrache"})
    assert again.status_code == 409


async def test_the_api_takes_the_answer_too(city: City, unclear: str) -> None:
    reference = await city.report(unclear)
    await city.settle()
    wrong = await city.post(f"/api/v1/reports/{reference}/answer", {"procedure": "animaux-rats"})
    assert wrong.status_code == 409
    right = await city.post(f"/api/v1/reports/{reference}/answer", {"procedure": "voirie-potelet-arrache"})
    assert right.json()["state"] == "open"
    await city.settle()


async def test_danger_is_never_asked_about(city: City, scripted: Scripted) -> None:
    words = scripted.expect(
        "au secours il y a le feu",
        ("feux-signalisation-feux-eteints", 0.4),
        ("securite-incendie-batiment", 0.3),
        decision=Decision.ASK,
    )
    incident = await city.opened(words)
    assert incident["procedure"] == "securite-incendie-batiment"
    assert incident["severity"] == "critique"
    assert await city.rings()


async def test_chit_chat_is_kept_for_a_person_to_sort(city: City, scripted: Scripted) -> None:
    words = scripted.expect("coucou ça va ?", ("animaux-rats", 0.02), decision=Decision.OUT_OF_SCOPE)
    incident = await city.opened(words)
    assert incident["severity"] == "info"
    assert [row["service"] for row in incident["dispatches"]] == ["appels-entrants"]
