"""Whatever Telegram does, every alert ends as one card, or in the room with an alarm."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.department import HOLE
from tests.acceptance.squad import ANA, BRUNO, CLEO, PROPRETE, STAFF, VOIRIE, Squad, at_telegram
from tests.standins import faults
from tests.standins.telegram import TelegramStandIn
from tests.understood import Scripted

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
