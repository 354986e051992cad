"""Vectors that providers publish, kept here, for what both sides compute: signatures and the alphabet of messages."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.slack.guard import SlackGuard
from bot.twilio import gsm7
from tests.contract.shared import contract
from tests.standins.slack import signature

# Source: https://docs.slack.dev/authentication/verifying-requests-from-slack
SECRET, STAMP = "8f742231b10e8888abcd99yyyzzz85a5", "1531420618"
BODY = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
    b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
    b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
    b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)
SIGNED = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"


def test_slacks_signature() -> None:
    assert signature(SECRET, STAMP, BODY) == SIGNED
    guard = SlackGuard(SECRET, lambda: datetime.fromtimestamp(int(STAMP), UTC))
    kind = {"content-type": "application/x-www-form-urlencoded"}
    guard.check(kind | {"x-slack-request-timestamp": STAMP, "x-slack-signature": SIGNED}, BODY)


def test_the_seven_bit_alphabet() -> None:
    table = contract("twilio", "gsm7.derived.json")
    assert set(table["basic_1_septet"]) <= gsm7.BASIC
    assert set(table["extension_2_septets"]) == gsm7.EXTENDED
    assert len(gsm7.BASIC) - len(table["basic_1_septet"]) <= 1
