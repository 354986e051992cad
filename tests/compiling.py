"""The first run of a clone compiles every test, which costs as much as importing them."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
LOCK = HERE.parent / "var" / "compiling.lock"


@contextmanager
def alone() -> Iterator[None]:
    """Nobody else is in here while the first one compiles; then, and where all is compiled, everybody at once."""
    if any((HERE / "unit" / "__pycache__").glob("test_*")):
        yield
        return
    LOCK.parent.mkdir(exist_ok=True)
    with LOCK.open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            fcntl.flock(held, fcntl.LOCK_SH)
        yield
