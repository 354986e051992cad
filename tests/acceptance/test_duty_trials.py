"""Trial calls, contact plans, and why somebody was called or not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from httpx import Response

from bot.worker import drill_in_its_hour
from routing.domain.escalation import EXHAUSTED
from routing.domain.incident import PageState
from routing.errors import Conflict
from routing.service.answer import decline, take
from routing.service.trial import drill, reachability
from routing.store import audit
from routing.store.models import AuditEntry
from tests.acceptance.duty import ANA, BRUNO, CHLOE, LAMP, Duty, on_duty, person
from tests.unit.duty import paris

QUIET = [{"after": 0, "by": "voice", "quiet": "22:00-07:00"}, {"after": 30, "by": "sms"}]


async def test_me_tester_calls_now_and_an_answer_ends_it(duty: Duty) -> None:
    answer = await duty.city.post("/api/v1/oncall/people/ana/test", {"by": "Ana Martin"})
    assert (answer.status_code, answer.json()) == (202, {"channels": ["voice", "sms"]})
    await duty.city.settle()
    handset = duty.handset(ANA)
    await handset.pick_up()
    assert "Ceci est un essai" in " ".join(handset.heard)
    await handset.press("1")
    assert "l'essai est réussi" in handset.last()
    await duty.city.settle(minutes=5)
    assert duty.texts(ANA) == []
    assert await duty.city.heal() == {}
    people = await duty.city.web.get("/api/v1/oncall/people")
    assert {row["person"]: (row["answered"], row["asked"]) for row in people.json()}["ana"] == (1, 1)


async def test_a_trial_nobody_answers_counts_against_reachability_and_wakes_nobody_else(duty: Duty) -> None:
    await duty.city.post("/api/v1/oncall/people/ana/test", {"by": "Ana Martin"})
    again = await duty.city.post("/api/v1/oncall/people/ana/test", {"by": "Ana Martin"})
    assert again.status_code == 409
    await duty.city.settle()
    await duty.handset(ANA).fail("no-answer")
    await duty.city.settle(seconds=60)
    assert len(duty.texts(ANA)) == 1
    assert "l'essai est réussi" in await duty.write(ANA, "OK ESSAI")
    assert duty.called(BRUNO) == 0


async def test_a_no_to_a_trial_is_an_answer_and_a_second_word_changes_nothing(duty: Duty) -> None:
    await duty.city.post("/api/v1/oncall/people/ana/test", {"by": "Ana Martin"})
    await duty.city.settle()
    page = (await duty.pages())[0].id
    async with duty.city.session() as session:
        await decline(session, duty.city.house.desk, page)
    async with duty.city.session() as session:
        assert (await take(session, duty.city.house.desk, page)).state is PageState.DECLINED
        with pytest.raises(Conflict, match="déjà terminé"):
            await decline(session, duty.city.house.desk, page)
    await duty.city.settle()
    async with duty.city.session() as session:
        said = [one.text for one in await audit.entries(session, AuditEntry.person == "ana")]
    assert "Ana Martin a répondu à l'essai par un refus (voice)" in said
    assert duty.called(BRUNO) == 0
    duty.look_at_the_rest()


async def test_who_can_be_reached_in_the_room_only_is_told_so(duty: Duty) -> None:
    await on_duty(duty.city, person("ana", "Ana Martin", None, []))
    answer = await duty.city.post("/api/v1/oncall/people/ana/test", {"by": "Ana Martin"})
    assert answer.status_code == 409
    assert "Aucun moyen de joindre Ana Martin" in answer.text
    assert (await duty.city.post("/api/v1/oncall/people/nobody/test", {"by": "Ana"})).status_code == 404


async def test_the_weekly_drill_calls_everybody_once_and_keeps_a_score(duty: Duty) -> None:
    async with duty.city.session() as session:
        assert await drill(session, duty.city.house.desk, tuple(duty.city.house.pagers), ("chloe",)) == 2
    async with duty.city.session() as session:
        assert await drill(session, duty.city.house.desk, tuple(duty.city.house.pagers)) == 1, "Chloé, who was spared"
    await duty.city.settle()
    for number in (ANA, CHLOE):
        handset = duty.handset(number)
        await handset.pick_up()
        await handset.press("1")
    await duty.handset(BRUNO).fail("no-answer")
    await duty.city.settle(minutes=5)
    async with duty.city.session() as session:
        scores = [await reachability(session, duty.city.house.desk, one) for one in ("ana", "bruno", "chloe")]
    assert scores == [(1, 1), (0, 1), (1, 1)]
    duty.look_at_the_rest()


async def test_the_drill_comes_in_its_hour_and_once_a_week(duty: Duty) -> None:
    house = replace(duty.city.house, settings=duty.city.house.settings.model_copy(update={"drill": "tuesday 10:30"}))
    for moment, called in (
        ("2026-03-10 10:29", 0),
        ("2026-03-10 10:30", 3),
        ("2026-03-10 10:59", 0),
        ("2026-03-16 10:30", 0),  # a Monday
        ("2026-03-17 10:31", 3),
        ("2026-03-24 11:30", 0),  # too late for this week
        ("2026-03-31 10:31", 3),  # summer time since Sunday
    ):
        duty.city.clock.at = paris(moment)
        assert (moment, await drill_in_its_hour(house)) == (moment, called)
        await duty.city.settle(minutes=5)
        duty.look_at_the_rest()
    assert await drill_in_its_hour(duty.city.house) == 0, "no drill is set"


async def test_a_plan_is_changed_and_the_change_is_kept(duty: Duty) -> None:
    changed = await duty.city.web.put("/api/v1/oncall/people/ana/plan", json={"by": "Ana Martin", "plan": QUIET})
    assert changed.json()["plan"] == [QUIET[0], {**QUIET[1], "quiet": None}]
    wrong = await duty.city.web.put("/api/v1/oncall/people/ana/plan", json={"by": "Ana", "plan": [{"by": "pigeon"}]})
    assert wrong.status_code == 422
    async with duty.city.session() as session:
        [entry] = await audit.entries(session, AuditEntry.kind == "plan", AuditEntry.incident.is_(None))
        assert await audit.faults(session) == []
    assert entry.text.startswith("Plan de contact de Ana Martin : téléphone tout de suite, SMS après 60 s devient")
    assert entry.by == "Ana Martin"


@pytest.mark.parametrize(("hour", "critical"), [(1, True), (1, False), (14, False)])
async def test_quiet_hours_hush_what_is_not_critical(duty: Duty, scripted: Any, hour: int, critical: bool) -> None:
    await on_duty(duty.city, person("ana", "Ana Martin", ANA, QUIET))
    duty.city.clock.at = duty.city.clock.at.replace(hour=hour, minute=0)
    words = LAMP if critical else scripted.expect("un lampadaire clignote", ("eclairage-rue-noire", 0.95))
    await duty.city.opened(words)
    reference = (await duty.incident()).reference
    if not critical:
        await duty.city.act(reference, "escalate", by="Bruno")
    await duty.city.settle()
    severity = str((await duty.incident()).severity)
    if severity == "critique" or hour == 14:
        assert duty.called(ANA) + duty.called(CHLOE) >= 1
    else:
        assert duty.called(ANA) == 0
    duty.look_at_the_rest()


async def why(duty: Duty, **asked: str) -> list[str]:
    answer = await duty.city.web.get("/api/v1/why", params=asked)
    assert answer.status_code == 200, answer.text
    return [str(line) for line in answer.json()["lines"]]


async def test_why_she_was_called_and_why_he_was_not(duty: Duty) -> None:
    await duty.city.opened(LAMP)
    reference = (await duty.incident()).reference
    at = duty.city.clock.at.isoformat()
    first = (await why(duty, person="ana", at=at))[0]
    assert first.startswith("Oui : Ana Martin a été appelé·e à ")
    assert reference in first
    assert "politique « technique », niveau 1" in first
    lines = await why(duty, person="bruno", at=at)
    assert lines[0].startswith("Non : Bruno Petit n'a pas été appelé·e vers ")
    assert "Bruno Petit n'en était pas" in lines[1]
    handset = duty.handset(ANA)
    await handset.pick_up()
    await handset.press("1")
    await duty.city.settle(minutes=10)
    later = await why(duty, person="bruno", at=duty.city.clock.at.isoformat())
    assert "Ana Martin prend en charge" in later[1]
    decided = await why(duty, incident=reference)
    assert any("Ana Martin sera appelé·e : téléphone à" in line for line in decided)
    assert "Ana Martin prend en charge" in decided[-1]


async def test_why_knows_whom_the_last_level_tried_after_the_rooms_alarm(duty: Duty) -> None:
    await on_duty(duty.city, person("bruno", "Bruno Petit", BRUNO, [{"after": 0, "by": "sms"}]))
    duty.twilio.books.opted_out.add(BRUNO)
    await duty.city.opened(LAMP)
    await duty.handset(ANA).fail("busy")
    await duty.city.settle()
    await duty.status(ANA, "undelivered", "30003")
    assert duty.called(CHLOE) == 1, "the metropolis duty, who comes after the last level"
    await duty.handset(CHLOE).fail("busy")
    await duty.city.settle()
    await duty.status(CHLOE, "undelivered", "30003")
    assert (await duty.incident()).alarm == EXHAUSTED
    _, said, *_ = await why(duty, person="bruno", at=duty.city.clock.at.isoformat())
    assert "n'en était pas" not in said
    assert "niveau 2 : Bruno Petit" in said
    assert "Bruno Petit : injoignable, ne veut plus de SMS" in said
    assert "niveau 3 : Chloé Roy — personne n'a pris l'incident" in said, "and who came after"
    duty.look_at_the_rest()


async def test_why_asks_for_one_thing_and_knows_what_it_does_not_know(duty: Duty) -> None:
    for asked in ({}, {"person": "ana", "incident": "IN-4K7Q"}, {"person": "ana", "at": "never"}):
        assert (await duty.city.web.get("/api/v1/why", params=asked)).status_code == 422
    for asked in ({"person": "nobody"}, {"incident": "IN-4K7Q"}):
        assert (await duty.city.web.get("/api/v1/why", params=asked)).status_code == 404
    assert (await why(duty, person="ana"))[-1] == "Aucun incident n'attendait de réponse à ce moment-là."


async def test_the_rooms_page_says_why_and_leads_from_person_to_incident(duty: Duty) -> None:
    await duty.city.opened(LAMP)
    reference = (await duty.incident()).reference
    link = f'<a href="/salle/pourquoi?qui={reference}">{reference}</a>'
    first = shown_by(await duty.city.web.get("/salle/pourquoi"))
    assert f"{link} <span>Ana Martin</span>" in first, "the last calls are offered"
    at = duty.city.clock.at.astimezone(duty.city.house.desk.zone).strftime("%Y-%m-%dT%H:%M")
    person_ = shown_by(await duty.city.web.get("/salle/pourquoi", params={"qui": "Bruno Petit", "quand": at}))
    assert f"{link} : Bruno Petit n&#39;en était pas" in person_
    incident = shown_by(await duty.city.web.get("/salle/pourquoi", params={"qui": reference}))
    assert "Ana Martin sera appelé·e : téléphone à" in incident
    duty.look_at_the_rest()


def shown_by(page: Response) -> str:
    """What a page says, without the spaces that hold words together."""
    return page.text.replace("\u00a0", " ")


async def test_the_rooms_pages(duty: Duty) -> None:
    page = await duty.city.web.get("/salle/joindre")
    assert page.status_code == 200
    assert "Ana Martin" in page.text
    headers = {"origin": "http://vigie.test"}
    tried = await duty.city.web.post("/salle/joindre/ana/essai", headers=headers)
    assert tried.status_code == 303
    await duty.city.settle()
    assert duty.called(ANA) == 1
    form = {"par0": "sms", "apres0": "0", "calme0": "22:00 - 07:00", "par1": "voice", "apres1": "45"}
    await duty.city.web.post("/salle/joindre/ana/plan", data=form, headers=headers)
    shown = await duty.city.web.get("/salle/joindre")
    assert "SMS, téléphone après 45" in shown.text.replace("\u00a0", " ")
    bad = await duty.city.web.post("/salle/joindre/ana/plan", data={"par0": "pigeon"}, headers=headers)
    assert "ne+se+lit+pas" in bad.headers["location"]
    for who in ("ana", "Ana Martin", "ana martin"):
        assert "pour un essai" in (await duty.city.web.get("/salle/pourquoi", params={"qui": who})).text
    assert "Personne n’a encore été appelé" in shown_by(await duty.city.web.get("/salle/pourquoi"))
    for wrong in ({"qui": "nobody"}, {"qui": "ana", "quand": "hier"}):
        assert 'role="alert"' in (await duty.city.web.get("/salle/pourquoi", params=wrong)).text
    duty.look_at_the_rest()
