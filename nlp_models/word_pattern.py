"""A long list of expressions, each tried only where it may begin.

A regular expression of a thousand alternatives tries them all at every word. Here the first letters that each
alternative allows are worked out once, and it is tried at the words that begin so: what is found is what the whole
would find.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, cached_property

from nlp_models.pattern_beginnings import LETTERS, OTHER_SCRIPT, beginnings, split

_MOST_REMEMBERED = 20_000  # beginnings of words


_Tried = dict["WordPattern", tuple[int, ...]]
_Places = Sequence[tuple[int, Sequence[int]]]


class WordPattern:
    """Alternatives that stand between single spaces: ``(?<= )(?:…)(?= )``."""

    def __init__(self, alternatives: str) -> None:
        self.alternatives = alternatives
        self.bit = 0  # given when it is looked for the first time

    @cached_property
    def _each(self) -> tuple[str, ...]:
        return tuple(split(self.alternatives))

    @cached_property
    def _compiled(self) -> list[re.Pattern[str] | None]:
        return [None] * len(self._each)

    def warm(self) -> Iterator[None]:
        """Work out ahead of need what the first texts would wait for, an alternative at a time."""
        self.join()
        for number in range(len(self._each)):
            self._compile(number)
            yield

    def join(self) -> None:
        """Be one of those whose beginnings are known."""
        if not self.bit:
            self.bit = _BEGUN.add(self, self._each)

    def finditer(self, heard: Heard) -> Iterator[re.Match[str]]:
        """Yield the matches, as ``re`` finds them: from left to right, none inside another."""
        self.join()
        return self._found(heard.text, tried) if (tried := heard.tried(self)) else iter(())

    def _found(self, text: str, tried: _Places) -> Iterator[re.Match[str]]:
        end, compiled = 0, self._compiled
        for start, numbers in tried:
            if start < end:
                continue
            for number in numbers:
                if found := (compiled[number] or self._compile(number)).match(text, start):
                    end = found.end()
                    yield found
                    break

    def _compile(self, number: int) -> re.Pattern[str]:
        made = self._compiled[number] = _expression(self._each[number])
        return made

    def sub(self, instead: str, heard: Heard) -> Heard:
        """Return the text with every match replaced."""
        parts, end, text = [], 0, heard.text
        for found in self.finditer(heard):
            parts += [text[end : found.start()], instead]
            end = found.end()
        return Heard("".join((*parts, text[end:]))) if parts else heard

    def said_in(self, heard: Heard) -> bool:
        """Return whether there is a match; looked for once in each text."""
        known = heard.said.get(self)
        if known is None:
            known = heard.said[self] = next(self.finditer(heard), None) is not None
        return known


class AnyOf:
    """Several patterns, to be told at once whether a text can hold one of them at all."""

    def __init__(self, patterns: Iterable[WordPattern]) -> None:
        self._patterns = tuple(dict.fromkeys(patterns))
        self._bits = 0

    def may_be_in(self, heard: Heard) -> bool:
        """Whether some word begins as a match of one of them does."""
        if not self._bits:
            for pattern in self._patterns:
                pattern.join()
                self._bits |= pattern.bit
        return bool(heard.bits & self._bits)


class _Beginnings:
    """What may begin at a word, of all the patterns used so far: worked out once for each four first letters.

    ``words`` is a new one whenever a pattern joins, so that a text that knew the old one asks again. In a text with
    signs beyond ASCII words begin with ``OTHER_SCRIPT``.
    """

    def __init__(self) -> None:
        self.words: dict[str, tuple[int, _Tried]] = {}
        self._patterns = 0
        self._index: dict[str, list[tuple[WordPattern, int, list[int]]]] = {}

    def add(self, pattern: WordPattern, alternatives: Sequence[str]) -> int:
        """From now on this pattern is looked for: its bit."""
        bit = 1 << self._patterns
        self._patterns += 1
        own: dict[str, list[int]] = {}
        for number, alternative in enumerate(alternatives):
            for begun in beginnings(alternative):
                own.setdefault(begun, []).append(number)
        for begun, numbers in own.items():
            self._index.setdefault(begun, []).append((pattern, bit, numbers))
        lengths = sorted({len(begun) for begun in own})
        words = dict(self.words)
        for begun in words:
            if begun[:1] == OTHER_SCRIPT or any(begun[:letters] in own for letters in lengths):
                words[begun] = self._at(begun)
        self.words = words
        return bit

    def at(self, begun: str) -> tuple[int, _Tried]:
        """What may begin so: the bits of the patterns, and the numbers of their alternatives, in order."""
        words = self.words
        if (tried := words.get(begun)) is None:
            tried = self._at(begun)
            if len(words) < _MOST_REMEMBERED:
                words[begun] = tried
        return tried

    def _at(self, begun: str) -> tuple[int, _Tried]:
        bits, found = 0, dict[WordPattern, set[int]]()
        plain = begun.removeprefix(OTHER_SCRIPT)
        may_be = [plain[:letters] for letters in range(len(plain) + 1)]
        for part in may_be if begun == plain else [OTHER_SCRIPT, *may_be]:
            for pattern, bit, numbers in self._index.get(part, ()):
                bits |= bit
                found.setdefault(pattern, set()).update(numbers)
        return bits, {pattern: tuple(sorted(numbers)) for pattern, numbers in found.items()}


_BEGUN = _Beginnings()


class Heard:
    """A text of words between single spaces, which it also begins and ends with."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.said: dict[WordPattern, bool] = {}
        self._known: dict[str, tuple[int, _Tried]] | None = None
        self._words: list[tuple[int, _Tried]] = []
        self._bits = 0

    @property
    def bits(self) -> int:
        """The bits of all patterns an alternative of which may begin at some word."""
        if self._known is not _BEGUN.words:
            self._known = _BEGUN.words
            self._read(self._known)
        return self._bits

    def tried(self, pattern: WordPattern) -> _Places:
        """Return where words begin as an alternative of a pattern may, with the numbers of these alternatives."""
        if not self.bits & pattern.bit:
            return ()
        return [(start, begun[pattern]) for start, begun in self._words if pattern in begun]

    def _read(self, known: dict[str, tuple[int, _Tried]]) -> None:
        """Find where words begin, and what may begin there (the space after a shorter word is one of its letters)."""
        text, words, every = self.text, [], 0
        script = "" if text.isascii() else OTHER_SCRIPT
        place = text.find(" ") + 1
        while place:
            letters = script + text[place : place + LETTERS]
            bits, begun = known[letters] if letters in known else _BEGUN.at(letters)
            if bits:
                every |= bits
                words.append((place, begun))
            place = text.find(" ", place) + 1
        self._words, self._bits = words, every

    def around(self, start: int, end: int) -> Heard:
        """Return the part from ``start`` to ``end`` as a text of its own."""
        if start <= 0 and end >= len(self.text):
            return self
        return Heard(f" {self.text[max(0, start) : end]} ")


@cache
def _expression(alternative: str) -> re.Pattern[str]:
    return re.compile(rf"(?<= )(?:{alternative})(?= )")
