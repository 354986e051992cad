"""WhatsApp: free words within a day of the citizen's last message, an approved template afterwards."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from routing.store.models import CitizenMessage
from tests.acceptance.connected import with_twilio
from tests.acceptance.texting import ANA, HOLE, Telephone, reports
from tests.city import City, founded
from tests.standins.faults import dropped
from tests.standins.twilio.account import TwilioStandIn
from tests.understood import Scripted

THERE = f"whatsapp:{ANA}"
TEMPLATE = "HX" + "0" * 32


@pytest.fixture
async def town(
    database_url: str, tmp_path: Path, scripted: Scripted, twilio: TwilioStandIn, request: pytest.FixtureRequest
) -> AsyncIterator[City]:
    scripted.expect(HOLE, ("voirie-nid-de-poule", 0.9), place="rue Monge")
    template = getattr(request, "param", TEMPLATE)
    settings = with_twilio(tmp_path, twilio).model_copy(update={"twilio_whatsapp_template": template})
    async with founded(database_url, tmp_path, scripted, settings=settings) as city:
        twilio.clock = city.clock
        yield city
        await city.check_nothing_unexpected()


async def taken_after(town: City, twilio: TwilioStandIn, hours: float) -> str:
    """Ana writes; so many hours later an agent takes it. Returns the incident."""
    await Telephone(town, twilio.token, THERE).write(HOLE)
    twilio.books.heard[THERE] = town.clock.at
    await town.settle()
    [report] = await reports(town)
    incident = str((await town.follow(report.reference))["incident"])
    town.clock.advance(timedelta(hours=hours))
    await town.act(incident, "acknowledge", by="Ana")
    return incident


async def test_within_a_day_news_is_free_text(town: City, twilio: TwilioStandIn) -> None:
    await taken_after(town, twilio, 23)
    assert "pris en charge" in twilio.texts_to(THERE)[-1]
    assert "ContentSid" not in twilio.journal.calls("messages.create")[-1].arguments


async def test_after_a_day_news_is_the_template_around_our_words(town: City, twilio: TwilioStandIn) -> None:
    await taken_after(town, twilio, 25)
    assert twilio.texts_to(THERE)[-1].startswith("Dijon métropole : Votre signalement")
    assert twilio.journal.calls("messages.create")[-1].arguments["ContentSid"] == TEMPLATE


async def test_a_template_whose_answer_was_lost_is_not_sent_twice(town: City, twilio: TwilioStandIn) -> None:
    town.failures_expected = True
    await Telephone(town, twilio.token, THERE).write(HOLE)
    twilio.books.heard[THERE] = town.clock.at
    await town.settle()
    [report] = await reports(town)
    twilio.faults.add(dropped(committed=True), "messages.create")
    town.clock.advance(timedelta(hours=25))
    await town.act(str((await town.follow(report.reference))["incident"]), "acknowledge", by="Ana")
    await town.settle(minutes=1)
    assert len(twilio.texts_to(THERE)) == 2


@pytest.mark.parametrize("town", [None], indirect=True)
async def test_without_a_template_nothing_is_sent_and_the_room_knows_why(town: City, twilio: TwilioStandIn) -> None:
    await taken_after(town, twilio, 25)
    assert len(twilio.texts_to(THERE)) == 1
    async with town.session() as session:
        last = (await session.scalars(select(CitizenMessage).order_by(CitizenMessage.id.desc()))).first()
    assert last is not None
    assert (last.state, last.error) == (
        "failed",
        "plus de 24 heures sans message de cette personne, et aucun modèle WhatsApp",
    )
