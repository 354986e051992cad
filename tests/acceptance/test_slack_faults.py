"""Whatever Slack does, every alert ends as exactly one card, or in the room with an alarm."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from bot.bootstrap import staff_chats
from bot.house import DatabaseAway
from bot.slack import account
from tests.acceptance.connected import with_slack
from tests.acceptance.department import CHANNELS, HOLE, VOIRIE, Department
from tests.city import founded
from tests.clock import DrivenClock
from tests.standins import faults
from tests.standins.faults import Fault
from tests.standins.slack import SlackStandIn, signature
from tests.standins.slack.carriers import PATHS
from tests.understood import Scripted

POST = "chat.postMessage"
EVENTS = PATHS["events_api"]


@pytest.fixture(autouse=True)
def _short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account, "ANSWER_TIME", 0.3)


@pytest.mark.parametrize(
    "fault",
    [
        faults.limited(7),
        faults.limited(),
        faults.broken(502),
        faults.broken(503, committed=True),
        faults.hang(),
        faults.hang(committed=True),
        faults.dropped(),
        faults.dropped(committed=True),
        SlackStandIn.failing("fatal_error", committed=True),
    ],
    ids=lambda fault: fault.name + str(fault.reply.status),
)
async def test_a_card_stands_once_whatever_happened_on_the_way(voirie: Department, fault: Fault) -> None:
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


@pytest.mark.parametrize("refusal", ["is_archived", "channel_not_found", "not_in_channel", "invalid_auth", "odd_thing"])
async def test_a_channel_that_refuses_for_good_leaves_the_alert_in_the_room(voirie: Department, refusal: str) -> None:
    voirie.slack.expect(refusal)
    voirie.slack.refuse(POST, refusal)
    incident = await voirie.city.opened(HOLE)
    await voirie.city.settle(seconds=10)
    [card] = await voirie.city.cards("voirie")
    assert card["reference"] == incident["reference"]
    lines = await voirie.city.thread("voirie", incident["reference"])
    assert any(refusal in line and "dans la salle" in line for line in lines)
    assert (await voirie.city.incident(incident["reference"]))["dispatches"][0]["state"] == "sent"


async def test_a_card_somebody_deleted_is_posted_anew(voirie: Department) -> None:
    incident = await voirie.city.opened(HOLE)
    card = voirie.card()
    del voirie.slack.workspace.channel(VOIRIE).messages[card.ts]
    await voirie.city.act(incident["reference"], "acknowledge", by="Ana")
    await voirie.city.settle(minutes=1)
    assert "Pris en charge par Ana" in voirie.card().words
    voirie.thread()


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


async def test_two_hundred_events_are_few_messages_and_the_last_state(voirie: Department) -> None:
    incident = (await voirie.city.opened(HOLE))["reference"]
    for turn in range(50):
        for action, more in (("acknowledge", {}), ("resolve", {"reason": "rien"}), ("reopen", {"reason": "si"})):
            await voirie.city.post(f"/api/v1/incidents/{incident}/{action}", {"by": f"Ana {turn}", **more})
    await voirie.city.act(incident, "acknowledge", by="Bruno")
    await voirie.city.settle(seconds=30)
    assert "Pris en charge par Bruno" in voirie.card().words
    assert len(voirie.slack.journal.calls(POST)) <= 6
    assert len(voirie.slack.journal.calls("chat.update")) <= 6
    voirie.thread()
    await voirie.city.rings()


async def test_a_stranger_to_the_service_is_refused_politely(
    database_url: str, tmp_path: Path, scripted: Scripted, slack: SlackStandIn
) -> None:
    rights = tmp_path / "rights.yaml"
    rights.write_text('voirie: ["U0ANA", "S0VOIRIE"]\n', encoding="utf-8")
    slack.workspace.add_group("S0VOIRIE", "U0BRUNO")
    scripted.expect(HOLE, ("voirie-nid-de-poule", 0.93), place="rue Monge")
    settings = with_slack(tmp_path, slack, rights_file=rights)
    async with founded(database_url, tmp_path, scripted, settings=settings, channels=CHANNELS) as city:
        slack.clock = city.clock
        story = Department(city, slack)
        slack.workspace.channel(VOIRIE).members.add("U0CLEO")
        incident = await city.opened(HOLE)
        await story.click("prendre", "U0CLEO")
        assert "habilité" in story.whispers("U0CLEO")[0]
        assert (await city.incident(incident["reference"]))["state"] == "open"
        await story.click("prendre", "U0BRUNO")  # by the user group
        assert (await city.incident(incident["reference"]))["acknowledged_by"] == "Bruno Petit"
        story.thread()


async def test_slack_is_answered_while_the_database_is_slow(
    voirie: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.slack import app

    monkeypatch.setattr(app, "PATIENCE", 0.05)
    await voirie.city.opened(HOLE)
    await voirie.click("Résoudre")
    release = asyncio.Event()
    house = voirie.city.house
    run = type(house).run

    async def slow(self: Any, work: Any) -> Any:
        await release.wait()
        return await run(self, work)

    monkeypatch.setattr(type(house), "run", slow)
    delivery = await voirie.people.submit(voirie.screen(), {})
    assert delivery.accepted
    release.set()
    await voirie.rest()
    assert voirie.card().buttons() == ["Rouvrir"]
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


@pytest.mark.parametrize(
    ("spoil", "status"),
    [
        (lambda headers, body: (headers | {"X-Slack-Signature": "v0=" + "0" * 64}, body), 401),
        (lambda headers, body: (headers | {"X-Slack-Signature": "é"}, body), 401),
        (lambda headers, body: ({}, body), 401),
        (lambda headers, body: (headers | {"X-Slack-Request-Timestamp": "midi"}, body), 401),
        (lambda headers, body: (headers, body + b" "), 401),
    ],
)
async def test_what_slack_did_not_sign_is_refused(voirie: Department, spoil: Any, status: int) -> None:
    headers, body = spoil(*_signed(voirie, b'{"type":"event_callback","event":{"type":"message"}}'))
    raw = [(name.encode(), value.encode("utf-8")) for name, value in headers.items()]
    answer = await voirie.city.web.post(EVENTS, content=body, headers=raw)
    assert answer.status_code == status
    assert answer.content == b""


async def test_an_old_signature_is_refused(voirie: Department) -> None:
    headers, body = _signed(voirie, b'{"type":"url_verification","challenge":"x"}')
    await voirie.city.settle(minutes=6)
    assert (await voirie.city.web.post(EVENTS, content=body, headers=headers)).status_code == 401


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"[1, 2]", "application/json", 400),
        (b"{nope", "application/json", 400),
        (b"\xff\xfe{}", "application/json", 400),
        (b'{"type": 3}', "application/json", 400),
        (b'{"type": "event_callback", "event": "x"}', "application/json", 400),
        (b"[" * 60_000, "application/json", 400),
        (urlencode({"payload": "[]"}).encode(), "application/x-www-form-urlencoded", 400),
        (urlencode({"payload": '{"type":"block_actions"}'}).encode(), "application/x-www-form-urlencoded", 400),
        (urlencode({"nothing": "here"}).encode(), "application/x-www-form-urlencoded", 400),
        (b"x", "text/plain", 400),
        (b'{"type": "event_callback", "event": {"type": "team_join"}}', "application/json", 200),
        (b'{"type": "event_callback", "event": {"type": "message"}}', "application/json", 200),
        (b'{"type": "app_rate_limited"}', "application/json", 200),
        (
            urlencode({"payload": json.dumps({"type": "block_actions", "user": {"id": "U1"}, "actions": []})}).encode(),
            "application/x-www-form-urlencoded",
            400,
        ),
    ],
)
async def test_signed_nonsense_is_answered_and_never_falls(
    voirie: Department, body: bytes, kind: str, status: int
) -> None:
    headers, body = _signed(voirie, body, kind)
    answer = await voirie.city.web.post(EVENTS, content=body, headers=headers)
    assert answer.status_code == status


async def test_a_body_that_is_too_large_is_refused(voirie: Department) -> None:
    headers, body = _signed(voirie, b" " * (1024 * 1024 + 1))
    assert (await voirie.city.web.post(EVENTS, content=body, headers=headers)).status_code == 413


def _signed(voirie: Department, body: bytes, kind: str = "application/json") -> tuple[dict[str, str], bytes]:
    stamp = str(int(voirie.city.clock.now().timestamp()))
    secret = voirie.slack.workspace.signing_secret
    headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature(secret, stamp, body)}
    return headers | {"Content-Type": kind}, body


async def test_the_gateway_keeps_to_what_it_promises(tmp_path: Path, slack: SlackStandIn) -> None:
    assert "slack" in staff_chats(with_slack(tmp_path, slack))
    assert isinstance(slack.clock, DrivenClock)
