"""A newcomer: clone, ``make run``, page open. Downloads everything, so it runs only when it is named."""

from __future__ import annotations

import subprocess
import time
from contextlib import suppress
from pathlib import Path

import httpx
import psutil  # type: ignore[import-untyped]

from tests.bench import postgres
from tests.bench.figures import Figure
from tests.bench.rig import ROOT, Rig, environment, until
from tests.bench.vigie import free_port

NAME = "fresh"
PATIENCE = 900.0


def run(rig: Rig) -> list[Figure]:
    """The working tree's HEAD in a new folder, without pip's cache."""
    folder = rig.folder / NAME
    begun = time.perf_counter()
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
    port = free_port()
    rig.say(f"{NAME}: make run (packages are downloaded, the model is trained)")
    with (rig.folder / f"{NAME}.log").open("wb") as log:
        making = subprocess.Popen(
            ["make", "run", f"PORT={port}"],
            cwd=folder,
            env=environment(PIP_NO_CACHE_DIR="1"),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        opened = _wait(making, port, "/salle") - begun
        ready = _wait(making, port, "/readyz") - begun
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    finally:
        _end(making, folder)
    return [
        Figure(NAME, "git clone → page open", opened, "s", 240),
        Figure(NAME, "git clone → /readyz 200", ready, "s", 240),
        Figure(NAME, "disk taken", size / 2**20, "MiB"),
    ]


def _wait(making: subprocess.Popen[bytes], port: int, path: str) -> float:
    def answers() -> bool:
        if making.poll() is not None:
            raise RuntimeError(f"make run ended with {making.returncode}")
        with suppress(httpx.TransportError):
            return httpx.get(f"http://127.0.0.1:{port}{path}", timeout=5).status_code == 200
        return False

    until(answers, PATIENCE, path, every=0.1)
    return time.perf_counter()


def _end(making: subprocess.Popen[bytes], folder: Path) -> None:
    """End what make started, then PostgreSQL."""
    with suppress(psutil.NoSuchProcess):
        started = psutil.Process(making.pid).children(recursive=True)
        for process in started:
            with suppress(psutil.NoSuchProcess):
                process.terminate()
        for process in psutil.wait_procs(started, timeout=30)[1]:
            process.kill()
    making.wait()
    postgres.end(folder / "var" / "postgres")
