"""At three in the morning an agent keeps known trouble silent for a while; nothing grave is, and nothing is lost."""

from __future__ import annotations

import html
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select

from routing.domain.incident import IncidentState, PageState
from routing.errors import Conflict, NotFound
from routing.service.mute import mute_incident, mute_service, unmute
from routing.store.models import Mute, Timer
from tests.acceptance.duty import ANA, BRUNO, CHLOE, Duty
from tests.acceptance.test_duty_trials import why
from tests.city import City
from tests.understood import Scripted

DARK, SAME_DARK = "la rue est noire", "toute la rue est noire"
OUTAGE = "panne Enedis en cours"


@pytest.fixture
async def dark(duty: Duty, scripted: Scripted) -> Duty:
    """A dark street is reported: it is urgent, nobody takes it, Ana is called."""
    for words in (DARK, SAME_DARK):
        scripted.expect(words, ("eclairage-rue-noire", 0.95), place="rue Monge")
    await duty.city.opened(DARK)
    await duty.city.settle(minutes=6)
    assert duty.called(ANA) == 1
    return duty


async def muted(duty: Duty, *, hours: float = 2, reason: str = OUTAGE, by: str = "Ana Martin") -> None:
    """The first incident is kept silent."""
    reference, until = (await duty.incident()).reference, duty.city.clock.at + timedelta(hours=hours)
    async with duty.city.session() as session:
        await mute_incident(session, duty.city.house.desk, reference, until=until, reason=reason, by=by)
    await duty.city.settle()


async def service_muted(duty: Duty, *, hours: float = 2, by: str = "Ana Martin") -> int:
    """Street lamps are; returns the mute's number."""
    until = duty.city.clock.at + timedelta(hours=hours)
    async with duty.city.session() as session:
        row, _ = await mute_service(session, duty.city.house.desk, "eclairage", until=until, reason=OUTAGE, by=by)
    await duty.city.settle()
    return row.id


def calls(duty: Duty) -> int:
    return sum(duty.called(number) for number in (ANA, BRUNO, CHLOE))


async def test_an_incident_is_silent_until_its_time_and_then_the_levels_begin_anew(dark: Duty) -> None:
    await muted(dark)
    incident = await dark.incident()
    assert incident.state is IncidentState.OPEN
    assert PageState.CANCELLED in {page.state for page in await dark.pages()}, "telephones that rang stop"
    before = calls(dark)
    await dark.city.settle(minutes=119)
    assert calls(dark) == before
    await dark.sound()
    await dark.city.settle(minutes=2)
    assert dark.called(ANA) == 2
    assert (await dark.incident()).muted is None
    assert "La sourdine est finie : l'astreinte est appelée" in await dark.timeline()
    await dark.city.settle(minutes=3)
    assert dark.called(BRUNO) >= 1
    dark.look_at_the_rest()


async def test_card_room_interface_and_log_say_until_when_who_and_why(dark: Duty) -> None:
    await muted(dark)
    incident = await dark.incident()
    ends = dark.city.house.desk.clock_time(dark.city.clock.at + timedelta(hours=2))
    told = f"jusqu'à {ends}, par Ana Martin : {OUTAGE}"
    [card] = await dark.city.cards("eclairage")
    assert card["muted"] == told
    assert (await dark.city.incident(incident.reference))["muted"] == told
    page = (await dark.city.web.get("/salle")).text
    assert "En sourdine" in page
    assert "Lever la sourdine" in page
    assert OUTAGE in page
    duty_page = (await dark.city.web.get("/astreinte")).text
    assert f'<a href="/salle?q={incident.reference}">{incident.reference}</a>' in duty_page
    assert f"(Rue ou quartier sans éclairage public, rue Monge) {told}" in html.unescape(duty_page)
    assert f"Ana Martin met en sourdine jusqu'à {ends} : {OUTAGE}" in [one.text for one in await dark.audited()]
    await dark.city.settle(minutes=30)
    lines = await why(dark, person="bruno", at=dark.city.clock.at.isoformat())
    assert f"{incident.reference} : Ana Martin met en sourdine jusqu'à {ends} : {OUTAGE}" in lines[1]
    dark.look_at_the_rest()


async def test_what_is_critical_is_silent_only_for_who_has_it(duty: Duty, scripted: Scripted) -> None:
    await duty.city.opened(scripted.expect("un lampadaire bizarre", ("eclairage-mat-couche", 0.95)))
    with pytest.raises(Conflict, match="prenez-le d'abord"):
        await muted(duty)
    await service_muted(duty)
    await duty.city.settle(minutes=3)
    assert (duty.called(ANA), duty.called(BRUNO)) == (1, 1), "a service's silence is not for what is critical"
    handset = duty.handset(BRUNO)
    await handset.pick_up()
    await handset.press("1")
    await duty.city.settle()
    with pytest.raises(Conflict, match="deux heures au plus"):
        await muted(duty, hours=3)
    await muted(duty, hours=1.5, by="Bruno Petit")
    await duty.city.settle(minutes=89)
    assert duty.called(BRUNO) == 1, "whoever has it is not asked either"
    await duty.city.settle(minutes=2)
    assert duty.called(BRUNO) == 2
    assert any("toujours dessus ?" in line for line in await duty.timeline())
    duty.look_at_the_rest()


async def test_danger_in_another_report_ends_it_at_once(dark: Duty, scripted: Scripted) -> None:
    await muted(dark)
    before = calls(dark)
    await dark.city.opened(SAME_DARK)
    assert calls(dark) == before, "the same again changes nothing"
    hurt = "la rue est noire, un cycliste est blessé, il saigne beaucoup"
    await dark.city.opened(scripted.expect(hurt, ("eclairage-rue-noire", 0.95), place="rue Monge"))
    await dark.city.settle()
    incident = await dark.incident()
    assert (incident.reports, incident.muted) == (3, None)
    assert calls(dark) == before + 1
    assert "La sourdine est levée : un signalement plus grave est arrivé" in await dark.timeline()
    with pytest.raises(Conflict, match="en danger"):
        await muted(dark)
    dark.look_at_the_rest()


async def test_whoever_asks_for_the_duty_is_heard(dark: Duty) -> None:
    await muted(dark)
    await service_muted(dark)
    incident = await dark.incident()
    before = calls(dark)
    await dark.city.act(incident.reference, "escalate", by="Chef", reason="un piéton est tombé")
    await dark.city.settle()
    assert calls(dark) == before + 1
    assert (await dark.incident()).muted is None
    await dark.city.settle(minutes=3)
    assert calls(dark) > before + 1, "and the levels go on"
    dark.look_at_the_rest()


async def test_lifting_it_calls_the_duty_at_once_and_once(dark: Duty) -> None:
    await muted(dark)
    reference, before = (await dark.incident()).reference, calls(dark)
    assert (await dark.city.act(reference, "unmute", by="Chef")).json()["muted"] is None
    assert calls(dark) == before + 1
    assert "La sourdine est levée : Chef l'a demandé" in await dark.timeline()
    refused = await dark.city.act(reference, "unmute", by="Chef")
    assert (refused.status_code, "n'est pas en sourdine" in refused.text) == (409, True)
    dark.look_at_the_rest()


async def test_lifting_it_asks_who_has_it_for_a_sign_again(duty: Duty, scripted: Scripted) -> None:
    await duty.city.opened(scripted.expect("un lampadaire bizarre", ("eclairage-mat-couche", 0.95)))
    handset = duty.handset(ANA)
    await handset.pick_up()
    await handset.press("1")
    await duty.city.settle()
    await muted(duty, hours=2)
    await duty.city.settle(minutes=40)
    assert duty.called(ANA) == 1
    await duty.city.act((await duty.incident()).reference, "unmute", by="Chef")
    await duty.city.settle(minutes=31)
    assert duty.called(ANA) == 2
    duty.look_at_the_rest()


async def test_what_is_over_has_nothing_to_be_silent_about(dark: Duty) -> None:
    number = await service_muted(dark)
    await dark.city.act((await dark.incident()).reference, "resolve", reason="intervention faite")
    with pytest.raises(Conflict, match="est résolu"):
        await muted(dark)
    for said in ("", "déjà finie"):
        async with dark.city.session() as session:
            if said:
                with pytest.raises(Conflict, match=said):
                    await unmute(session, dark.city.house.desk, number, by="Chef")
            else:
                await unmute(session, dark.city.house.desk, number, by="Chef")
    dark.look_at_the_rest()


async def test_a_service_is_silent_for_what_may_wait_and_its_cards_arrive(dark: Duty, scripted: Scripted) -> None:
    before = calls(dark)
    number = await service_muted(dark)
    scripted.expect("la place est noire", ("eclairage-rue-noire", 0.95), place="place Grangier")
    other = await dark.city.opened("la place est noire")
    await dark.city.settle(minutes=60)
    assert calls(dark) == before
    assert len(await dark.city.cards("eclairage")) == 2
    assert "avec Éclairage public" in str((await dark.city.incident(other["reference"]))["muted"])
    await dark.sound()
    async with dark.city.session() as session:
        await unmute(session, dark.city.house.desk, number, by="Chef")
    await dark.city.settle(seconds=10)
    assert dark.called(ANA) == 2, "one call for both"
    assert (await dark.city.incident(other["reference"]))["muted"] is None
    handset = dark.handset(ANA)
    await handset.pick_up()
    assert "deux incidents" in " ".join(handset.heard).lower()
    dark.look_at_the_rest()


async def test_taking_it_ends_the_silence_and_reclassifying_it_too(dark: Duty) -> None:
    await muted(dark)
    reference = (await dark.incident()).reference
    await dark.city.act(reference, "acknowledge", by="Salle")
    assert (await dark.incident()).muted is None
    async with dark.city.session() as session:
        assert (await session.scalars(select(Mute.ended_at))).one() is not None
    dark.look_at_the_rest()


async def test_it_needs_a_reason_an_end_and_something_to_silence(dark: Duty, scripted: Scripted) -> None:
    for hours, reason, said in ((2, " ", "Dites pourquoi"), (0, OUTAGE, "déjà passée"), (25, OUTAGE, "Vingt-quatre")):
        with pytest.raises(Conflict, match=said):
            await muted(dark, hours=hours, reason=reason)
    tag = await dark.city.opened(scripted.expect("un tag rigolo", ("proprete-tag", 0.9)))
    refused = await silence(dark.city, tag["reference"])
    assert (refused.status_code, "il n'y a rien à taire" in refused.text) == (409, True)
    desk, until = dark.city.house.desk, dark.city.clock.at + timedelta(hours=1)
    async with dark.city.session() as session:
        with pytest.raises(Conflict, match="dernier recours"):
            await mute_service(session, desk, "astreinte", until=until, reason=OUTAGE, by="Ana")
        with pytest.raises(NotFound):
            await mute_service(session, desk, "licornes", until=until, reason=OUTAGE, by="Ana")
        with pytest.raises(NotFound):
            await unmute(session, desk, 999, by="Ana")
    dark.look_at_the_rest()


async def test_a_short_silence_brings_no_first_call_forward(duty: Duty, scripted: Scripted) -> None:
    await duty.city.opened(scripted.expect(DARK, ("eclairage-rue-noire", 0.95), place="rue Monge"))
    with pytest.raises(Conflict, match="le premier appel n'est prévu qu'à 10:05"):
        await muted(duty, hours=0.05)
    await service_muted(duty, hours=0.05)
    assert (await duty.incident()).muted is None
    await duty.city.settle(minutes=4.9)
    assert calls(duty) == 0
    await duty.city.settle(minutes=0.2)
    assert duty.called(ANA) == 1


async def test_a_lost_timer_or_a_wiped_queue_neither_ends_nor_lengthens_it(dark: Duty) -> None:
    await muted(dark)
    before = calls(dark)
    async with dark.city.session() as session:
        await session.execute(delete(Timer))
    await dark.city.lose_every_job()
    assert (await dark.city.heal())["escalate"] == 1
    await dark.city.settle(minutes=100)
    assert calls(dark) == before
    await dark.city.settle(minutes=21)
    assert dark.called(ANA) == 2
    dark.look_at_the_rest()


async def silence(city: City, reference: str) -> Any:
    until = (city.clock.at + timedelta(hours=1)).isoformat()
    return await city.post(f"/api/v1/incidents/{reference}/mute", {"by": "Ana", "until": until, "reason": OUTAGE})
