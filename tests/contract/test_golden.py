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


# Source: 3GPP TS 23.038, 6.2.1, tables of the basic set and its extension, in the order of their codes.
SEVEN_BITS = (
    "@\u00a3$\u00a5\u00e8\u00e9\u00f9\u00ec\u00f2\u00c7\n\u00d8\u00f8\r\u00c5\u00e5"
    "\u0394_\u03a6\u0393\u039b\u03a9\u03a0\u03a8\u03a3\u0398\u039e\u00c6\u00e6\u00df\u00c9"
    " !\"#\u00a4%&'()*+,-./0123456789:;<=>?"
    "\u00a1ABCDEFGHIJKLMNOPQRSTUVWXYZ\u00c4\u00d6\u00d1\u00dc\u00a7"
    "\u00bfabcdefghijklmnopqrstuvwxyz\u00e4\u00f6\u00f1\u00fc\u00e0"
)
FOURTEEN_BITS = "\f^{}\\[~]|\u20ac"


def test_the_seven_bit_table() -> None:
    assert len(SEVEN_BITS) == 127  # the 128th is the escape to the extension
    assert frozenset(SEVEN_BITS) == gsm7.BASIC
    assert frozenset(FOURTEEN_BITS) == gsm7.EXTENDED


def test_the_seven_bit_table_is_the_one_twilio_uses() -> None:
    table = contract("twilio", "gsm7.derived.json")
    assert set(table["basic_1_septet"]) <= gsm7.BASIC
    assert set(table["extension_2_septets"]) == gsm7.EXTENDED
    assert len(gsm7.BASIC) - len(table["basic_1_septet"]) <= 1
