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
        self._begun: dict[str, list[str]] = {}
        for piece in self._by_piece:
            self._begun.setdefault(piece[:_FIRST] if len(piece) >= _FIRST else "", []).append(piece)
        self._of = lru_cache(maxsize=_REMEMBERED)(self._found_in)

    def rules_in(self, heard: str) -> int:
        """Return the bits of the rules that may apply to a text of words between single spaces."""
        rules, spaced = 0, list[str]()
        for word in set(heard.split()):
            bits, more = self._of(word)
            rules |= bits
            spaced += more
        for hint in spaced:
            if hint in heard:
                rules |= self._bits[hint]
        return rules

    def _found_in(self, word: str) -> tuple[int, tuple[str, ...]]:
        """The rules that this word alone hints at, and the hints of several words that it may be part of."""
        begun = {word[start : start + _FIRST] for start in range(len(word))}
        pieces = [piece for letters in ("", *begun & self._begun.keys()) for piece in self._begun.get(letters, ())]
        hints = [hint for piece in pieces if piece in word for hint in self._by_piece[piece]]
        rules = 0
        for hint in hints:
            if " " not in hint:
                rules |= self._bits[hint]
        return rules, tuple(hint for hint in hints if " " in hint)
