"""The worker process of ``serve``, held by a pipe: a line says to go on, the pipe's end that the parent is gone."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from typing import Any

START_AGAIN = (0.2, 2.0)  # seconds after which a worker is started again: one that had worked, one that had not
STOP_GRACE = 15.0

log = logging.getLogger(__name__)


class Child:
    """The parent's side."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._given: dict[str, Any] = {}

    def start(self) -> None:
        """Start the worker, which only loads until it is told to go on; if it cannot, ``again`` will."""
        self._started = time.monotonic()
        try:
            command = [sys.executable, "-m", "bot", "worker", "--child"]
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)
        except OSError as error:  # no memory, no file left: it may pass
            self._process = None
            log.warning("the worker cannot be started", extra={"error": type(error).__name__})

    def go(self, **given: Any) -> None:
        """Nothing stands against it: let it work with these settings over those of its environment."""
        self._given = given
        if self._process is None:
            return
        assert self._process.stdin
        try:
            self._process.stdin.write(json.dumps(given).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # it ended already, and is started again

    def wait(self) -> int | None:
        """Until it ends: its exit code. None, at once, when there is no worker."""
        return None if self._process is None else self._process.wait()

    def pause(self) -> float:
        """Seconds to wait before the next start."""
        soon, later = START_AGAIN
        return soon if time.monotonic() - self._started > 10 else later

    def again(self) -> None:
        """Start it anew, and let it work at once."""
        self.start()
        self.go(**self._given)

    def stop(self) -> None:
        """Let running jobs end, then the process."""
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_GRACE)
        except subprocess.TimeoutExpired:
            process.kill()


CHILD = Child()


def await_parent() -> dict[str, Any]:
    """The worker's side: return the settings it was given once it may go on; from then on it ends with its parent.

    Raises SystemExit when the parent ended before: it found what stands against starting, and said so.
    """
    line = sys.stdin.buffer.readline()
    if not line:
        raise SystemExit(0)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    given: dict[str, Any] = json.loads(line)
    return given


def _end_with_parent() -> None:
    """A child whose parent was killed must not live on beside the next one, not even while it loads its model."""
    while os.read(sys.stdin.fileno(), 1):  # not by its buffer, whose lock an interpreter that ends waits for in vain
        pass
    os.kill(os.getpid(), signal.SIGTERM)
