"""Presses on buttons, each of which waits a short while for its answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.standins.telegram.errors import bad, wrong
from tests.standins.telegram.html import units
from tests.standins.telegram.network import Message, Network

LIFE = timedelta(seconds=30)  # the true life is not published; a little longer than this
LONGEST = 200


@dataclass(slots=True)
class Query:
    """One press. ``answer`` is what the person was shown ("" for nothing), None while the button still turns."""

    id: str
    bot: int
    user: int
    message: Message
    data: str
    at: datetime
    answer: str | None = None
    alert: bool = False


class Queries:
    """All presses of the test."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self.all: dict[str, Query] = {}

    def ask(self, bot: int, user: int, message: Message, data: str) -> Query:
        """A person presses a button."""
        id = f"{4382000000000000 + len(self.all)}"
        self.all[id] = Query(id, bot, user, message, data, self._network.now())
        return self.all[id]

    def answer(self, bot: int, arguments: dict[str, Any]) -> bool:
        """answerCallbackQuery"""
        query = self.all.get(arguments["callback_query_id"])
        if units(arguments.get("text", "")) > LONGEST:
            raise wrong("MESSAGE_TOO_LONG")
        if query is None or query.bot != bot or self._network.now() - query.at > LIFE:
            raise bad("query is too old and response timeout expired or query ID is invalid")
        if query.answer is None:
            query.answer, query.alert = arguments.get("text", ""), bool(arguments.get("show_alert"))
        return True

    def told(self, user: int) -> list[str]:
        """What a person was shown after their presses, oldest first; presses answered without words left out."""
        return [each.answer for each in self.all.values() if each.user == user and each.answer]

    def unanswered(self) -> list[str]:
        """Buttons that still turn."""
        return [f"the press {each.data!r} was never answered" for each in self.all.values() if each.answer is None]
