"""What the ear asks of the outside."""

from __future__ import annotations

from typing import Protocol

from routing.domain.understanding import Channel, Danger, Understanding


class DangerRules(Protocol):
    """The fixed rules: no model, no database, no failure."""

    def __call__(self, text: str) -> Danger | None:
        """The danger heard in the words, None when there is none."""
        ...


class Classifier(Protocol):
    """Meaning of one message."""

    def understand(self, text: str, channel: Channel) -> Understanding:
        """Never raises for odd input; a few milliseconds on one core."""
        ...
