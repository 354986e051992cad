"""What else the machine did meanwhile: figures taken beside busy neighbours are worse than they need be."""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil  # type: ignore[import-untyped]

LOOK_EVERY = 2.0


class Neighbours(threading.Thread):
    """Adds up the processor time of every process that neither works in ``folder`` nor is the bench itself."""

    def __init__(self, folder: Path) -> None:
        super().__init__(name="neighbours", daemon=True)
        self._folder = str(folder)
        self._ended = threading.Event()
        self._seen: dict[tuple[int, float], float] = {}
        self._seconds = 0.0
        self._begun = time.monotonic()

    def run(self) -> None:
        """Look now and then; short-lived processes between two looks are missed."""
        self._look(count=False)
        while not self._ended.wait(LOOK_EVERY):
            self._look(count=True)

    def share(self) -> float:
        """Per cent of all cores that others had."""
        elapsed = max(time.monotonic() - self._begun, 0.001)
        return 100 * self._seconds / elapsed / (os.cpu_count() or 1)

    def _look(self, *, count: bool) -> None:
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if process.pid == os.getpid() or process.cwd().startswith(self._folder):
                    continue
                spent = process.cpu_times()
                key, used = (process.pid, process.create_time()), spent.user + spent.system
                self._seconds += used - self._seen.get(key, 0.0) if count else 0.0
                self._seen[key] = used

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ended.set()
        self.join()
