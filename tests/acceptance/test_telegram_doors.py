"""How updates of Telegram reach us: the door it knocks at, or asking for them; whoever else knocks."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.telegram import reach
from bot.telegram.reach import Poller
from bot.telegram.staff import WANTED
from bot.telegram.standing import standing
from routing.store.models import InboundEvent
from tests.acceptance.connected import with_telegram
from tests.acceptance.department import HOLE
from tests.acceptance.squad import ANA, STAFF, Squad, at_telegram
from tests.standins import faults
from tests.standins.telegram import TelegramStandIn
from tests.understood import Scripted

DOOR = "/webhooks/telegram/staff"
SECRET = "X-Telegram-Bot-Api-Secret-Token"


@pytest.mark.parametrize("secret", [None, "", "other", "stand-in-secre", "é"])
async def test_what_telegram_did_not_send_is_refused(squad: Squad, secret: str | None) -> None:
    headers = [] if secret is None else [(SECRET.encode(), secret.encode())]
    answer = await squad.city.web.post(DOOR, content=b'{"update_id": 1}', headers=headers)
    assert (answer.status_code, answer.content) == (403, b"")


@pytest.mark.parametrize(
    "body",
    [b"", b"[1, 2]", b"{nope", b"\xff\xfe{}", b'{"update_id": "x"}', b'{"update_id": true}', b"[" * 60_000,
     b'{"update_id": 5, "message": 3}', b'{"update_id": 6, "message": {"message_id": 1}}',
     b'{"update_id": 7, "callback_query": {"id": 1}}', b'{"update_id": 99999999999999999999999}'],
)  # fmt: skip
async def test_authentic_nonsense_is_kept_for_a_person_and_blocks_nobody(squad: Squad, body: bytes) -> None:
    answer = await squad.city.web.post(DOOR, content=body, headers={SECRET: "stand-in-secret"})
    assert (answer.status_code, answer.content) == (200, b"")
    async with squad.city.session() as session:
        [kept] = await session.scalars(select(InboundEvent).where(InboundEvent.provider == f"telegram/{STAFF}"))
    assert kept.body == body
    assert kept.problem


async def test_kinds_of_updates_that_say_nothing_to_us_are_passed_over(squad: Squad) -> None:
    for update in ({"update_id": 5}, {"update_id": 6, "poll": {}}):
        delivery = await squad.people.raw(STAFF, update)
        assert delivery.accepted


async def test_a_body_that_is_too_large_is_refused(squad: Squad) -> None:
    body = b" " * (1024 * 1024 + 1)
    assert (await squad.city.web.post(DOOR, content=body, headers={SECRET: "stand-in-secret"})).status_code == 413


async def test_the_token_is_in_no_log(squad: Squad, caplog: pytest.LogCaptureFixture) -> None:
    squad.city.failures_expected = True
    with caplog.at_level("DEBUG"):
        squad.telegram.faults.add(faults.broken(), "sendMessage")
        squad.telegram.faults.add(faults.dropped(), "sendMessage")
        await squad.city.opened(HOLE)
        await squad.city.settle(minutes=1)
    squad.card()
    [staff, citizen] = squad.telegram.accounts.values()
    for secret in (staff.token, citizen.token, "stand-in-secret"):
        assert secret not in caplog.text


async def test_without_a_public_address_updates_are_asked_for(
    database_url: str, tmp_path: Path, scripted: Scripted, telegram: TelegramStandIn
) -> None:
    [staff, citizen] = telegram.accounts.values()
    staff.url = citizen.url = "https://old.example/webhook"  # what an earlier setting left behind
    unreachable: dict[str, Any] = {"public_base_url": None, "telegram_webhook_secret": None}
    async with at_telegram(database_url, tmp_path, scripted, telegram, **unreachable) as squad:
        await asyncio.wait_for(staff.asking.wait(), 10)
        assert staff.url == ""
        incident = (await squad.city.opened(HOLE))["reference"]
        await squad.people.raw(STAFF, {"update_id": 1, "message": "odd"})
        query = await squad.people.press(squad.card(), "Je prends en charge", ANA)
        while query.answer is None:
            staff.asking.clear()
            await asyncio.wait_for(staff.asking.wait(), 10)
            await squad.rest()
        assert (await squad.city.incident(incident))["acknowledged_by"] == "Ana Martin"
        assert [each.update for each in staff.waiting] == []  # all of it is confirmed
        squad.thread()


class Counted(Poller):
    """One process of ours, which says how often it wanted to ask."""

    def __init__(self, squad: Squad) -> None:
        super().__init__(squad.city.house, squad.bot.bot, squad.bot.updates, WANTED)
        self.tries = asyncio.Semaphore(0)

    async def _while_alone(self) -> None:
        self.tries.release()
        await super()._while_alone()


async def test_one_process_asks_and_another_takes_over_when_it_ends(
    squad: Squad, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reach, "BETWEEN", 0.01)
    [staff, _] = squad.telegram.accounts.values()
    staff.url = ""
    first, second = Counted(squad), Counted(squad)
    asking = asyncio.create_task(first.run())
    await asyncio.wait_for(staff.asking.wait(), 10)
    waiting = asyncio.create_task(second.run())
    for _ in range(3):
        await asyncio.wait_for(second.tries.acquire(), 10)
    assert squad.telegram.journal.calls("getUpdates") == [], "Telegram ends whoever asked first"
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    staff.asking.clear()
    await asyncio.wait_for(staff.asking.wait(), 10)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)


async def test_the_doctor_says_how_the_bots_stand(squad: Squad, tmp_path: Path) -> None:
    settings = with_telegram(tmp_path, squad.telegram)
    assert [well for _, _, well in await standing(settings)] == [True, True]
    [agents, _] = await standing(settings.model_copy(update={"telegram_webhook_secret": None}))
    assert "start Vigie once" in agents[1]
    squad.telegram.mistakes_expected = True
    [staff, _] = squad.telegram.accounts.values()
    staff.token = "900:another"
    assert "does not let us in" in (await standing(settings))[0][1]
