"""One real Vigie: ``python -m bot serve`` on a data folder and a port of its own, to be killed and started again."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import psutil  # type: ignore[import-untyped]

from tests.bench import postgres
from tests.bench.rig import Rig, until

TOKEN = "bench-token-of-no-value"
START_TIME = 90.0
PRACTISED = 10.0  # seconds after which a process has practised what it does for the first time (bot/practice.py)
STOP_TIME = 40.0


def free_port() -> int:
    """A port of loopback nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Vigie:
    """``serve`` (web and worker). Without ``database_url`` it runs the embedded PostgreSQL in its data folder.

    ``settings`` are more of its environment; ``command`` may be ``web``, a Vigie that leaves its jobs to others.
    """

    def __init__(
        self,
        rig: Rig,
        name: str,
        database_url: str | None = None,
        settings: Mapping[str, str] | None = None,
        command: str = "serve",
    ) -> None:
        self._rig = rig
        self.folder = rig.folder / name
        self.folder.mkdir()
        (self.folder / "models").symlink_to((rig.cache / "models").resolve())
        self.base_url = f"http://127.0.0.1:{free_port()}"
        self.log = self.folder / "serve.log"
        self._given_url = database_url
        self._settings = dict(settings or {})
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self._look = httpx.Client(base_url=self.base_url, timeout=10)

    # Starting

    def start(self) -> float:
        """Start the processes and return the moment (``time.perf_counter``)."""
        more = {**self._settings, **({"VIGIE_DATABASE_URL": self._given_url} if self._given_url else {})}
        port = self.base_url.rpartition(":")[2]
        env = self._rig.environment(self.folder, VIGIE_PORT=port, VIGIE_API_TOKEN=TOKEN, **more)
        begun = time.perf_counter()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot", self._command],
                cwd=self.folder,  # not the project's: a developer's .env must not be read
                env=env,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return begun

    def wait_for(self, path: str, *, within: float = START_TIME) -> None:
        """Until ``path`` answers 200. Raises TooLate, or RuntimeError when the process ended."""
        until(lambda: self._answers(path), within, f"{path} of {self.folder.name}", every=0.005)

    def _answers(self, path: str) -> bool:
        process = self._process
        if process is not None and process.poll() is not None:
            raise RuntimeError(f"serve ended with {process.returncode}; its last words: {self.last_words()}")
        try:
            return self._look.get(path).status_code == 200
        except httpx.TransportError:
            return False

    def last_words(self) -> str:
        """The end of the log."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-2000:] if self.log.exists() else ""

    # What runs

    @property
    def pid(self) -> int:
        """The parent's process number."""
        assert self._process is not None
        return self._process.pid

    def alive(self) -> bool:
        """Whether the parent still runs."""
        return self._process is not None and self._process.poll() is None

    def worker(self) -> psutil.Process | None:
        """The worker child, None while there is none."""
        with suppress(psutil.Error):
            for child in psutil.Process(self.pid).children():
                if "worker" in child.cmdline():
                    return child
        return None

    @property
    def database(self) -> Path:
        """The data folder of the embedded PostgreSQL."""
        return self.folder / "postgres"

    def database_url(self) -> str:
        """The database's address, once it is there."""
        return self._given_url or until(lambda: postgres.address(self.database), START_TIME, "the embedded PostgreSQL")

    def memory_mb(self, database: Path | None = None) -> dict[str, float]:
        """Proportional memory of each part, in MiB."""
        worker = self.worker()
        parts = {
            "web": [psutil.Process(self.pid)],
            "worker": [worker] if worker else [],
            "postgres": postgres.processes(database or self.database),
        }
        return {name: sum(map(_pss, processes)) / 2**20 for name, processes in parts.items()}

    # Ending

    def kill(self, *, parent: bool = True, worker: bool = True, database: bool = False) -> None:
        """``kill -9``, all at one moment; returns once the killed processes are gone."""
        child = self.worker() if worker else None
        victims = [child] if child else []
        victims += postgres.processes(self.database) if database else []
        if parent:
            assert self._process is not None
            self._process.kill()
        for victim in victims:
            with suppress(psutil.NoSuchProcess):
                victim.kill()
        if parent and self._process is not None:
            self._process.wait()
        psutil.wait_procs(victims, timeout=10)

    def stop(self) -> None:
        """SIGTERM, as a service manager would; returns once everything of it has ended."""
        process, child = self._process, self.worker() if self._process else None
        if process is None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_TIME)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if child is not None:
            psutil.wait_procs([child], timeout=STOP_TIME)

    def close(self) -> None:
        """End whatever is left of it."""
        if self.alive():
            self.kill()
        self._look.close()
        postgres.end(self.database)


def _pss(process: psutil.Process) -> float:
    with suppress(psutil.Error):
        return float(process.memory_full_info().pss)
    return 0.0


@contextmanager
def running(
    rig: Rig,
    name: str,
    database_url: str | None = None,
    settings: Mapping[str, str] | None = None,
    command: str = "serve",
) -> Iterator[Vigie]:
    """A ready Vigie, ended afterwards."""
    vigie = Vigie(rig, name, database_url, settings, command)
    try:
        rig.say(f"{name}: starting Vigie")
        vigie.start()
        vigie.wait_for("/readyz" if command == "serve" else "/healthz")  # the web alone is not ready
        yield vigie
    finally:
        vigie.close()
