"""What a case sees of a platform: a city whose service « Voirie » reads in one of its channels."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Protocol

from routing.domain.pace import Errand
from tests.city import City
from tests.standins.faults import Fault


class Stage(Protocol):
    """One city, one channel of one platform. Everything entered in ``stack`` is undone at the end."""

    city: City
    address: str
    stack: ExitStack

    def misbehave(self, fault: Fault, errand: Errand | None, times: int = 1) -> None:
        """Have the provider misbehave at its next calls for that errand, whatever they are for when None."""
        ...

    def says_it_failed(self, *, committed: bool) -> Fault:
        """The provider's own word for an error inside it."""
        ...

    def close_channel(self) -> None:
        """The channel is archived, the group deleted."""
        ...

    def dismiss(self) -> None:
        """Somebody removes the bot from the channel."""
        ...

    def lose_channel(self) -> None:
        """There is no such channel, and never was as far as the provider knows."""
        ...

    def withdraw_token(self) -> None:
        """The account does not let us in any more."""
        ...

    def refuse_strangely(self) -> None:
        """The provider refuses the next message with a word nobody has seen before."""
        ...

    def delete_card(self) -> None:
        """Somebody deletes the card."""
        ...

    def freeze_card(self) -> None:
        """The card stays visible, but the provider takes no edit of it any more."""
        ...

    def cards(self) -> list[str]:
        """What people read on each card that stands in the channel now."""
        ...

    def lines(self) -> list[str]:
        """What is said under the card that stands there now."""
        ...

    def breaches(self) -> list[str]:
        """Rates that were not kept, and calls no correct client would make."""
        ...
