"""People on duty are written to and answer with a word."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from bot.twilio.gsm7 import segments
from routing.domain.incident import PageState
from routing.store.models import Report
from tests.acceptance.duty import ANA, BRUNO, CHLOE, LAMP, Duty, on_duty, person
from tests.understood import Scripted

SMS = [{"after": 0, "by": "sms"}]


@pytest.fixture
async def written(duty: Duty) -> Duty:
    """Ana is written to, and not called."""
    await on_duty(duty.city, person("ana", "Ana Martin", ANA, SMS))
    await duty.city.opened(LAMP)
    return duty


async def code(duty: Duty) -> str:
    return (await duty.incident()).reference.rpartition("-")[2]


async def test_a_text_says_what_where_and_how_to_answer_in_one_segment(written: Duty) -> None:
    [text] = written.texts(ANA)
    reference = await code(written)
    for words in ("VIGIE CRITIQUE", f"IN-{reference}", "rue Monge", f"OK {reference}", f"NON {reference}"):
        assert words in text, words
    assert segments(text) == 1


@pytest.mark.parametrize(
    "answer",
    [
        *("OK {}", "ok {}", "Oui {} !", "  ok IN-{}  ", "OK", "Oui je prends", "je prends {}", "D'accord, je prends !"),
        *("👍", "👍🏽", "👍 {}", "OK 👍", "👍 je prends", "A aimé « VIGIE CRITIQUE IN-{} : Mât tombé. OK {} »"),
    ],
)
async def test_ok_takes_it(written: Duty, answer: str) -> None:
    assert written.texts(ANA)
    said = await written.write(ANA, answer.replace("{}", await code(written)))
    assert "c'est noté" in said
    assert (await written.incident()).acknowledged_by == "Ana Martin"
    assert len(written.texts(ANA)) == 1
    await written.city.settle(minutes=10)
    assert written.called(BRUNO) == 0


@pytest.mark.parametrize(
    "hasty", ["OK merci", "ok j'arrive !", "Oui je prends le {} tout de suite", "Je ne peux pas dispo", "👍 merci"]
)
async def test_a_hasty_answer_is_no_report_and_hears_how_to_answer(written: Duty, hasty: str) -> None:
    assert written.texts(ANA)
    reference = await code(written)
    assert f"Répondez OK {reference} ou NON {reference}" in await written.write(ANA, hasty.format(reference))
    assert (await written.incident()).state == "open", "only the word counts"
    async with written.city.session() as session:
        assert await session.scalar(select(func.count()).select_from(Report)) == 1
    await written.write(ANA, f"OK {reference}")
    assert (await written.incident()).acknowledged_by == "Ana Martin"


@pytest.mark.parametrize("answer", ["NON {}", "non", "Je ne peux pas", "Non, je peux pas {}"])
async def test_no_calls_the_next_one_at_once(written: Duty, answer: str) -> None:
    assert written.texts(ANA)
    said = await written.write(ANA, answer.format(await code(written)))
    assert "quelqu'un d'autre est appelé" in said
    assert written.called(BRUNO) == 1
    assert await written.write(ANA, f"NON {await code(written)}", sid="SMtwice" + "0" * 25)
    assert "<Message>" not in await written.write(ANA, f"NON {await code(written)}", sid="SMtwice" + "0" * 25)


async def test_only_the_persons_own_number_answers_and_citizens_words_stay_reports(
    written: Duty, scripted: Scripted
) -> None:
    assert written.texts(ANA)
    words = f"OK {await code(written)}"
    scripted.expect(words, ("hors-sujet", 0.1))
    assert "<Message>" not in await written.write("+33639980099", words)
    assert (await written.incident()).acknowledged_by is None
    assert written.texts("+33639980099"), "a citizen who writes such a thing is answered as a citizen"
    assert written.called(CHLOE) == 1, "and somebody on duty reads what nobody understood"


async def test_somebody_on_duty_reports_like_everybody_else(written: Duty, scripted: Scripted) -> None:
    assert written.texts(ANA)
    words = scripted.expect("un nid de poule rue Berbisey", ("voirie-nid-de-poule", 0.95), place="rue Berbisey")
    assert "<Message>" not in await written.write(ANA, words)
    assert len(written.texts(ANA)) == 2


async def test_a_taken_incident_says_who_has_it(written: Duty) -> None:
    await written.city.act((await written.incident()).reference, "acknowledge", by="Bruno Petit")
    first, second = written.texts(ANA)
    assert second == f"VIGIE {(await written.incident()).reference} : Bruno Petit s'en occupe. Merci."
    assert "déjà pris en charge par Bruno Petit" in await written.write(ANA, f"OK {await code(written)}")
    assert first != second


async def test_several_incidents_within_seconds_become_one_text_behind_the_first(
    duty: Duty, scripted: Scripted
) -> None:
    await on_duty(duty.city, person("ana", "Ana Martin", ANA, SMS))
    places = ("rue Monge", "rue de la Liberté", "place Darcy")
    for place in places:
        words = scripted.expect(f"{LAMP} {place}", ("eclairage-mat-couche", 0.95), place=place)
        await duty.city.opened(words)
    assert len(duty.texts(ANA)) == 1
    await duty.city.settle(seconds=5)
    _, both = duty.texts(ANA)
    assert both.startswith("VIGIE, deux incidents critiques")
    assert "OK TOUT" in both
    assert "plusieurs appels vous attendent" in await duty.write(ANA, "OK")
    assert "aucun appel en attente" in await duty.write(ANA, "OK 9999")
    assert "c'est noté" in await duty.write(ANA, "ok tout")
    assert {page.state for page in await duty.pages()} == {PageState.ACKNOWLEDGED}


@pytest.mark.parametrize(
    ("status", "errcode", "why"),
    [
        ("undelivered", "30003", "téléphone éteint ou sans réseau"),
        ("undelivered", "30005", "numéro inconnu"),
        ("undelivered", "30006", "ligne fixe ou injoignable"),
        ("failed", "30007", "SMS filtré par l'opérateur"),
        ("undelivered", "30008", "SMS non remis"),
    ],
)
async def test_a_text_that_is_not_delivered_calls_the_next_at_once(
    written: Duty, status: str, errcode: str, why: str
) -> None:
    assert written.texts(ANA)
    await written.status(ANA, "sent")
    await written.status(ANA, status, errcode)
    assert written.called(BRUNO) == 1
    assert f"Ana Martin : {why} (SMS)" in await written.timeline()
    await written.status(ANA, "queued")
    [first, _] = [page for page in await written.pages() if page.channel in ("sms", "voice")][:2]
    assert first.delivery == "missed"
    assert "c'est noté" in await written.write(ANA, f"OK {await code(written)}"), (
        "who answers late is heard all the same"
    )


async def test_who_asked_for_no_texts_is_not_written_to_and_the_next_is_called(duty: Duty) -> None:
    await on_duty(duty.city, person("ana", "Ana Martin", ANA, SMS))
    duty.twilio.books.opted_out.add(ANA)
    await duty.city.opened(LAMP)
    assert duty.texts(ANA) == []
    assert duty.called(BRUNO) == 1
    assert "Ana Martin : injoignable, ne veut plus de SMS (SMS)" in await duty.timeline()


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        ([{"after": 0, "by": "telegram"}, {"after": 60, "by": "sms"}], "Telegram : aucun compte n'est raccordé"),
        ([{"after": 0, "by": "slack"}], "Slack : aucun compte n'est raccordé"),
    ],
)
async def test_a_channel_without_an_account_gives_its_place_to_the_next(
    duty: Duty, plan: list[dict[str, Any]], said: str
) -> None:
    await on_duty(duty.city, person("ana", "Ana Martin", ANA, plan))
    await duty.city.opened(LAMP)
    assert any(said in line for line in await duty.timeline())
    if len(plan) > 1:
        assert len(duty.texts(ANA)) == 1
    else:
        assert [ring.person for ring in await duty.city.rings()] == ["ana"]
        assert duty.called(BRUNO) == 1
