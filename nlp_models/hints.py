"""Which danger rules may apply to a message at all: those one of whose hints is in it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

_FIRST = 3  # letters by which pieces are found
_REMEMBERED = 20_000  # words


class Hints:
    """Pieces of words, some of them with spaces ("de froid"), without which a rule cannot match.

    What a word gives is worked out once; rules are told by the bits of one number, the first rule's being the lowest.
    """

    def __init__(self, rules: Sequence[Iterable[str]]) -> None:
        """``rules`` are the hints of each rule."""
        self._bits: dict[str, int] = {}
        for number, hints in enumerate(rules):
            for hint in hints:
                self._bits[hint] = self._bits.get(hint, 0) | 1 << number
        # A hint of several words is looked for in the message where its longest piece is in a word.
        self._by_piece: dict[str, list[str]] = {}
        for hint in sorted(self._bits):
            self._by_piece.setdefault(max(hint.split(), key=len), []).append(hint)
        # How long the pieces are that begin so: a word is cut into nothing else.
        self._long: dict[str, list[int]] = {}
        for begun, letters in sorted({(piece[:_FIRST], len(piece)) for piece in self._by_piece}):
            self._long.setdefault(begun, []).append(letters)
        self._shortest = tuple(sorted({len(begun) for begun in self._long}))
        self._of = lru_cache(maxsize=_REMEMBERED)(self._found_in)

    def rules_in(self, heard: str) -> int:
        """Return the bits of the rules that may apply to a text of words between single spaces."""
        rules, spaced = 0, list[str]()
        for word in set(heard.split()):
            bits, more = self._of(word)
            rules |= bits
            spaced += more
        for hint in filter(heard.__contains__, spaced):
            rules |= self._bits[hint]
        return rules

    def _found_in(self, word: str) -> tuple[int, tuple[str, ...]]:
        """The rules that this word alone hints at, and the hints of several words that it may be part of."""
        known, long = self._by_piece, self._long
        pieces: set[str] = set()
        for start in range(len(word)):
            for letters in self._shortest:
                for end in long.get(word[start : start + letters], ()):
                    if (piece := word[start : start + end]) in known:
                        pieces.add(piece)
        hints = [hint for piece in pieces for hint in known[piece]]
        rules = 0
        for hint in hints:
            if " " not in hint:
                rules |= self._bits[hint]
        return rules, tuple(hint for hint in hints if " " in hint)
