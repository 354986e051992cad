"""How well the danger rules hear: their own examples, cases told by people, and cases kept unread."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from nlp_models.danger_rules import RULES, find_danger, rule_book

LEARNT_FROM = (  # by the second ear too
    "cases", "told", "other_told", "phoned", "texted", "typed", "fourth_author", "fifth_author", "by_kind", "by_scene",
)  # fmt: skip
# By the second ear of other languages; all but the first two hold ten languages in turn, as many lines of each.
LANGUAGES_LEARNT_FROM = ("languages_told", "languages_own", "languages_a", "languages_b", "languages_c")
UNREAD = (
    "held_out", "fresh", "other_author", "development", "development_2", "exam", "other_languages",
    "languages_development", "exam_languages",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hearing:
    """``recall`` is the share of emergencies heard, ``alarms`` the share of harmless messages taken for danger."""

    name: str
    emergencies: int
    recall: float
    harmless: int
    alarms: float

    def as_dict(self) -> dict[str, Any]:
        """The same as plain JSON values."""
        return asdict(self)


def hearings() -> Iterator[Hearing]:
    """The rules' examples, the sets that rules or the second ear were made from, and those kept unread."""
    rules = rule_book().rules
    positive = [text for rule in rules for text in rule.positive]
    yield hearing("rules", positive, [text for rule in rules for text in rule.negative])
    yield from told(*LEARNT_FROM, *LANGUAGES_LEARNT_FROM, *UNREAD)


def told(*names: str) -> Iterator[Hearing]:
    """Sets of cases told by people."""
    for name in names:
        yield hearing(name, cases(name, "emergencies"), cases(name, "harmless"))


def hearing(name: str, emergencies: Sequence[str], harmless: Sequence[str]) -> Hearing:
    """Listen to two lists of messages, neither empty."""
    return Hearing(name, len(emergencies), _heard(emergencies), len(harmless), _heard(harmless))


def cases(name: str, kind: str) -> list[str]:
    """The messages of one file, one a line."""
    return (RULES / name / f"{kind}.txt").read_text(encoding="utf-8").splitlines()


def _heard(texts: Sequence[str]) -> float:
    return round(sum(find_danger(text) is not None for text in texts) / len(texts), 4)
