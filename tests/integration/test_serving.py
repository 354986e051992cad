"""Processes that begin and end as they should."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from bot import child, serving
from tests.city import settings_in
from tests.databases import ROOT


async def test_a_process_asked_to_end_returns_so_that_its_child_is_ended_too(database_url: str, tmp_path: Path) -> None:
    given = {"VIGIE_DATABASE_URL": database_url, "VIGIE_API_TOKEN": "t", "VIGIE_PORT": "0", "PYTHONPATH": str(ROOT)}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "web"),
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], **given},  # noqa: TID251 (a process of its own)
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr
    async with asyncio.timeout(60):
        while b"the web listens" not in (line := await process.stderr.readline()):
            assert line, "it ended before it began"
        process.send_signal(signal.SIGTERM)
        await process.stderr.read()
        assert await process.wait() == 0


def test_a_port_in_use_is_said_before_anything_is_touched(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    metrics = tmp_path / "metrics"
    metrics.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(typer.Exit):
        serving.serve(settings_in(tmp_path, port=taken.getsockname()[1]))
    assert metrics.exists()
    assert "Cannot listen" in capsys.readouterr().err


async def test_the_worker_writes_its_metrics_where_the_web_reads_them(tmp_path: Path) -> None:
    """It is started before its parent knows the folder, and prometheus_client asks when it is imported."""
    asked = (
        "from bot import serving; print(serving.told()); import bot.observability as o; o.HEALED.labels('page').inc()"
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", asked),
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},  # noqa: TID251 (a process of its own)
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin
    assert process.stdout
    process.stdin.write(json.dumps({"port": 8000, "metrics": str(tmp_path)}).encode() + b"\n")
    assert await process.stdout.readline() == b"{'port': 8000}\n"
    assert await process.wait() == 0, "it ends in order beside a parent that lives on, as at every Ctrl-C"
    assert "vigie_timers_healed" in _counters(tmp_path)


def _counters(folder: Path) -> str:
    return " ".join(file.read_text("utf-8", "replace") for file in folder.glob("counter_*.db"))


async def test_a_worker_that_cannot_be_started_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    tries = asyncio.Semaphore(0)

    def no_file_left(*command: str, **more: object) -> None:
        tries.release()
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(subprocess, "Popen", no_file_left)
    monkeypatch.setattr(child, "START_AGAIN", (0.0, 0.0))
    watching = asyncio.create_task(serving._watch(child.Child()))
    async with asyncio.timeout(5):
        for _ in range(3):
            await tries.acquire()
    assert not watching.done()
    watching.cancel()


def test_a_worker_started_ahead_ends_with_a_parent_that_found_something_against_starting(tmp_path: Path) -> None:
    ahead = child.Child()
    ahead.start()
    assert ahead._process
    assert ahead._process.stdin
    ahead._process.stdin.close()
    assert ahead.wait() == 0
    assert not list(tmp_path.iterdir())


def test_serving_where_somebody_serves_leaves_no_worker_behind(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        given = {"VIGIE_DATA_DIR": str(tmp_path / "var"), "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [sys.executable, "-m", "bot", "serve", "--port", str(taken.getsockname()[1])],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], **given},  # noqa: TID251 (a process of its own)
            capture_output=True,  # a worker that lived on would hold these open, and this would never return
            timeout=60,
            check=False,
        )
    assert (done.returncode, b"Cannot listen" in done.stderr) == (2, True)
    assert not (tmp_path / "var").exists()
