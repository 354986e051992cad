"""How what an expression finds may begin, read from the expression itself. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import cache

LETTERS = 4  # of a beginning
OTHER_SCRIPT = "\0"  # stands for any beginning, in a text that has signs beyond ASCII
_MOST = 4_000  # beginnings worked out for one alternative; beyond, fewer letters are told apart
_LITERAL_ESCAPES = frozenset("|.?*+()[]{}\\/-^$'\"")
_STRUCTURE = re.compile(r"\\.|\[\^?.[^]]*\]|[()|]")
_ANY_WORD = re.compile(r"\\S(?:\*|\+ )")
_REPEATED = re.compile(r"\{(\d+)(?:,(\d*))?\}")

# A beginning and whether what follows it may still be told: "ab" may have become "abc" or be followed by anything.
_Begun = tuple[str, bool]
_OPEN: frozenset[_Begun] = frozenset({("", True)})
_ANYTHING: frozenset[_Begun] = frozenset({("", False)})


def split(alternatives: str) -> Iterator[str]:
    """Yield the alternatives of an expression, groups being left whole."""
    begin = 0
    while begin <= len(alternatives):
        end = _end(alternatives, begin)
        yield alternatives[begin:end]
        begin = end + 1


@cache
def beginnings(pattern: str) -> frozenset[str]:
    """Return every beginning that a match of ``pattern`` and the space after it may have: none is left out.

    They are four letters long; a shorter one, down to the empty string, is followed by what cannot be told. A pattern
    that may begin with anything but goes on with signs beyond ASCII has ``OTHER_SCRIPT`` alone. Raises ValueError for a
    pattern that closes what it did not open.
    """
    begun = _beginnings(pattern)
    if "" in begun and (anything := _ANY_WORD.match(pattern)):
        rest = _beginnings(pattern[anything.end() :])
        if not any(further[:1].isascii() for further in rest):
            return frozenset({OTHER_SCRIPT})
    return begun


def _beginnings(pattern: str) -> frozenset[str]:
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
        if not goes_on or len(text) >= LETTERS:
            found.add((text, False))
            continue
        found.update(((text + more)[:LETTERS], still) for more, still in further)
    if len(found) > _MOST:
        return frozenset((text[: LETTERS - 1], False) for text, _ in found)
    return frozenset(found)
