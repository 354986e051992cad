"""Every word for citizens is in the catalogues, in every language; French texts fit the telephone's alphabet."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from bot.twilio.gsm7 import BASIC, EXTENDED
from intake.wording import DEFAULT, FOLDER, catalogues, language_name, say, spoken
from routing.service.resolve import REASON_KEYS

ROOT = Path(__file__).parents[2]
READERS = ("intake", "routing/service", "bot/api")
WRITTEN = re.compile(r"""\bsay(?:_other)?\(\s*["']([\w.]+)["']""")
# Keys that a program puts together: states of a report, reasons of an end, and stages listed in a template.
BUILT = {
    "choice.oui",
    "choice.non",
    *REASON_KEYS.values(),
    *(f"state.{name}" for name in ("received", "asked", "open", "acknowledged", "resolved", "withdrawn")),
}
ON_PAPER = (
    "page.",
    "form.",
    "map.",
    "follow.",
    "state.",
    "stage.",
    "line.",
    "piece.",
    "voice.",
    "telegram.",
    "day_and_time",
)


def used() -> Iterator[str]:
    """Every key that code or a template names."""
    known = catalogues()[DEFAULT]
    for folder in READERS:
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in known:
                    yield node.value
        for path in (*(ROOT / folder).rglob("*.py"), *(ROOT / folder).rglob("*.html")):
            text = path.read_text(encoding="utf-8")
            yield from WRITTEN.findall(text)
            if path.suffix == ".html":
                yield from (key for key in re.findall(r'"([\w.]+)"', text) if key in known)


def test_no_message_is_missing_and_none_is_left_over() -> None:
    known, named = set(catalogues()[DEFAULT]), {*used(), *BUILT}
    assert named - known == set(), "missing"
    assert known - named == set(), "unused"


@pytest.mark.parametrize("language", sorted(catalogues()))
def test_every_language_says_everything_with_the_same_values(language: str) -> None:
    french, there = catalogues()[DEFAULT], catalogues()[language]
    assert set(there) == set(french)
    for key, words in french.items():
        assert _values(there[key]) == _values(words), key


def _values(words: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(words) if name}


@pytest.mark.parametrize("key", sorted(key for key in catalogues()[DEFAULT] if not key.startswith(ON_PAPER)))
def test_french_text_messages_are_written_in_the_telephones_alphabet(key: str) -> None:
    outside = set(catalogues()[DEFAULT][key]) - BASIC - EXTENDED
    assert not outside, f"{key} leaves GSM-7 by {outside}: one sign makes the message twice as dear"


def test_catalogues_are_text_that_people_can_translate() -> None:
    assert not list(FOLDER.rglob("*.mo"))
    assert {"fr", "en"} <= set(catalogues())


def test_a_language_we_lack_is_answered_in_french_and_known_to_be_lacking() -> None:
    assert (spoken("en-GB"), spoken("FR"), spoken(None), spoken("ar")) == ("en", "fr", "fr", None)
    assert say("news.glad", "ar") == say("news.glad", "fr") != say("news.glad", "en")
    assert (language_name("ar"), language_name("xx-nothing")) == ("arabe", "xx-nothing")


def test_braces_of_a_citizen_are_only_braces() -> None:
    assert "{x}" in say("news.resolved", reference="VG-1", reason="{x}")
