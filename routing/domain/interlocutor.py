"""Who is competent for what the city does not look after itself: motorways, railways, power lines. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from routing.domain.redaction import plain


@dataclass(frozen=True, slots=True)
class Interlocutor:
    """An outside authority and what brings it up: words of the message, or the service that leads (then in these
    communes only, when some are given).

    ``note`` is what the room reads; ``tell`` what the citizen is told, None where nobody is sure enough to send them
    away. ``phone`` is only given to citizens once it was ``verified_on`` some day.
    """

    id: str
    name: str
    note: str
    words: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    lead: str | None = None
    communes: tuple[str, ...] = ()
    tell: str | None = None
    phone: str | None = None
    verified_on: date | None = None

    @property
    def told(self) -> str | None:
        """What the citizen is told, with the telephone number once it was verified."""
        if self.tell and self.phone and self.verified_on:
            return f"{self.tell} Téléphone : {self.phone}."
        return self.tell


def interlocutor_for(
    text: str, lead: str | None, commune: str | None, known: Iterable[Interlocutor]
) -> Interlocutor | None:
    """The first of ``known`` that a message is for. ``lead`` is the service that leads its procedure, if known."""
    said = f" {plain(text)} "
    for one in known:
        if one.words:
            if _any(one.words, said) and not _any(one.unless, said):
                return one
        elif lead is not None and one.lead == lead and (not one.communes or commune in one.communes):
            return one
    return None


def _any(words: Sequence[str], said: str) -> bool:
    """Whether one of the words stands in the text, whole. ``*`` ends a word that may go on ("autoroute*")."""
    return any(re.search(_pattern(plain(word.rstrip("*")), word.endswith("*")), said) for word in words)


def _pattern(word: str, goes_on: bool) -> str:
    return rf" {re.escape(word)}" + ("" if goes_on else " ")
