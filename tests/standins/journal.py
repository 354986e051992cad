"""What was asked of a stand-in, and what it answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.standins.wire import Answer, Call

Expected = str | tuple[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One call and its answer. ``answer`` is None when none left (dropped, hung); ``fault`` names what we did."""

    number: int
    at: datetime
    name: str
    arguments: Mapping[str, Any]
    headers: Mapping[str, str]
    status: int | None
    answer: Any
    fault: str | None


class Journal:
    """Every exchange of one test, oldest first. ``quiet`` are calls that only read: `exactly` passes over them."""

    def __init__(self, now: Callable[[], datetime], quiet: frozenset[str]) -> None:
        self._now = now
        self.quiet = quiet
        self.entries: list[Exchange] = []
        self._looked_at = 0

    def keep(self, call: Call, answer: Answer | None, fault: str | None = None) -> Exchange:
        """Write one exchange down. The token stays out."""
        headers = {name: value for name, value in call.asked.headers.items() if name != "authorization"}
        status, shown = (answer.status, answer.shown()) if answer else (None, None)
        entry = Exchange(len(self.entries) + 1, self._now(), call.name, call.arguments, headers, status, shown, fault)
        self.entries.append(entry)
        return entry

    def calls(self, name: str | None = None, **where: Any) -> list[Exchange]:
        """Exchanges of one method whose arguments hold ``where``."""
        return [entry for entry in self.entries if name in (None, entry.name) and holds(entry.arguments, where)]

    def exactly(self, *expected: Expected) -> list[Exchange]:
        """Assert that these calls and no others came since the last time; reads do not count.

        Each is a method's name, or a name and the arguments it must hold among others.
        """
        found = [entry for entry in self.entries[self._looked_at :] if entry.name not in self.quiet]
        self._looked_at = len(self.entries)
        names = [entry.name for entry in found]
        assert names == [wanted if isinstance(wanted, str) else wanted[0] for wanted in expected], names
        for entry, wanted in zip(found, expected, strict=True):
            if not isinstance(wanted, str):
                assert holds(entry.arguments, wanted[1]), f"{entry.name}: {entry.arguments} lacks {wanted[1]}"
        return found


def holds(arguments: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether every wanted argument is there with that value."""
    return all(name in arguments and arguments[name] == value for name, value in wanted.items())
