"""How fast a provider may be asked. Source of the algorithm: the generic cell rate algorithm (ITU-T I.371)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Errand(StrEnum):
    """What a channel is asked to do."""

    CARD = "card"
    EDIT = "edit"
    LINE = "line"
    TOPIC = "topic"  # the room of its own that a card is given where the channel has such
    LOOK = "look"  # whether an earlier attempt has arrived


@dataclass(frozen=True, slots=True)
class Rate:
    """At most ``burst`` of these errands at once, then one every ``every`` seconds.

    ``shared`` counts over all channels of the account, otherwise each channel has its own. Never more than
    ``burst + period / every`` in any period, so a published "20 a minute" is e.g. ``every=3.75, burst=4``.
    """

    name: str
    errands: frozenset[Errand]
    every: float
    burst: int = 1
    shared: bool = False

    def key(self, channel: str) -> str:
        """Under which name what ``channel`` spends is counted."""
        return f"{channel.partition(':')[0] if self.shared else channel} {self.name}"


class Purse:
    """What may still be spent. ``spent`` maps keys to the instant at which all that was spent is forgotten."""

    def __init__(self, rates: Iterable[Rate], channel: str, spent: Mapping[str, datetime]) -> None:
        self._rates = tuple(rates)
        self._channel = channel
        self.spent = dict(spent)

    def keys(self) -> list[str]:
        """The counters that this channel draws on, sorted."""
        return sorted(rate.key(self._channel) for rate in self._rates)

    def free_at(self, errand: Errand, now: datetime) -> datetime:
        """When the errand may be run; ``now`` if at once."""
        free = now
        for rate in self._counted(errand):
            until = self.spent.get(rate.key(self._channel), now)
            free = max(free, until - timedelta(seconds=rate.every * (rate.burst - 1)))
        return free

    def spend(self, errand: Errand, now: datetime) -> None:
        """Count the errand as run now."""
        for rate in self._counted(errand):
            key = rate.key(self._channel)
            self.spent[key] = max(self.spent.get(key, now), now) + timedelta(seconds=rate.every)

    def delays(self, errands: Sequence[Errand], waiting: Errand, now: datetime) -> bool:
        """Whether ``waiting`` would be free later if these errands were run now."""
        after = Purse(self._rates, self._channel, self.spent)
        for each in errands:
            after.spend(each, now)
        return after.free_at(waiting, now) > self.free_at(waiting, now)

    def _counted(self, errand: Errand) -> list[Rate]:
        return [rate for rate in self._rates if errand in rate.errands]


class Round:
    """What one channel may run now. Once a card has to wait, nothing is run that would make it wait longer.

    ``free`` are the instants at which what was refused may be run.
    """

    def __init__(self, purse: Purse, now: datetime) -> None:
        self._purse = purse
        self._now = now
        self._card_waits = False
        self.free: list[datetime] = []

    def may(self, *errands: Errand) -> bool:
        """Whether all these errands may be run now; they are paid for then."""
        free = max(self._purse.free_at(each, self._now) for each in errands)
        if free > self._now:
            self.free.append(free)
            self._card_waits |= Errand.CARD in errands
            return False
        if self._card_waits and Errand.CARD not in errands and self._purse.delays(errands, Errand.CARD, self._now):
            return False
        for each in errands:
            self._purse.spend(each, self._now)
        return True
