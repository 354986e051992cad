"""Somebody on duty is called: only a key, a word or a click is an answer."""

from __future__ import annotations

import asyncio

import pytest

from bot.phone.words import spelled
from routing.domain.incident import PageState
from tests.acceptance.duty import ANA, BRUNO, CHLOE, LAMP, Duty, on_duty, person
from tests.understood import Scripted


@pytest.fixture
async def called(duty: Duty) -> Duty:
    """Ana's telephone rings."""
    await duty.city.opened(LAMP)
    assert duty.called(ANA) == 1
    return duty


async def test_a_call_says_who_calls_what_where_and_which_reference(called: Duty) -> None:
    handset = called.handset(ANA)
    await handset.pick_up()
    incident = await called.incident()
    said = " ".join(handset.heard)
    for words in (
        "Vigie",
        "Dijon métropole",
        "Incident critique",
        "rue Monge",
        spelled(incident.reference),
        "Faites le 1",
    ):
        assert words in said, words
    assert handset.seconds < 30
    await handset.press("1")
    assert "vous prenez l'incident" in handset.last()
    assert handset.ended
    await called.city.settle()
    assert (await called.incident()).acknowledged_by == "Ana Martin"
    await called.city.settle(minutes=20)
    assert called.called(BRUNO) == 0
    assert called.texts(ANA) == [], "she has it: nobody writes to her any more"


async def test_i_cannot_calls_the_next_person_at_once(called: Duty) -> None:
    handset = called.handset(ANA)
    await handset.pick_up()
    await handset.press("2")
    assert "quelqu'un d'autre est appelé" in handset.last()
    await called.city.settle(seconds=1)
    assert called.called(BRUNO) == 1
    await called.handset(BRUNO).pick_up()
    assert called.texts(ANA) == [], "who cannot is left alone"
    await called.sound()


async def test_repeat_wrong_key_and_the_room(called: Duty) -> None:
    handset = called.handset(ANA)
    await handset.pick_up()
    first = handset.heard.copy()
    await handset.press("3")
    assert handset.heard == first * 2
    await handset.press("7")
    assert "Cette touche ne correspond à rien." in handset.heard
    await handset.press("9")
    assert handset.dialled == "+33199000017"
    await handset.nobody_answers()
    assert "La salle ne répond pas." in handset.heard
    await handset.press("1")
    assert (await called.incident()).acknowledged_by == "Ana Martin"


async def test_silence_is_no_answer(called: Duty) -> None:
    handset = called.handset(ANA)
    await handset.pick_up()
    await handset.silence()
    assert called.called(BRUNO) == 0
    await handset.silence()
    await called.city.settle()
    assert len(called.texts(ANA)) == 1, "her next channel is tried while the call goes on"
    await handset.silence()
    assert handset.ended
    [voice, sms] = await called.pages()
    assert (voice.state, voice.error) == (PageState.UNANSWERED, "a décroché sans répondre")
    assert sms.state is PageState.RINGING
    await called.sound()


async def test_an_answering_machine_is_no_answer_and_a_person_behind_it_still_is(called: Duty) -> None:
    handset = called.handset(ANA)
    await handset.pick_up()
    await handset.machine()
    await called.city.settle()
    assert len(called.texts(ANA)) == 1
    await handset.press("1")
    await called.city.settle()
    assert (await called.incident()).acknowledged_by == "Ana Martin"
    await called.handset(ANA).machine("human")


async def test_news_of_a_call_in_any_order_and_any_number_converges(called: Duty) -> None:
    handset = called.handset(ANA)
    for status in ("completed", "ringing", "completed", "initiated", "in-progress", "busy", "completed"):
        await handset.tell(status)
    await called.city.settle()
    [voice, sms] = await called.pages()
    assert voice.delivery == "over"
    assert voice.state is PageState.UNANSWERED
    assert len(called.texts(ANA)) == 1
    assert sms.state is PageState.RINGING
    assert sum("décroché sans répondre" in line for line in await called.timeline()) == 1


async def test_the_same_key_told_twice_acts_once(called: Duty) -> None:
    handset = called.handset(ANA)
    await handset.pick_up()
    question = handset._question().get("action")
    await handset.press("1")
    assert question is not None
    path = question.partition("vigie.example.org")[2]
    again = await handset.post(path, handset._fields(Digits="2"))
    assert again.status_code == 200
    await called.city.settle()
    assert (await called.incident()).acknowledged_by == "Ana Martin"
    assert called.called(BRUNO) == 0


async def test_another_calls_request_for_the_same_page_has_no_effect(called: Duty) -> None:
    handset = called.handset(ANA)
    await handset.pick_up()
    question = handset._question().get("action")
    assert question is not None
    other = called.handset(ANA)
    other.sid = "CA" + "f" * 32
    answer = await other.post(question.partition("vigie.example.org")[2], other._fields(Digits="1"))
    assert "Répondez à celui-là" in answer.text
    assert (await called.incident()).acknowledged_by is None
    unsigned = await called.city.web.post("/webhooks/twilio/pages/key?page=1", content=b"Digits=1")
    assert unsigned.status_code == 415
    forged = await other.post("/webhooks/twilio/pages/key?page=1", {"Digits": "1"}, token="wrong")
    assert forged.status_code == 403


async def test_the_incident_is_taken_while_the_telephone_rings(called: Duty) -> None:
    handset = called.handset(ANA)
    await handset.begin()
    await called.city.act((await called.incident()).reference, "acknowledge", by="Bruno Petit")
    assert handset.placed.status == "canceled"
    assert [page.state for page in await called.pages()] == [PageState.CANCELLED, PageState.CANCELLED]
    await called.city.settle(minutes=10)
    assert called.texts(ANA) == []


async def test_the_incident_is_taken_while_she_listens(called: Duty) -> None:
    handset = called.handset(ANA)
    await handset.pick_up()
    await called.city.act((await called.incident()).reference, "acknowledge", by="Bruno Petit")
    await handset.hear_update()
    assert handset.last() == "Bruno Petit s'en occupe. Merci. Au revoir."


async def test_a_call_that_is_answered_too_late_says_so(called: Duty) -> None:
    handset = called.handset(ANA)
    await handset.begin()
    await called.city.post(
        f"/api/v1/incidents/{(await called.incident()).reference}/acknowledge", {"by": "Bruno Petit"}
    )
    handset.placed.status = "in-progress"
    await handset._fetch(handset.placed.url.partition("vigie.example.org")[2])
    assert "n'a plus lieu d'être" in handset.last()
    await called.city.settle()


async def test_several_incidents_become_one_call_and_the_first_never_waits(duty: Duty, scripted: Scripted) -> None:
    places = ("rue Monge", "rue de la Liberté", "place Darcy")
    words = [scripted.expect(f"{LAMP} {place}", ("eclairage-mat-couche", 0.95), place=place) for place in places]
    await duty.city.opened(words[0])
    assert duty.called(ANA) == 1
    await duty.city.opened(words[1])
    await duty.city.opened(words[2])
    assert duty.called(ANA) == 1, "her line is busy with our own call"
    handset = duty.handset(ANA)
    await handset.pick_up()
    said = " ".join(handset.heard)
    assert "Trois incidents critiques" in said
    assert all(place in said for place in places)
    await handset.press("1")
    assert "vous prenez 3 incidents" in handset.last()
    await duty.city.settle()
    states = {page.state for page in await duty.pages() if page.channel == "voice"}
    assert states == {PageState.ACKNOWLEDGED}
    await duty.city.settle(minutes=10)
    assert duty.called(BRUNO) == 0


async def test_what_comes_during_a_call_is_told_in_it(duty: Duty, scripted: Scripted) -> None:
    other = scripted.expect(f"{LAMP} place Darcy", ("eclairage-mat-couche", 0.95), place="place Darcy")
    await duty.city.opened(LAMP)
    handset = duty.handset(ANA)
    await handset.pick_up()
    await duty.city.opened(other)
    await handset.press("1")
    assert not handset.ended
    assert "place Darcy" in " ".join(handset.heard)
    await handset.press("2")
    assert handset.ended
    await duty.city.settle()
    assert duty.called(ANA) == 1
    assert duty.called(BRUNO) == 1, "for the second incident only"


async def test_what_a_call_did_not_get_round_to_telling_is_told_in_the_next(duty: Duty, scripted: Scripted) -> None:
    other = scripted.expect(f"{LAMP} place Darcy", ("eclairage-mat-couche", 0.95), place="place Darcy")
    await duty.city.opened(LAMP)
    handset = duty.handset(ANA)
    await handset.pick_up()
    await duty.city.opened(other)
    await handset.hang_up()
    await duty.city.settle()
    assert duty.called(ANA) == 2
    again = duty.handset(ANA)
    await again.pick_up()
    assert "place Darcy" in " ".join(again.heard)
    assert len(duty.texts(ANA)) == 1, "of the first incident, which she hung up on"


async def test_two_answers_at_once_and_one_has_it(duty: Duty) -> None:
    await on_duty(duty.city, person("bruno", "Bruno Petit", BRUNO))
    await duty.city.opened(LAMP)
    await duty.city.settle(minutes=2)
    ana, bruno = duty.handset(ANA), duty.handset(BRUNO)
    await ana.pick_up()
    await bruno.pick_up()
    await asyncio.gather(ana.press("1"), bruno.press("1"))
    lines = [ana.last(), bruno.last()]
    assert sum("vous prenez" in line for line in lines) == 1
    assert sum("déjà pris en charge" in line for line in lines) == 1
    await duty.city.settle()
    assert len(duty.texts(ANA) + duty.texts(BRUNO)) == 3, "both were written to, and who lost reads who has it"
    duty.look_at_the_rest()  # Chloé, who was called while nobody had answered


async def test_a_level_in_turn_gives_each_their_time_and_skips_who_cannot(duty: Duty) -> None:
    await on_duty(duty.city, person("ana", "Ana Martin", ANA, [{"after": 0, "by": "sms"}]), apart=90)
    await duty.city.opened(LAMP)
    assert len(duty.texts(ANA)) == 1
    await duty.status(ANA, "delivered")
    await duty.city.settle(seconds=89)
    assert duty.called(BRUNO) == 0
    await duty.city.settle(seconds=1)
    assert duty.called(BRUNO) == 1


async def test_in_turn_the_next_one_is_called_at_once_when_the_first_cannot(duty: Duty) -> None:
    await on_duty(duty.city, apart=90)
    await duty.city.opened(LAMP)
    handset = duty.handset(ANA)
    await handset.pick_up()
    await handset.press("2")
    await duty.city.settle(seconds=1)
    assert duty.called(BRUNO) == 1
    assert duty.called(CHLOE) == 0
