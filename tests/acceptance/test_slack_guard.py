"""Only what Slack signed comes in, whatever its shape, and nothing that is signed makes the door fall."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.acceptance.department import HOLE, Department
from tests.standins.slack import payloads, signature
from tests.standins.slack.carriers import PATHS, encoded

EVENTS = PATHS["events_api"]


@pytest.mark.parametrize(
    ("spoil", "status"),
    [
        (lambda headers, body: (headers | {"X-Slack-Signature": "v0=" + "0" * 64}, body), 401),
        (lambda headers, body: (headers | {"X-Slack-Signature": "é"}, body), 401),
        (lambda headers, body: ({}, body), 401),
        (lambda headers, body: (headers | {"X-Slack-Request-Timestamp": "midi"}, body), 401),
        (lambda headers, body: (headers | {"X-Slack-Request-Timestamp": "1" * 12}, body), 401),
        (lambda headers, body: (headers | {"X-Slack-Request-Timestamp": "９" * 10}, body), 401),
        (lambda headers, body: (headers, body + b" "), 401),
        (lambda headers, body: (headers, b""), 401),
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
        (urlencode({"ssl_check": "1"}).encode(), "application/x-www-form-urlencoded", 400),
        (urlencode({"payload": "nul"}).encode(), "application/x-www-form-urlencoded", 400),
        (b"payload=" + b"%ff" * 9, "application/x-www-form-urlencoded", 400),
        (b"", "application/json", 400),
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


async def test_an_unsigned_certificate_check_is_refused_like_anything_unsigned(voirie: Department) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for path in PATHS.values():
        answer = await voirie.city.web.post(path, content=b"ssl_check=1", headers=form)
        assert answer.status_code == 401


async def test_a_click_on_a_long_screen_is_larger_than_what_citizens_may_send(voirie: Department) -> None:
    await voirie.city.opened(HOLE)
    await voirie.click("Étapes")
    view = voirie.screen()
    view.body["blocks"] += [{"type": "section", "text": {"type": "plain_text", "text": "é" * 2900}}] * 10
    voirie.slack.workspace.name_blocks(view.body["blocks"])
    assert len(encoded("interactive", payloads.on_view(voirie.slack.workspace, view, {}, {}))) > 64 * 1024
    await voirie.tick(view, 0)
    assert voirie.thread()[0].startswith("✓")
    voirie.screen()
