"""What the head asks of the outside. Adapters in bot/ stand behind these; tests stand in their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from routing.domain.card import Card, Line
from routing.domain.pace import Rate
from routing.domain.paging import Call, Rung
from routing.domain.place import Place


class Clock(Protocol):
    """The only source of time."""

    def now(self) -> datetime:
        """The present instant, UTC."""
        ...


class DeliveryProblem(Exception):
    """Base of what a gateway raises; the message is for the room and holds no personal data."""


class PermanentProblem(DeliveryProblem):
    """Will not work later either (archived channel, unknown person): another way must be taken."""


class Gone(PermanentProblem):
    """The message that was to be edited or answered is not there any more; the channel itself is: post it anew."""


class AccountProblem(PermanentProblem):
    """The provider serves us no more (account closed, wrong secret): another provider may reach the same address."""


class TemporaryProblem(DeliveryProblem):
    """Certainly not sent; worth trying again, not before ``retry_after`` seconds."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class UnknownOutcome(DeliveryProblem):
    """The provider may or may not have it (time-out, dropped connection): reconcile before sending again."""


class ChatGateway(Protocol):
    """A place where departments read and write. ``address`` is the part after the colon of ``console:voirie``.

    ``ref`` is our idempotency reference: posting the same one twice must leave one message. ``again`` says that an
    earlier attempt may have arrived, so that only then it is worth asking the provider.
    """

    @property
    def rates(self) -> Sequence[Rate]:
        """How fast the provider may be asked; empty for no limit."""
        ...

    async def post_card(self, address: str, card: Card, ref: str, *, again: bool = False) -> str:
        """Post a card; returns the provider's reference of its thread."""
        ...

    async def edit_card(self, address: str, thread: str, card: Card) -> None:
        """Bring a posted card up to date."""
        ...

    async def post_line(self, address: str, thread: str, line: Line, ref: str, *, again: bool = False) -> str:
        """Add a line to the card's thread; returns the provider's reference."""
        ...


class Pager(Protocol):
    """Reaches a person on duty. Having rung is not an answer: only acknowledge or decline is."""

    async def ring(self, call: Call) -> Rung:
        """Start reaching the person; safe to call twice for one page."""
        ...

    async def close(self, call: Call, ref: str, said: str, *, theirs: bool) -> None:
        """It is over: a telephone that rings stops, whoever was written to reads why.

        ``said`` is ``reference : why`` in French. ``theirs``: this person answered, and knows.
        """
        ...


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to a closed question: the words on its button, and what pressing it says."""

    words: str
    says: str


class CitizenGateway(Protocol):
    """Answers a citizen on their own channel."""

    async def send(
        self, contact: str, text: str, ref: str, *, again: bool = False, choices: Sequence[Choice] = ()
    ) -> str | None:
        """Send one message; returns the provider's reference. ``again``: an earlier attempt may have arrived.

        ``choices`` are the answers the text asks for, where the channel has buttons; the text says them too.
        """
        ...


class Phrases(Protocol):
    """What citizens are told, by key and language."""

    def __call__(self, key: str, language: str | None = None, /, **values: object) -> str:
        """The words of ``key`` with their values, in French when that language is not ours."""
        ...


class Geocoder(Protocol):
    """Knows where addresses are. It may be slow or away: nobody waits for it before an incident is opened."""

    async def find(self, place: Place) -> Place | None:
        """Where the door that ``place.label`` names in ``place.commune`` is; None when it is not certain."""
        ...

    async def name(self, lat: float, lon: float) -> Place | None:
        """What is at a point (WGS 84 degrees); None when nothing near is known."""
        ...


class Directory(Protocol):
    """Which channels a service lives in (configuration, not catalogue)."""

    def channels_of(self, service: str) -> tuple[str, ...]:
        """Full addresses such as ``console:voirie``, the main one first; never empty."""
        ...
