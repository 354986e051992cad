"""Whatever Slack does, every alert ends as exactly one card, or in the room with an alarm."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bot.house import DatabaseAway, House
from bot.staff import afterwards
from tests.acceptance.department import HOLE, VOIRIE, Department
from tests.standins import faults
from tests.standins.faults import Fault
from tests.understood import Scripted

POST = "chat.postMessage"


@pytest.mark.parametrize("fault", [faults.broken(503, committed=True), faults.dropped(committed=True)], ids=str)
async def test_a_card_whose_answer_is_lost_twice_stands_once(voirie: Department, fault: Fault) -> None:
    voirie.city.failures_expected = True
    voirie.slack.faults.add(fault, POST, times=2)
    incident = await voirie.city.opened(HOLE)
    await voirie.city.settle(minutes=1)
    assert incident["reference"] in voirie.card().words
    await voirie.click("prendre")
    await voirie.city.settle(minutes=1)
    assert voirie.thread() == ["Ana Martin prend en charge"]


async def test_a_line_of_which_nothing_was_heard_is_looked_for_before_it_is_said_again(voirie: Department) -> None:
    incident = await voirie.city.opened(HOLE)
    voirie.slack.faults.add(faults.dropped(committed=True), POST)
    await voirie.city.act(incident["reference"], "acknowledge", by="Ana")
    await voirie.city.settle(minutes=1)
    assert voirie.thread() == ["Ana prend en charge"]
    assert len(voirie.slack.journal.calls(POST)) == 2  # the card and one line
    assert voirie.slack.journal.calls("conversations.replies")


async def test_one_channel_that_is_told_to_wait_holds_back_no_other(voirie: Department, scripted: Scripted) -> None:
    rubbish = scripted.expect("un dépôt sauvage quai Nicolas Rolin", ("proprete-depot-sauvage", 0.95))
    voirie.slack.faults.add(faults.limited(60), POST, channel=VOIRIE)
    await voirie.city.report(HOLE)
    await voirie.city.report(rubbish)
    await voirie.city.settle(seconds=10)
    assert voirie.slack.workspace.channel(VOIRIE).cards() == []
    assert len(voirie.slack.workspace.channel("C0PROPRETE").cards()) == 1
    await voirie.city.settle(seconds=60)
    voirie.card()


async def test_many_events_are_few_messages_and_the_last_state(voirie: Department) -> None:
    incident = (await voirie.city.opened(HOLE))["reference"]
    for turn in range(17):
        for action, more in (("acknowledge", {}), ("resolve", {"reason": "rien"}), ("reopen", {"reason": "si"})):
            await voirie.city.post(f"/api/v1/incidents/{incident}/{action}", {"by": f"Ana {turn}", **more})
    await voirie.city.act(incident, "acknowledge", by="Bruno")
    await voirie.city.settle(seconds=30)
    assert "Pris en charge par Bruno" in voirie.card().words
    assert len(voirie.slack.journal.calls(POST)) <= 4
    assert len(voirie.slack.journal.calls("chat.update")) <= 4
    voirie.thread()
    await voirie.city.rings()


@asynccontextmanager
async def _slow_database(monkeypatch: pytest.MonkeyPatch, house: House) -> AsyncIterator[None]:
    """Nothing of what is asked inside is done before the end."""
    release, run = asyncio.Event(), House.run

    async def slow(self: Any, work: Any) -> Any:
        await release.wait()
        return await run(self, work)

    with monkeypatch.context() as slowed:
        slowed.setattr(afterwards, "PATIENCE", 0.05)
        slowed.setattr(type(house), "run", slow)
        yield
        release.set()


async def test_a_modal_is_answered_while_the_database_is_slow(
    voirie: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    await voirie.city.opened(HOLE)
    await voirie.click("Résoudre")
    async with _slow_database(monkeypatch, voirie.city.house):
        assert (await voirie.people.submit(voirie.screen(), {})).accepted
    await voirie.rest()
    assert voirie.card().buttons() == ["Rouvrir"]
    voirie.thread()


async def test_clicks_and_commands_are_answered_while_the_database_is_slow(
    voirie: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    await voirie.city.opened(HOLE)
    async with _slow_database(monkeypatch, voirie.city.house):
        assert (await voirie.people.click(VOIRIE, voirie.card(), "prendre", "U0ANA")).accepted
        assert (await voirie.people.command("/vigie", "ouverts", "U0BRUNO", VOIRIE)).accepted
        assert voirie.whispers("U0BRUNO") == ["Un instant, la réponse arrive ici."]
    await voirie.rest()
    assert "Pris en charge par Ana Martin" in voirie.card().words
    assert "Nid-de-poule" in voirie.whispers("U0BRUNO")[-1]
    voirie.thread()


async def test_a_reply_that_cannot_be_kept_in_time_comes_again_and_counts_once(
    voirie: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    incident = await voirie.city.opened(HOLE)
    async with _slow_database(monkeypatch, voirie.city.house):
        delivery = await voirie.people.write(VOIRIE, "on arrive", "U0ANA", thread=voirie.card())
        assert delivery.reply.status == 503
    await voirie.rest()
    await voirie.people.deliveries.due()
    await voirie.rest()
    assert delivery.accepted
    assert await voirie.city.thread("voirie", incident["reference"]) == ["Ana Martin : on arrive"]
    voirie.thread()


async def test_a_reply_written_while_the_database_is_away_comes_again(
    voirie: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    incident = await voirie.city.opened(HOLE)

    async def away(self: Any, work: Any) -> Any:
        raise DatabaseAway

    with monkeypatch.context() as broken:
        broken.setattr(type(voirie.city.house), "run", away)
        delivery = await voirie.people.write(VOIRIE, "on arrive", "U0ANA", thread=voirie.card())
        assert not delivery.accepted
    await voirie.people.deliveries.due()
    await voirie.rest()
    assert "Ana Martin : on arrive" in await voirie.city.thread("voirie", incident["reference"])
    voirie.thread()


async def test_a_click_is_carried_out_though_slack_does_not_say_whose_it_was(voirie: Department) -> None:
    await voirie.city.opened(HOLE)
    voirie.slack.faults.add(faults.hang(), "users.info")
    await voirie.click("prendre")
    assert "Pris en charge par ana.martin" in voirie.card().words
    voirie.thread()


async def test_a_modal_stays_open_when_something_breaks_behind_it(
    voirie: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    await voirie.city.opened(HOLE)
    await voirie.click("Résoudre")

    async def breaks(self: Any, work: Any) -> Any:
        raise RuntimeError("a mistake of ours")

    with monkeypatch.context() as broken:
        broken.setattr(type(voirie.city.house), "run", breaks)
        view = await voirie.submit({})
    assert "rien n'a été fait" in view.errors["motif"]
    await voirie.submit({})
    assert voirie.card().buttons() == ["Rouvrir"]
    voirie.thread()


async def test_looking_for_what_may_have_arrived_keeps_to_the_rate_of_looking(
    voirie: Department, scripted: Scripted
) -> None:
    for number in range(56):
        words = scripted.expect(f"un trou n° {number}", ("voirie-nid-de-poule", 0.93), place=f"rue n° {number}")
        await voirie.city.report(words)
    voirie.slack.faults.add(faults.dropped(committed=True), POST, times=56)
    await voirie.city.settle(minutes=6)
    assert len(voirie.slack.workspace.channel(VOIRIE).cards()) == 56
    assert len(voirie.slack.journal.calls("conversations.history")) > 50


async def test_no_token_is_ever_logged(voirie: Department, caplog: pytest.LogCaptureFixture) -> None:
    voirie.slack.expect("invalid_auth")
    with caplog.at_level("DEBUG"):
        voirie.slack.refuse(POST, "invalid_auth")
        voirie.slack.faults.add(faults.broken(), "users.info")
        await voirie.city.opened(HOLE)
        await voirie.people.command("/vigie", "qui", "U0ANA", VOIRIE)
        await voirie.rest()
    assert voirie.whispers("U0ANA")
    assert caplog.records
    for secret in (voirie.slack.workspace.bot_token, voirie.slack.workspace.signing_secret):
        assert secret not in caplog.text
