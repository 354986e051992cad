"""Whoever took an incident and forgets it is asked, and somebody else is called."""

from __future__ import annotations

import pytest

from routing.domain.incident import IncidentState
from routing.service.tick import tick
from routing.store import incidents
from tests.acceptance.duty import ANA, BRUNO, LAMP, Duty


@pytest.fixture
async def taken(duty: Duty) -> Duty:
    """Ana took a critical incident by telephone."""
    await duty.city.opened(LAMP)
    handset = duty.handset(ANA)
    await handset.pick_up()
    await handset.press("1")
    await duty.city.settle(minutes=29)
    assert duty.called(ANA) == 1
    return duty


async def test_after_half_an_hour_without_a_sign_she_is_asked_and_says_yes(taken: Duty) -> None:
    await taken.city.settle(minutes=1)
    assert any("toujours dessus ?" in line for line in await taken.timeline())
    handset = taken.handset(ANA)
    await handset.pick_up()
    assert "Vous occupez-vous toujours de cet incident ?" in " ".join(handset.heard)
    await handset.press("1")
    await taken.city.settle(minutes=20)
    assert (await taken.incident()).acknowledged_by == "Ana Martin"
    assert taken.called(BRUNO) == 0
    assert taken.texts(ANA) == []
    await taken.city.settle(minutes=11)
    assert taken.called(ANA) == 3, "half an hour after that sign of life she is asked anew"
    taken.look_at_the_rest()


async def test_without_an_answer_the_levels_begin_anew(taken: Duty) -> None:
    await taken.city.settle(minutes=6, seconds=1)
    incident = await taken.incident()
    assert (incident.state, incident.acknowledged_by) == (IncidentState.OPEN, None)
    assert any("Ana Martin ne donne plus signe de vie" in line for line in await taken.timeline())
    await taken.city.settle(minutes=3)
    assert taken.called(BRUNO) >= 1
    await taken.sound()
    taken.look_at_the_rest()


async def test_no_longer_hers_calls_the_duty_at_once(taken: Duty) -> None:
    await taken.city.settle(minutes=1)
    handset = taken.handset(ANA)
    await handset.pick_up()
    await handset.press("2")
    await taken.city.settle(seconds=1)
    assert (await taken.incident()).state is IncidentState.OPEN
    assert any("ne s'en occupe plus" in line for line in await taken.timeline())
    taken.look_at_the_rest()


async def test_whoever_works_on_it_is_left_alone(taken: Duty) -> None:
    async with taken.city.session() as session:
        rows = await incidents.dispatches_of(session, (await taken.incident()).id)
        await tick(session, taken.city.house.desk, rows[0].id, 0, by="Ana Martin")
    await taken.city.settle(minutes=25)
    assert taken.called(ANA) == 1


async def test_a_resolved_incident_asks_nobody(taken: Duty) -> None:
    await taken.city.act((await taken.incident()).reference, "resolve", by="Ana Martin", reason="intervention faite")
    await taken.city.settle(minutes=60)
    assert taken.called(ANA) == 1
    await taken.sound()
