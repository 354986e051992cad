"""A city that listens with its own ears, understood by whatever the recogniser made of the words."""

from __future__ import annotations

from typing import Any

from tests.understood import Scripted


class Hearsay(Scripted):
    """Understands whatever holds one of the words it was told, as a recogniser's words vary."""

    def __init__(self) -> None:
        super().__init__()
        self.words: dict[str, str] = {}

    def understand(self, text: str, channel: Any) -> Any:
        """By the first word that is in the text."""
        for word, known in self.words.items():
            if word in text:
                return super().understand(known, channel)
        return super().understand(text, channel)
