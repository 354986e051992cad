"""Misbehaviour on demand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.standins.journal import holds
from tests.standins.wire import Answer, Call

Kind = Literal["limited", "answers", "hang", "drip", "dropped"]
BAD_GATEWAY = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to misbehave; ``committed`` lets the call have its effect first, so that only its answer is lost."""

    kind: Kind
    committed: bool = False
    retry_after: float | None = None
    reply: Answer = field(default_factory=Answer)
    pause: float = 0.0

    @property
    def name(self) -> str:
        """For the journal."""
        return f"{self.kind}{' after commit' if self.committed else ''}"


def limited(retry_after: float | None = None) -> Fault:
    """429, with Retry-After in seconds or without."""
    return Fault("limited", retry_after=retry_after)


def answers(reply: Answer, *, committed: bool = False) -> Fault:
    """A given answer instead of the true one."""
    return Fault("answers", committed, reply=reply)


def broken(status: int = 502, *, committed: bool = False) -> Fault:
    """A proxy's page in HTML."""
    return answers(Answer.of_text(BAD_GATEWAY.replace("502", str(status)), status, "text/html"), committed=committed)


def hang(*, committed: bool = False) -> Fault:
    """No answer until the client goes away."""
    return Fault("hang", committed)


def drip(*, pause: float = 0.01, committed: bool = True) -> Fault:
    """White space, one byte every ``pause`` real seconds, without end: each read succeeds, the answer never comes."""
    return Fault("drip", committed, pause=pause)


def dropped(*, committed: bool = False) -> Fault:
    """The connection is cut: before anything was done, or after everything was."""
    return Fault("dropped", committed)


@dataclass(slots=True)
class Planned:
    """A fault and the calls it waits for."""

    fault: Fault
    on: str
    where: Mapping[str, Any]
    when: Callable[[Call], bool] | None
    left: int

    def fits(self, call: Call) -> bool:
        """Whether this call is one of them."""
        named = self.on in ("*", call.name) and holds(call.arguments, self.where)
        return self.left > 0 and named and (self.when is None or self.when(call))


class Faults:
    """Faults that wait for their calls, taken in the order they were planned."""

    def __init__(self) -> None:
        self._planned: list[Planned] = []

    def add(
        self, fault: Fault, on: str = "*", *, times: int = 1, when: Callable[[Call], bool] | None = None, **where: Any
    ) -> Planned:
        """Misbehave for the next ``times`` calls of method ``on`` that hold ``where`` (and pass ``when``)."""
        planned = Planned(fault, on, where, when, times)
        self._planned.append(planned)
        return planned

    def take(self, call: Call) -> Fault | None:
        """The fault for this call, if one was planned."""
        for planned in self._planned:
            if planned.fits(call):
                planned.left -= 1
                return planned.fault
        return None

    def clear(self) -> None:
        """Behave again."""
        self._planned.clear()

    def unused(self) -> list[str]:
        """Faults whose call never came: such a test proves nothing."""
        return [f"fault {each.fault.name} on {each.on} was never met" for each in self._planned if each.left > 0]
