"""A long list of expressions, each tried only where it may begin.

A regular expression of a thousand alternatives tries them all at every word. Here the first letters that each
alternative allows are worked out once, and it is tried at the words that begin so: what is found is what the whole
would find.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import cache, cached_property

_LETTERS = 4  # of a beginning
_MOST = 4_000  # beginnings worked out for one alternative; beyond, fewer letters are told apart
_MOST_REMEMBERED = 20_000  # beginnings of words
_LITERAL_ESCAPES = frozenset("|.?*+()[]{}\\/-^$'\"")
_STRUCTURE = re.compile(r"\\.|\[\^?.[^]]*\]|[()|]")
_REPEATED = re.compile(r"\{(\d+)(?:,(\d*))?\}")

# A beginning and whether what follows it may still be told: "ab" may have become "abc" or be followed by anything.
_Begun = tuple[str, bool]
_Tried = dict["WordPattern", tuple[int, ...]]
_OPEN: frozenset[_Begun] = frozenset({("", True)})
_ANYTHING: frozenset[_Begun] = frozenset({("", False)})


class WordPattern:
    """Alternatives that stand between single spaces: ``(?<= )(?:…)(?= )``."""

    def __init__(self, alternatives: str) -> None:
        self.alternatives = alternatives

    @cached_property
    def _each(self) -> tuple[str, ...]:
        return tuple(_split(self.alternatives))

    def finditer(self, heard: Heard) -> Iterator[re.Match[str]]:
        """Yield the matches, as ``re`` finds them: from left to right, none inside another."""
        if self not in _BEGUN.known:
            _BEGUN.add(self, self._each)
        end = 0
        for start, numbers in heard.tried(self):
            if start < end:
                continue
            for number in numbers:
                if found := _expression(self._each[number]).match(heard.text, start):
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

    def tried(self, pattern: WordPattern) -> list[tuple[int, tuple[int, ...]]]:
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
            begun = text[place : place + _LETTERS]
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


def _split(alternatives: str) -> Iterator[str]:
    begin = 0
    while begin <= len(alternatives):
        end = _end(alternatives, begin)
        yield alternatives[begin:end]
        begin = end + 1


@cache
def beginnings(pattern: str) -> frozenset[str]:
    """Return every beginning that a match of ``pattern`` and the space after it may have: none is left out.

    They are four letters long; a shorter one, down to the empty string, is followed by what cannot be told. Raises
    ValueError for a pattern that closes what it did not open.
    """
    found, end = _alternatives(pattern, 0)
    if end != len(pattern):
        raise ValueError(f"unbalanced: {pattern[max(0, end - 40) : end + 1]!r}")
    return frozenset(begun for begun, _ in _followed(found, {(" ", True)}))


def _alternatives(pattern: str, at: int) -> tuple[frozenset[_Begun], int]:
    """Read until the group or the pattern ends."""
    found: set[_Begun] = set()
    while True:
        sequence, at = _sequence(pattern, at)
        found |= sequence
        if at >= len(pattern) or pattern[at] == ")":
            return frozenset(found), at
        at += 1  # over the bar


def _sequence(pattern: str, at: int) -> tuple[frozenset[_Begun], int]:
    begun = _OPEN
    while at < len(pattern) and pattern[at] not in "|)":
        if not any(goes_on for _, goes_on in begun):
            return begun, _end(pattern, at)
        piece, at = _piece(pattern, at)
        fewest, several, at = _quantity(pattern, at)
        if several:
            piece = frozenset((text, False) for text, _ in piece)
        begun = _followed(begun, piece if fewest else piece | _OPEN)
    return begun, at


def _end(pattern: str, at: int) -> int:
    """Return where the alternative ends that ``at`` is in."""
    depth = 0
    for sign in _STRUCTURE.finditer(pattern, at):
        found = sign.group()
        if depth == 0 and found in "|)":
            return sign.start()
        depth += (found == "(") - (found == ")")
    return len(pattern)


def _piece(pattern: str, at: int) -> tuple[frozenset[_Begun], int]:
    """Read one letter, class or group."""
    sign = pattern[at]
    if sign == "(":
        inside = at + 3 if pattern.startswith(("(?:", "(?=", "(?!"), at) else at + 1
        inside = at + 4 if pattern.startswith(("(?<=", "(?<!"), at) else inside
        found, end = _alternatives(pattern, inside)
        return (_OPEN if pattern[at + 1 : at + 3] in ("?=", "?!", "?<") else found), end + 1
    if sign == "[":
        end = pattern.index("]", at + 2)
        return _class(pattern[at + 1 : end]), end + 1
    if sign == "\\":
        return _escape(pattern[at + 1]), at + 2
    return (_ANYTHING if sign == "." else frozenset({(sign, True)})), at + 1


def _escape(letter: str) -> frozenset[_Begun]:
    if letter == "d":
        return frozenset((digit, True) for digit in "0123456789")
    if letter == "b":
        return _OPEN
    return frozenset({(letter, True)}) if letter in _LITERAL_ESCAPES else _ANYTHING


def _class(inside: str) -> frozenset[_Begun]:
    if inside.startswith("^") or "\\w" in inside or "\\S" in inside:
        return _ANYTHING
    letters: set[str] = set()
    spelled = inside.replace("\\d", "0-9").replace("\\", "")
    while spelled:
        if len(spelled) > 2 and spelled[1] == "-":
            letters.update(map(chr, range(ord(spelled[0]), ord(spelled[2]) + 1)))
            spelled = spelled[3:]
        else:
            letters.add(spelled[0])
            spelled = spelled[1:]
    return frozenset((letter, True) for letter in letters)


def _quantity(pattern: str, at: int) -> tuple[int, bool, int]:
    """Return the fewest repetitions of what was read, whether there may be several, and where reading goes on."""
    sign = pattern[at] if at < len(pattern) else ""
    if sign in ("?", "*", "+") and sign:
        at += 1
        return int(sign == "+"), sign != "?", at + pattern.startswith("?", at)
    if sign == "{" and (counted := _REPEATED.match(pattern, at)):
        fewest = int(counted[1])
        return fewest, counted[2] != "1" if counted[2] is not None else fewest > 1, counted.end()
    return 1, False, at


def _followed(begun: frozenset[_Begun], further: Collection[_Begun]) -> frozenset[_Begun]:
    found: set[_Begun] = set()
    for text, goes_on in begun:
        if not goes_on or len(text) >= _LETTERS:
            found.add((text, False))
            continue
        found.update(((text + more)[:_LETTERS], still) for more, still in further)
    if len(found) > _MOST:
        return frozenset((text[: _LETTERS - 1], False) for text, _ in found)
    return frozenset(found)
