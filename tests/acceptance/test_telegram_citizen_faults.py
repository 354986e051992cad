"""Whatever breaks while a citizen writes to the city's bot: danger is answered, nothing is lost, nobody is blocked."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from bot.house import DatabaseAway
from intake.channels import telegram as door
from routing.store.models import InboundEvent
from tests.acceptance.citizen import ANA, BOT, HOLE, Writer, incident, reports
from tests.standins.faults import dropped, hang, limited


async def test_danger_is_answered_even_without_a_database_and_nothing_is_lost(
    ana: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(self: Any, work: Any) -> Any:
        raise DatabaseAway

    with monkeypatch.context() as broken:
        broken.setattr(type(ana.city.house), "run", away)
        await ana.people.write(ANA, ANA, "au feu, l'immeuble brûle rue Monge")
        await ana.people.due()
    [told] = ana.told()
    assert told.startswith("Appelez le 112")
    await ana.city.settle(seconds=5)
    await ana.people.due()
    await ana.city.settle(seconds=5)
    assert len(await reports(ana)) == 1
    assert len(ana.told()) == 2  # the advice at once, the receipt later
    assert await ana.city.rings()


async def test_an_error_of_ours_is_said_and_the_message_kept(ana: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: Any) -> None:
        raise RuntimeError("a mistake of ours")

    with monkeypatch.context() as patched:
        patched.setattr(door, "take", broken)
        await ana.write(HOLE)
        await ana.write("au feu, l'immeuble brûle rue Monge")
    first, second = ana.told()
    assert "écrivez à nouveau" in first
    assert second.startswith("Appelez le 112")
    async with ana.city.session() as session:
        kept = list(await session.scalars(select(InboundEvent).where(InboundEvent.problem.is_not(None))))
    assert len(kept) == 2


@pytest.mark.parametrize("fault", [limited(3), dropped(), dropped(committed=True), hang(committed=True)], ids=str)
async def test_an_answer_arrives_once_whatever_telegram_does(
    ana: Writer, fault: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana.city.failures_expected = True
    ana.telegram.faults.add(fault, "sendMessage")
    await ana.write(HOLE)
    await ana.city.settle(minutes=2)
    assert len(ana.told()) == 1


async def test_whoever_blocks_the_bot_is_written_to_no_more(ana: Writer) -> None:
    await ana.write(HOLE)
    await ana.people.set_member(ANA, BOT, "blocked", ANA)
    await ana.city.act((await incident(ana))["reference"], "acknowledge")
    assert len(ana.told()) == 1


@pytest.mark.parametrize(
    "update",
    [
        {"update_id": "x"},
        {"update_id": 5},
        {"update_id": 6, "message": "bonjour"},
        {"update_id": 7, "message": {"message_id": 1}},
        {"update_id": 8, "message": {"message_id": 1, "date": 1, "chat": {"id": ANA, "type": "private"}, "text": 3}},
        {
            "update_id": 9,
            "message": {
                "message_id": 2,
                "date": 1,
                "chat": {"id": ANA, "type": "private"},
                "location": {"latitude": float("nan"), "longitude": "x"},
            },
        },
        {"update_id": 10, "callback_query": {"id": "1", "from": {"id": ANA, "is_bot": False, "first_name": "A"}}},
        [1, 2],
    ],
    ids=str,
)
async def test_a_poisoned_update_blocks_nobody(ana: Writer, update: Any) -> None:
    ana.telegram.turning_expected = True
    delivery = await ana.people.raw(BOT, update, ANA)
    assert delivery.accepted
    assert delivery.reply.body == b""
    await ana.write(HOLE)
    assert any("C'est noté" in told for told in ana.told())
    await ana.city.rings()
