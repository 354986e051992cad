"""A long list of expressions, each tried only where it may begin.

A regular expression of a thousand alternatives tries them all at every word. Here the first letters that each
alternative allows are worked out once, and it is tried at the words that begin so: what is found is what the whole
would find.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, cached_property

from nlp_models.pattern_beginnings import LETTERS, beginnings, split

_MOST_REMEMBERED = 20_000  # beginnings of words


_Tried = dict["WordPattern", tuple[int, ...]]
_Places = Sequence[tuple[int, Sequence[int]]]


class WordPattern:
    """Alternatives that stand between single spaces: ``(?<= )(?:…)(?= )``."""

    def __init__(self, alternatives: str, *weaker: str) -> None:
        """``weaker`` alternatives are told apart by ``graded``, which finds them after all the others."""
        self.alternatives = "|".join((alternatives, *weaker))
        self._strong = len(tuple(split(alternatives))) if weaker else None

    @cached_property
    def _each(self) -> tuple[str, ...]:
        return tuple(split(self.alternatives))

    def warm(self) -> Iterator[None]:
        """Work out ahead of need what the first texts would wait for, an alternative at a time."""
        if self not in _BEGUN.known:
            _BEGUN.add(self, self._each)
        for alternative in self._each:
            _expression(alternative)
            yield

    def finditer(self, heard: Heard) -> Iterator[re.Match[str]]:
        """Yield the matches, as ``re`` finds them: from left to right, none inside another."""
        tried = self._tried(heard)
        return self._found(heard.text, tried) if tried else iter(())

    def graded(self, heard: Heard) -> Iterator[tuple[re.Match[str], bool]]:
        """Yield (match, whether by a weaker alternative), the others first: neither hides the other."""
        if not (tried := self._tried(heard)):
            return
        if (strong := self._strong) is None:
            for found in self._found(heard.text, tried):
                yield found, False
            return
        firm = [(start, few) for start, numbers in tried if (few := [one for one in numbers if one < strong])]
        weak = [(start, few) for start, numbers in tried if (few := [one for one in numbers if one >= strong])]
        for found in self._found(heard.text, firm):
            yield found, False
        for found in self._found(heard.text, weak):
            yield found, True

    def _tried(self, heard: Heard) -> _Places:
        if self not in _BEGUN.known:
            _BEGUN.add(self, self._each)
        return heard.tried(self)

    def _found(self, text: str, tried: _Places) -> Iterator[re.Match[str]]:
        end, each = 0, self._each
        for start, numbers in tried:
            if start < end:
                continue
            for number in numbers:
                if found := _expression(each[number]).match(text, start):
                    end = found.end()
                    yield found
                    break

    def sub(self, instead: str, text: str) -> str:
        """Return the text with every match replaced."""
        parts, end = [], 0
        for found in self.finditer(Heard(text)):
            parts += [text[end : found.start()], instead]
            end = found.end()
        return "".join((*parts, text[end:])) if parts else text

    def said_in(self, heard: Heard) -> bool:
        """Return whether there is a match; looked for once in each text."""
        known = heard.said.get(self)
        if known is None:
            known = heard.said[self] = next(self.finditer(heard), None) is not None
        return known


class _Beginnings:
    """What may begin at a word, of all the patterns used so far: worked out once for each four first letters.

    ``words`` is a new one whenever a pattern joins, so that a text that knew the old one asks again.
    """

    def __init__(self) -> None:
        self.known: set[WordPattern] = set()
        self.words: dict[str, _Tried] = {}
        self._index: dict[str, list[tuple[WordPattern, list[int]]]] = {}

    def add(self, pattern: WordPattern, alternatives: Sequence[str]) -> None:
        """From now on this pattern is looked for."""
        own: dict[str, list[int]] = {}
        for number, alternative in enumerate(alternatives):
            for begun in beginnings(alternative):
                own.setdefault(begun, []).append(number)
        for begun, numbers in own.items():
            self._index.setdefault(begun, []).append((pattern, numbers))
        lengths = sorted({len(begun) for begun in own})
        words = dict(self.words)
        for begun in words:
            if any(begun[:letters] in own for letters in lengths):
                words[begun] = self._at(begun)
        self.words = words
        self.known.add(pattern)

    def at(self, begun: str) -> _Tried:
        """The numbers of the alternatives that may begin so, in order, by their pattern."""
        words = self.words
        if (tried := words.get(begun)) is None:
            tried = self._at(begun)
            if len(words) < _MOST_REMEMBERED:
                words[begun] = tried
        return tried

    def _at(self, begun: str) -> _Tried:
        found: dict[WordPattern, set[int]] = {}
        for letters in range(len(begun) + 1):
            for pattern, numbers in self._index.get(begun[:letters], ()):
                found.setdefault(pattern, set()).update(numbers)
        return {pattern: tuple(sorted(numbers)) for pattern, numbers in found.items()}


_BEGUN = _Beginnings()


class Heard:
    """A text of words between single spaces, which it also begins and ends with."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.said: dict[WordPattern, bool] = {}
        self._begun: dict[str, _Tried] | None = None
        self._words: list[tuple[int, _Tried]] = []

    def tried(self, pattern: WordPattern) -> _Places:
        """Return where words begin as an alternative of a pattern may, with the numbers of these alternatives."""
        if self._begun is not _BEGUN.words:
            self._begun = _BEGUN.words
            self._words = self._read(self._begun)
        return [(start, begun[pattern]) for start, begun in self._words if pattern in begun]

    def _read(self, known: dict[str, _Tried]) -> list[tuple[int, _Tried]]:
        """Where words begin, and what may begin there (the space after a shorter word is one of its letters)."""
        text, words = self.text, []
        place = text.find(" ") + 1
        while place:
            begun = text[place : place + LETTERS]
            words.append((place, known[begun] if begun in known else _BEGUN.at(begun)))
            place = text.find(" ", place) + 1
        return words

    def around(self, start: int, end: int) -> Heard:
        """Return the part from ``start`` to ``end`` as a text of its own."""
        if start <= 0 and end >= len(self.text):
            return self
        return Heard(f" {self.text[max(0, start) : end]} ")


@cache
def _expression(alternative: str) -> re.Pattern[str]:
    return re.compile(rf"(?<= )(?:{alternative})(?= )")
