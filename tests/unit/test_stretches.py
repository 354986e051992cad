"""A player that moves its needle asks for a stretch of a recording."""

from __future__ import annotations

import pytest

from bot.console.stretches import served

SOUND = b"0123456789"


@pytest.mark.parametrize(
    ("asked", "status", "body", "told"),
    [
        (None, 200, SOUND, None),
        ("bytes=0-", 206, SOUND, "bytes 0-9/10"),
        ("bytes=2-4", 206, b"234", "bytes 2-4/10"),
        ("bytes=7-99", 206, b"789", "bytes 7-9/10"),
        ("bytes=-3", 206, b"789", "bytes 7-9/10"),
        ("bytes=-99", 206, SOUND, "bytes 0-9/10"),
        ("bytes=10-", 416, b"", "bytes */10"),
        ("bytes=-0", 416, b"", "bytes */10"),
        ("bytes=0-1,4-5", 200, SOUND, None),
        ("bytes=-", 200, SOUND, None),
        ("seconds=1-2", 200, SOUND, None),
    ],
)
def test_a_stretch_of_a_recording(asked: str | None, status: int, body: bytes, told: str | None) -> None:
    answer = served(SOUND, "audio/wav", asked, {"Cache-Control": "private, no-store"})
    assert (answer.status_code, bytes(answer.body)) == (status, body)
    assert answer.headers.get("content-range") == told
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["cache-control"] == "private, no-store"


def test_an_end_before_the_beginning_is_no_stretch() -> None:
    assert served(SOUND, "audio/wav", "bytes=5-2", {}).body == SOUND
