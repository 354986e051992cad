"""A message as the trained classifier sees it: what each word is worth is worked out once for all messages."""

from __future__ import annotations

from dataclasses import dataclass

from nlp_models.terms import TermReader, sureness
from nlp_models.vocabulary import Keys, Vocabulary

_MOST_WORDS = 20_000  # remembered


@dataclass(frozen=True, slots=True)
class MessageTerms:
    """The ``words`` of a message, the known terms of ``each``, and those ``shared`` by two of them."""

    words: tuple[str, ...]
    each: list[Keys]
    shared: Keys

    @property
    def keys(self) -> list[Keys]:
        """All of them."""
        return [*self.each, self.shared]

    @property
    def sureness(self) -> float:
        """How surely so many words mean what they say."""
        return sureness(len(self.words))


class MessageReader:
    """Reads normalised texts with the terms that a vocabulary knows."""

    def __init__(self, reader: TermReader, vocabulary: Vocabulary) -> None:
        self._reader = reader
        self._vocabulary = vocabulary
        self._known: dict[str, Keys] = {}

    def read(self, text: str) -> MessageTerms:
        """Return the words of a text and their known terms."""
        words, shared = self._reader.split(text)
        known = self._known
        new = [word for word in dict.fromkeys(words) if word not in known]
        if new:
            known = {**known, **self._look_up(new)} if len(known) >= _MOST_WORDS else self._learn(new)
        return MessageTerms(words, [known[word] for word in words], self._vocabulary.shared(shared))

    def _learn(self, words: list[str]) -> dict[str, Keys]:
        self._known.update(self._look_up(words))
        return self._known

    def _look_up(self, words: list[str]) -> dict[str, Keys]:
        return dict(
            zip(words, self._vocabulary.look_up([self._reader.units_of_word(word) for word in words]), strict=True)
        )
