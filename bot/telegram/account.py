"""One connected bot, and its errors sorted into ours."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import httpx
from pydantic import SecretStr
from telegram import Bot
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, NetworkError, TelegramError
from telegram.request import HTTPXRequest

from bot.authorities import authorities
from routing.ports import DeliveryProblem, Gone, PermanentProblem, TemporaryProblem, UnknownOutcome

ANSWER_TIME = 5.0  # seconds
TOO_MANY = 429
UNTOUCHED = "message is not modified"
GONE = (
    "message to edit not found",
    "message can't be edited",
    "message thread not found",
    "message to be replied not found",
    "topic_deleted",
    "topic_closed",
    "message_id_invalid",
)
NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class TooFast(TelegramError):
    """429: nothing was done; ``seconds`` until the bot may ask again, None when Telegram does not say."""

    def __init__(self, seconds: float | None) -> None:
        super().__init__("too many requests")
        self.seconds = seconds


class _Request(HTTPXRequest):
    """No connection is kept: one that Telegram closed meanwhile would leave it unknown whether a message arrived."""

    def __init__(self) -> None:
        kept = httpx.Limits(max_connections=64, max_keepalive_connections=0)
        super().__init__(
            read_timeout=ANSWER_TIME,
            write_timeout=ANSWER_TIME,
            connect_timeout=ANSWER_TIME,
            httpx_kwargs={"limits": kept, "verify": authorities()},
        )

    async def do_request(self, *args: Any, **given: Any) -> tuple[int, bytes]:
        """As the library does, but a 429 carries its pause."""
        status, body = await super().do_request(*args, **given)
        if status == TOO_MANY:
            raise TooFast(_pause(body))
        return status, body


def _pause(body: bytes) -> float | None:
    with suppress(ValueError, TypeError, KeyError):
        return float(json.loads(body)["parameters"]["retry_after"])
    return None


def connect(token: SecretStr, base_url: str) -> Bot:
    """The bot of that token."""
    logging.getLogger("telegram").setLevel(logging.CRITICAL)  # its errors quote what they could not read
    origin = base_url.rstrip("/")
    return Bot(
        token.get_secret_value(),
        base_url=f"{origin}/bot",
        base_file_url=f"{origin}/file/bot",
        request=_Request(),
        get_updates_request=_Request(),
    )


def number_of(bot: Bot) -> int:
    """The bot's own id, which begins its token and is no secret."""
    head = bot.token.partition(":")[0]
    return int(head) if head.isdecimal() else 0


@contextmanager
def sorted_problems() -> Iterator[None]:
    """What the library raises, as permanent, temporary or unknown. ChatMigrated passes: see `rooms`."""
    try:
        yield
    except ChatMigrated:
        raise
    except TelegramError as error:
        raise _sorted(error) from error
    except (httpx.HTTPError, TimeoutError, OSError) as error:
        raise UnknownOutcome(f"Telegram : {type(error).__name__}") from error


def _sorted(error: TelegramError) -> DeliveryProblem:
    if isinstance(error, TooFast):
        return TemporaryProblem("Telegram demande une pause", error.seconds)
    words = f"Telegram : {error.message[:120]}"
    if isinstance(error, BadRequest):
        return Gone(words) if any(each in error.message.lower() for each in GONE) else PermanentProblem(words)
    if isinstance(error, Forbidden | InvalidToken | Conflict):
        return PermanentProblem(words)
    if isinstance(error, NetworkError) and isinstance(error.__cause__, NEVER_LEFT):
        return TemporaryProblem("Telegram ne répond pas")
    return UnknownOutcome(f"Telegram : {type(error).__name__}")
