"""States of what people agree on between them."""

from __future__ import annotations

from enum import StrEnum


class SwapState(StrEnum):
    """A swap is asked for, taken by a colleague, then approved; or it ends otherwise."""

    REQUESTED = "requested"
    TAKEN = "taken"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class HandOverState(StrEnum):
    """A hand-over is prepared, then waits for the incoming person; with nothing under way it passes by itself."""

    PREPARED = "prepared"
    WAITING = "waiting"
    ACCEPTED = "accepted"
    PASSED = "passed"  # nothing to hand over
    OVERTAKEN = "overtaken"  # the next hand-over came first
