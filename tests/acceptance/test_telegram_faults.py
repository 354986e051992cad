"""Whatever Telegram does, and whoever knocks: every alert ends as one card, or in the room with an alarm."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.house import DatabaseAway
from bot.telegram import reach
from bot.telegram.reach import Poller
from bot.telegram.staff import WANTED
from bot.telegram.standing import standing
from routing.store.models import InboundEvent
from tests.acceptance.connected import with_telegram
from tests.acceptance.department import HOLE
from tests.acceptance.squad import ANA, BRUNO, CLEO, PROPRETE, STAFF, VOIRIE, Squad, at_telegram
from tests.standins import faults
from tests.standins.telegram import TelegramStandIn
from tests.understood import Scripted

DOOR = "/webhooks/telegram/staff"
SECRET = "X-Telegram-Bot-Api-Secret-Token"
SMALL = {"voirie": ("telegram:-77",)}  # a group that has not become a supergroup
RUBBISH = "un dépôt sauvage quai Nicolas Rolin"


async def test_the_bot_is_removed_and_the_room_has_the_incident_at_once(squad: Squad) -> None:
    incident = await squad.city.opened(HOLE)
    squad.card()
    await squad.people.set_member(VOIRIE, STAFF, "kicked", CLEO)
    await squad.rest(8)
    lines = await squad.city.thread("voirie", incident["reference"])
    assert any("refuse les messages" in line and "dans la salle" in line for line in lines)
    assert f"telegram:{VOIRIE}" in (await squad.city.web.get("/salle/fiches")).text
    await squad.people.set_member(VOIRIE, STAFF, "member", CLEO)
    await squad.rest()
    assert f"Canal telegram:{VOIRIE}" not in (await squad.city.web.get("/salle/fiches")).text


async def test_a_group_that_becomes_a_supergroup_is_followed(
    database_url: str, tmp_path: Path, scripted: Scripted, telegram: TelegramStandIn
) -> None:
    telegram.network.add_group(-77, "Voirie", ANA, BRUNO, STAFF)
    async with at_telegram(database_url, tmp_path, scripted, telegram, channels=SMALL) as squad:
        first = (await squad.city.opened(HOLE))["reference"]
        assert len(squad.cards(-77)) == 1
        await squad.people.migrate(-77, -1007)
        await squad.city.act(first, "acknowledge", by="Ana")
        await squad.rest(30)
        [card] = squad.cards(-1007)  # what was said before stays behind, the card is there anew
        assert "Pris en charge par Ana" in card.text
        asked = await squad.write("on y est", chat=-1007, to=card)
        told = [row["text"] for row in (await squad.city.incident(first))["timeline"]]
        assert told[-1].endswith("on y est")
        assert squad.answers(asked) == []
        squad.group(-1007).said_by(STAFF)


async def test_many_alerts_in_a_forum_keep_to_telegrams_rates(squad: Squad, scripted: Scripted) -> None:
    for number in range(12):
        tag = scripted.expect(f"tag {number}", ("proprete-tag", 0.9), place=f"rue {number}")
        await squad.city.report(tag)
    await squad.rest(120)
    assert len(squad.group(PROPRETE).topics) == 12
    assert len(squad.cards(PROPRETE)) == 12
    assert squad.telegram.rates.breaches == []


async def test_a_move_that_was_not_told_is_learnt_from_the_refusal(
    database_url: str, tmp_path: Path, scripted: Scripted, telegram: TelegramStandIn
) -> None:
    telegram.network.add_group(-77, "Voirie", ANA, STAFF)
    telegram.network.add_group(-1007, "Voirie", ANA, STAFF)
    telegram.network.chats[-77].migrated_to = -1007
    async with at_telegram(database_url, tmp_path, scripted, telegram, channels=SMALL) as squad:
        squad.city.failures_expected = True
        await squad.city.opened(HOLE)
        await squad.city.settle(minutes=1)
        assert len(squad.cards(-1007)) == 1


async def test_lost_messages_of_two_topics_are_each_seen_once_in_their_own(squad: Squad, scripted: Scripted) -> None:
    squad.city.failures_expected = True
    other = scripted.expect("des sacs quai Nicolas Rolin", ("proprete-depot-sauvage", 0.9), place="quai Nicolas Rolin")
    first = await squad.city.opened(scripted.expect(RUBBISH, ("proprete-depot-sauvage", 0.95), place="rue Monge"))
    await squad.rest()
    second = await squad.city.opened(other, channel="sms", contact="+33639980009")
    await squad.rest()
    squad.telegram.faults.add(faults.dropped(committed=True), "sendMessage", times=2)
    references = {first["reference"], second["reference"]}
    for reference in references:
        await squad.city.post(f"/api/v1/incidents/{reference}/acknowledge", {"by": "Ana"})
    await squad.city.settle(minutes=2)
    forum = squad.group(PROPRETE)
    for topic in forum.topics:
        said = [each for each in forum.topic(topic) if not each.more]
        assert len(said) == 2, [each.text for each in said]  # a card and a line
        assert "Ana prend en charge" in said[1].text
    await squad.city.texts_to("+33639980009")


async def test_a_deleted_topic_is_made_anew(squad: Squad, scripted: Scripted) -> None:
    incident = await squad.city.opened(scripted.expect(RUBBISH, ("proprete-depot-sauvage", 0.95)))
    await squad.rest()
    forum = squad.group(PROPRETE)
    [old] = forum.topics
    for message in forum.topic(old):
        del forum.messages[message.id]
    del forum.topics[old]
    await squad.city.act(incident["reference"], "acknowledge", by="Ana")
    await squad.city.settle(minutes=1)
    [new] = forum.topics
    assert new != old
    assert "Pris en charge par Ana" in squad.card(PROPRETE).text
    squad.thread(PROPRETE)


async def test_a_bot_that_may_make_no_topic_posts_in_the_group(squad: Squad, scripted: Scripted) -> None:
    squad.group(PROPRETE).members[STAFF] = "member"
    await squad.city.opened(scripted.expect(RUBBISH, ("proprete-depot-sauvage", 0.95)))
    assert squad.card(PROPRETE).topic is None


async def test_many_events_are_few_messages_and_the_last_state(squad: Squad) -> None:
    incident = (await squad.city.opened(HOLE))["reference"]
    for turn in range(22):
        for action, more in (("acknowledge", {}), ("resolve", {"reason": "rien"}), ("reopen", {"reason": "si"})):
            await squad.city.post(f"/api/v1/incidents/{incident}/{action}", {"by": f"Ana {turn}", **more})
    await squad.city.act(incident, "acknowledge", by="Bruno")
    await squad.city.settle(seconds=60)
    assert "Pris en charge par Bruno" in squad.card().text
    assert len(squad.telegram.journal.calls("sendMessage")) <= 8
    squad.thread()
    await squad.city.rings()


async def test_markup_that_telegram_does_not_read_is_sent_without(
    squad: Squad, monkeypatch: pytest.MonkeyPatch
) -> None:
    squad.telegram.faults.add(squad.telegram.failing(400, "can't parse entities: odd"), "sendMessage")
    incident = await squad.city.opened(HOLE)
    assert incident["reference"] in squad.card().text
    assert squad.card().entities == []


async def test_a_stranger_to_the_service_is_refused_politely(
    database_url: str, tmp_path: Path, scripted: Scripted, telegram: TelegramStandIn
) -> None:
    rights = tmp_path / "rights.yaml"
    rights.write_text(f"voirie: [{ANA}]\n", encoding="utf-8")
    async with at_telegram(database_url, tmp_path, scripted, telegram, rights_file=rights) as squad:
        incident = (await squad.city.opened(HOLE))["reference"]
        for words in ("Je prends en charge", "Résoudre", "Demander au citoyen"):
            query = await squad.press(words, CLEO)
            assert "habilité" in (query.answer or "")
            assert query.alert
        assert (await squad.city.incident(incident))["state"] == "open"
        await squad.press("Je prends en charge", ANA)
        assert (await squad.city.incident(incident))["acknowledged_by"] == "Ana Martin"
        squad.thread()


FORGED = (
    "prendre:IN-0000",
    "choisir:{}:feed",
    "fin:{}:99",
    "cocher:{}:x:y:z",
    "cocher:{}:999:2:1",
    "boum",
    "a" * 64,
    "::::",
)


@pytest.mark.parametrize("data", FORGED)
async def test_a_forged_or_outdated_button_does_nothing(squad: Squad, data: str) -> None:
    incident = await squad.city.opened(HOLE)
    query = await squad.people.press_data(squad.card(), data.format(incident["reference"]), ANA)
    await squad.rest()
    assert query.alert
    assert query.answer
    after = await squad.city.incident(incident["reference"])
    assert (after["state"], after["procedure"]) == ("open", "voirie-nid-de-poule")


async def test_a_button_of_another_groups_incident_does_nothing(squad: Squad, scripted: Scripted) -> None:
    scripted.expect(RUBBISH, ("proprete-depot-sauvage", 0.95))
    await squad.city.opened(HOLE)
    foreign = await squad.city.opened(RUBBISH)
    query = await squad.people.press_data(squad.card(), f"prendre:{foreign['reference']}", ANA)
    await squad.rest()
    assert query.answer == "Cet incident n'est pas suivi dans ce groupe."
    squad.cards(PROPRETE)


async def test_a_press_answered_too_late_still_counts(squad: Squad, monkeypatch: pytest.MonkeyPatch) -> None:
    incident = await squad.city.opened(HOLE)
    squad.telegram.turning_expected = True

    async def away(self: Any, work: Any) -> Any:
        raise DatabaseAway

    with monkeypatch.context() as broken:
        broken.setattr(type(squad.city.house), "run", away)
        await squad.people.press(squad.card(), "Je prends en charge", ANA)
    squad.city.clock.advance(timedelta(minutes=1))
    await squad.people.due()
    await squad.rest()
    assert (await squad.city.incident(incident["reference"]))["acknowledged_by"] == "Ana Martin"
    assert squad.thread() == ["Ana Martin prend en charge"]


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
