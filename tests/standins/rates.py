"""Published rates, measured on the clock of the test."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Window:
    """At most ``count`` calls in any ``seconds`` (a window that slides)."""

    count: int
    seconds: float

    def meter(self) -> Meter:
        """A fresh meter of this limit."""
        return _Sliding(self)

    def __str__(self) -> str:
        return f"{self.count} in {self.seconds:g} s"


@dataclass(frozen=True, slots=True)
class Steady:
    """One call every ``every`` seconds in the long run, ``burst`` of them at once after a rest."""

    every: float
    burst: int = 1

    def meter(self) -> Meter:
        """A fresh meter of this limit."""
        return _Bucket(self)

    def __str__(self) -> str:
        return f"one every {self.every:g} s, bursts of {self.burst}"


Limit = Window | Steady


class Meter:
    """Counts calls under one limit. Times are seconds."""

    def wait(self, now: float) -> float:
        """How long a call would have to wait; 0 when it may go."""
        raise NotImplementedError

    def take(self, now: float) -> None:
        """Count one call."""
        raise NotImplementedError


class _Sliding(Meter):
    def __init__(self, limit: Window) -> None:
        self._limit = limit
        self._times: deque[float] = deque()

    def wait(self, now: float) -> float:
        while self._times and self._times[0] <= now - self._limit.seconds:
            self._times.popleft()
        full = len(self._times) >= self._limit.count
        return self._times[0] + self._limit.seconds - now if full else 0.0

    def take(self, now: float) -> None:
        self._times.append(now)


class _Bucket(Meter):
    def __init__(self, limit: Steady) -> None:
        self._limit = limit
        self._due = float("-inf")  # when the bucket is full again

    def wait(self, now: float) -> float:
        allowance = (self._limit.burst - 1) * self._limit.every
        # A microsecond of tolerance: the clock's instants are not exact binary fractions.
        early = self._due - allowance - now
        return early if early > 1e-6 else 0.0

    def take(self, now: float) -> None:
        self._due = max(self._due, now) + self._limit.every


class Rates:
    """The meters of one stand-in. A breach is answered 429 as the provider does, and fails the test at its end."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._meters: dict[str, tuple[Limit, Meter]] = {}
        self._closed: dict[str, float] = {}
        self.breaches: list[str] = []

    def ask(self, limits: dict[str, Limit], *, counted: bool = True) -> float | None:
        """Take one call under every limit by its key; the seconds to wait when one of them forbids it."""
        now = self._now().timestamp()
        waits = {key: self._wait(key, limit, now) for key, limit in limits.items()}
        late = {key: wait for key, wait in waits.items() if wait > 0}
        if late:
            self._blame(late, limits)
            return max(late.values())
        for key in limits if counted else ():
            self._meters[key][1].take(now)
        return None

    def close(self, key: str, seconds: float) -> None:
        """We answered 429 with Retry-After: calls before then are a breach."""
        self._closed[key] = self._now().timestamp() + seconds

    def _wait(self, key: str, limit: Limit, now: float) -> float:
        known = self._meters.get(key)
        if known is None or known[0] != limit:
            known = self._meters[key] = (limit, limit.meter())
        return max(known[1].wait(now), self._closed.get(key, now) - now)

    def _blame(self, late: dict[str, float], limits: dict[str, Limit]) -> None:
        for key, wait in late.items():
            self.breaches.append(f"{key}: {wait:.3f} s too early ({limits[key]}) at {self._now().isoformat()}")
