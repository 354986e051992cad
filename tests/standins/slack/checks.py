"""Small checks that Block Kit's tables are written in. Lengths are counted in code points."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Problems = list[str]
Check = Callable[[Any, str, Problems], None]


@dataclass(frozen=True, slots=True)
class Fields:
    """What an object may and must hold; ``rule`` is for what no single field can say."""

    allowed: Mapping[str, Check]
    required: tuple[str, ...] = ()
    rule: Check | None = None

    def __call__(self, value: Any, at: str, problems: Problems) -> None:
        """Check one object."""
        if not isinstance(value, dict):
            problems.append(f"must provide an object [json-pointer:{at}]")
            return
        before = len(problems)
        problems += [f"unknown field {name} [json-pointer:{at}/{name}]"
                     for name in value if name not in self.allowed]  # fmt: skip
        problems += [
            f"missing required field: {name} [json-pointer:{at}]" for name in self.required if value.get(name) is None
        ]
        for name, check in self.allowed.items():
            if name in value:
                check(value[name], f"{at}/{name}", problems)
        if self.rule is not None and len(problems) == before:
            self.rule(value, at, problems)


def string(most: int = 255, least: int = 0) -> Check:
    """A string of so many code points."""

    def check(value: Any, at: str, problems: Problems) -> None:
        if not isinstance(value, str):
            problems.append(f"must provide a string [json-pointer:{at}]")
        elif len(value) > most:
            problems.append(f"must be less than {most + 1} characters [json-pointer:{at}]")
        elif len(value) < least:
            problems.append(f"must be more than {least - 1} characters [json-pointer:{at}]")

    return check


def boolean(value: Any, at: str, problems: Problems) -> None:
    """True or false."""
    if not isinstance(value, bool):
        problems.append(f"must provide a boolean [json-pointer:{at}]")


def number(least: float = float("-inf"), most: float = float("inf")) -> Check:
    """An integer between two bounds."""

    def check(value: Any, at: str, problems: Problems) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            problems.append(f"must provide a number [json-pointer:{at}]")
        elif not least <= value <= most:
            problems.append(f"must be between {least:g} and {most:g} [json-pointer:{at}]")

    return check


def anything(value: Any, at: str, problems: Problems) -> None:
    """Not looked at."""


def one_of(*words: str) -> Check:
    """One of these words."""

    def check(value: Any, at: str, problems: Problems) -> None:
        if value not in words:
            problems.append(f"must be one of {', '.join(words)} [json-pointer:{at}]")

    return check


def many(check: Check, most: int, least: int = 0) -> Check:
    """A list of so many items."""

    def checked(value: Any, at: str, problems: Problems) -> None:
        if not isinstance(value, list):
            problems.append(f"must provide an array [json-pointer:{at}]")
            return
        if len(value) > most:
            problems.append(f"no more than {most} items allowed [json-pointer:{at}]")
        if len(value) < least:
            problems.append(f"must have at least {least} items [json-pointer:{at}]")
        for position, item in enumerate(value):
            check(item, f"{at}/{position}", problems)

    return checked


def typed(kinds: Mapping[str, Check], only: frozenset[str] | None = None) -> Check:
    """An object whose ``type`` chooses its check."""

    def check(value: Any, at: str, problems: Problems) -> None:
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in kinds or (only is not None and kind not in only):
            problems.append(f"unsupported type: {kind} [json-pointer:{at}/type]")
            return
        kinds[kind](value, at, problems)

    return check


def text(most: int = 3000, least: int = 1, *, plain: bool = True) -> Check:
    """A text object; ``plain`` when mrkdwn is not taken there."""

    def check(value: Any, at: str, problems: Problems) -> None:
        kind = value.get("type") if isinstance(value, dict) else None
        if kind not in (("plain_text",) if plain else ("plain_text", "mrkdwn")):
            problems.append(
                f"must be a {'plain_text' if plain else 'text'} object, not {kind} [json-pointer:{at}/type]"
            )
            return
        extra: dict[str, Check] = {"emoji": boolean} if kind == "plain_text" else {"verbatim": boolean}
        Fields({"type": anything, "text": string(most, least), **extra}, ("text",))(value, at, problems)

    return check
