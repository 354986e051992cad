"""A worker that is there at once, to be killed two hundred times: forked from a process that has imported everything.

It is the worker of ``vigie worker`` on a real database and a real provider; only what understands citizens is left out.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Mapping
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import uvloop

from bot.bootstrap import build
from bot.observability import configure_logging
from bot.settings import Settings
from bot.worker import Worker, run_until_signalled
from routing.catalogue import loader

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload([__name__])
CATALOGUE = loader.load(loader.FOLDER)


def start(url: str, folder: Path, base_url: str, settings: Mapping[str, str]) -> BaseProcess:
    """A worker on the database at ``url``."""
    given = {key.removeprefix("VIGIE_").lower(): value for key, value in settings.items()}
    process = FORKS.Process(target=_work, args=(url, {**given, "data_dir": folder, "public_base_url": base_url}))
    process.start()
    return process


def _work(url: str, given: dict[str, Any]) -> None:
    configure_logging("ERROR")
    house = build(Settings(_env_file=None, **given), url, catalogue=CATALOGUE)  # type: ignore[call-arg]
    uvloop.run(run_until_signalled(Worker(house)))
