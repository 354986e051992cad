"""How Telegram says no. Source of the words: the server's own code (tdlib/telegram-bot-api)."""

from __future__ import annotations

from typing import Any

KINDS = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 409: "Conflict", 429: ""}


class Refused(Exception):
    """A refusal: HTTP status, description without its prefix, and ``parameters`` beside it."""

    def __init__(self, status: int, words: str, **parameters: Any) -> None:
        super().__init__(words)
        self.status = status
        self.words = words
        self.parameters = parameters

    def body(self) -> dict[str, Any]:
        """The JSON of the answer."""
        prefix = KINDS.get(self.status, "")
        described = f"{prefix}: {self.words}" if prefix and self.words else prefix or self.words
        found: dict[str, Any] = {"ok": False, "error_code": self.status, "description": described}
        return found | ({"parameters": self.parameters} if self.parameters else {})


class Mistake(Refused):
    """A refusal that shows an error in the client: the test fails unless it said that it expects one."""


def bad(words: str, **parameters: Any) -> Refused:
    """400 for what a correct client may meet."""
    return Refused(400, words, **parameters)


def wrong(words: str) -> Mistake:
    """400 for what a correct client never sends."""
    return Mistake(400, words)
