"""Whoever has an address but does not answer is known long before their next duty."""

from __future__ import annotations

from datetime import timedelta

from routing.service.trial import drill
from routing.service.watch_calendar import warnings, watch_calendar
from routing.store.models import EscalationPolicy, OncallRotation
from tests.acceptance.duty import ANA, BRUNO, CHLOE, LAMP, Duty

WEEKLY = {"every": "week", "handoff": "monday 08:00", "start": "2026-01-05", "members": ["ana", "bruno", "chloe"]}


async def troubles(duty: Duty) -> list[tuple[str, str, str]]:
    """What is to be mended in the weeks ahead: what, of which rotation, who."""
    async with duty.city.session() as session:
        found = await watch_calendar(session, duty.city.house.desk, tuple(duty.city.house.pagers))
        assert found == await warnings(session)
    return [(one.trouble, one.rotation, one.person) for one in found]


async def test_whoever_never_answers_is_flagged_long_before_their_duty_and_cleared_by_an_answer(duty: Duty) -> None:
    async with duty.city.session() as session:
        session.add(OncallRotation(id="lampes", time_zone="Europe/Paris", layers=[WEEKLY]))
        (await session.get_one(EscalationPolicy, "technique")).levels = [{"after": 0, "targets": ["rotation:lampes"]}]
        (await session.get_one(EscalationPolicy, "metropole")).levels = [{"after": 0, "targets": ["rotation:lampes"]}]
    assert await troubles(duty) == [], "nobody was called yet: there is nothing to say"
    async with duty.city.session() as session:
        await drill(session, duty.city.house.desk, tuple(duty.city.house.pagers))
    await duty.city.settle()
    for number in (ANA, BRUNO):
        handset = duty.handset(number)
        await handset.pick_up()
        await handset.press("1")
    await duty.handset(CHLOE).fail("no-answer")
    await duty.city.settle(minutes=5)
    assert await troubles(duty) == [("silent", "lampes", "chloe")]
    async with duty.city.session() as session:
        [concern] = await warnings(session)
    assert concern.begins - duty.city.clock.at > timedelta(days=7)
    shown = (await duty.city.web.get("/astreinte")).text
    assert "De garde et ne répond pas" in shown
    assert "1 appel de suite sans réponse" in shown
    assert "Ne répond pas" in (await duty.city.web.get("/salle/joindre")).text
    people = (await duty.city.web.get("/api/v1/oncall/people")).json()
    assert {one["person"]: one["silent"] for one in people} == {"ana": 0, "bruno": 0, "chloe": 1}
    await duty.city.post("/api/v1/oncall/people/chloe/test", {"by": "Chloé Roy"})
    await duty.city.settle()
    handset = duty.handset(CHLOE)
    await handset.pick_up()
    await handset.press("1")
    await duty.city.settle()
    assert await troubles(duty) == []
    duty.look_at_the_rest()


async def test_one_missed_call_of_somebody_who_answers_is_nothing_two_are(duty: Duty) -> None:
    for answers, silent in ((True, False), (False, False), (False, True)):
        await duty.city.post("/api/v1/oncall/people/ana/test", {"by": "Ana Martin"})
        await duty.city.settle()
        handset = duty.handset(ANA)
        if answers:
            await handset.pick_up()
            await handset.press("1")
        else:
            await handset.fail("no-answer")
        await duty.city.settle(minutes=5)
        assert (("silent", "", "ana") in await troubles(duty)) is silent
    duty.look_at_the_rest()


async def test_a_call_for_an_incident_is_missed_even_when_somebody_else_takes_it_afterwards(duty: Duty) -> None:
    await duty.city.opened(LAMP)
    await duty.handset(ANA).fail("no-answer")
    await duty.city.settle()
    await duty.status(ANA, "undelivered", "30003")
    handset = duty.handset(BRUNO)
    await handset.pick_up()
    await handset.press("1")
    await duty.city.settle()
    assert await troubles(duty) == [("silent", "", "ana")]
    duty.look_at_the_rest()


async def test_somebody_who_was_only_slower_missed_nothing(duty: Duty) -> None:
    await duty.city.opened(LAMP)
    await duty.city.act((await duty.incident()).reference, "acknowledge", by="Salle")
    await duty.city.settle()
    assert await troubles(duty) == []
    duty.look_at_the_rest()
