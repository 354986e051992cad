"""Jobs and clicks that come twice, too early, or for what is gone meanwhile: nothing is done, and it is said where
somebody waits for an answer.
"""

from __future__ import annotations

import pytest
from sqlalchemy import select

from routing.errors import Conflict, NotFound, Unreadable
from routing.service.ask_citizen import ask_citizen
from routing.service.contact import change_plan
from routing.service.forget_attachment import forget, forget_due
from routing.service.hold import watch_over
from routing.service.mobilise import mobilise_due
from routing.service.tick import tick
from routing.store.models import AuditEntry, OncallPerson, TimelineEntry, Timer
from tests.acceptance.duty import ANA, LAMP, Duty

GONE = 999


async def test_a_job_for_what_is_gone_lets_its_timer_go(duty: Duty) -> None:
    desk = duty.city.house.desk
    async with duty.city.session() as session:
        await mobilise_due(session, desk, GONE)
        await watch_over(session, desk, GONE)
        await forget_due(session, desk, GONE)
        await forget(session, desk, GONE, by="Salle")
    async with duty.city.session() as session:
        assert not list(await session.scalars(select(Timer).where(Timer.subject_id == GONE)))
        assert not list(await session.scalars(select(TimelineEntry)))


async def test_a_holder_is_not_asked_before_the_time_nor_twice(duty: Duty) -> None:
    await duty.city.opened(LAMP)
    incident = (await duty.incident()).id
    async with duty.city.session() as session:
        await watch_over(session, duty.city.house.desk, incident)  # nobody has it yet
    handset = duty.handset(ANA)
    await handset.pick_up()
    await handset.press("1")
    for minutes in (0, 10, 20):
        await duty.city.settle(minutes=minutes and 10)
        async with duty.city.session() as session:
            await watch_over(session, duty.city.house.desk, incident)
        assert duty.called(ANA) == 1
    await duty.city.settle(minutes=10)
    async with duty.city.session() as session:
        await watch_over(session, duty.city.house.desk, incident)
    await duty.city.settle()
    assert duty.called(ANA) == 2
    duty.look_at_the_rest()


async def test_what_cannot_be_done_is_said(duty: Duty) -> None:
    reference = (await duty.city.opened(LAMP))["reference"]
    desk = duty.city.house.desk
    async with duty.city.session() as session:
        for position in (-1, 99):
            with pytest.raises(NotFound):
                await tick(session, desk, 1, position, by="Salle")
        with pytest.raises(Unreadable, match="question"):
            await ask_citizen(session, desk, reference, by="Salle", text=" \u200b ")
        with pytest.raises(NotFound):
            await change_plan(session, desk, "nobody", [], by="Salle")
    await duty.city.act(reference, "resolve", reason="intervention faite")
    async with duty.city.session() as session:
        with pytest.raises(Conflict, match="rouvrez-le d'abord"):
            await ask_citizen(session, desk, reference, by="Salle", text="où est-ce ?")
    duty.look_at_the_rest()


async def test_the_same_contact_plan_again_is_no_change(duty: Duty) -> None:
    async with duty.city.session() as session:
        plan = list((await session.get_one(OncallPerson, "ana")).plan)
        await change_plan(session, duty.city.house.desk, "ana", plan[::-1], by="Ana Martin")
    async with duty.city.session() as session:
        assert not list(await session.scalars(select(AuditEntry).where(AuditEntry.person == "ana")))
