"""What every scenario stands on: a folder of its own, the trained model, progress, and waiting on conditions."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

ROOT = Path(__file__).resolve().parent.parent.parent
FOREIGN = ("VIGIE_", "PROMETHEUS_MULTIPROC_DIR", "PYTHON")

Found = TypeVar("Found")


class TooLate(Exception):
    """What was waited for did not come."""


def until(look: Callable[[], Found | None], within: float, what: str, *, every: float = 0.01) -> Found:
    """The first true answer of ``look``. Raises TooLate after ``within`` seconds."""
    end = time.monotonic() + within
    while not (found := look()):
        if time.monotonic() > end:
            raise TooLate(f"{what}: not within {within:.0f} s")
        time.sleep(every)
    return found


def environment(**given: str) -> dict[str, str]:
    """This process's environment without the settings of Python or of some other Vigie, and with those given."""
    inherited = os.environ.items()  # noqa: TID251 (other programs are started here, PATH and proxies must reach them)
    kept = {key: value for key, value in inherited if not key.startswith(FOREIGN)}
    return {**kept, **given}


@dataclass(frozen=True, slots=True)
class Rig:
    """``folder`` is temporary; ``cache`` is a data folder whose ``models`` outlive the run."""

    folder: Path
    cache: Path
    quick: bool
    console: Console

    def size(self, full: int, quick: int) -> int:
        """How many: fewer with --quick."""
        return quick if self.quick else full

    def say(self, text: str) -> None:
        """One line for whoever waits."""
        self.console.print(text, style="dim", highlight=False)

    @contextmanager
    def steps(self, title: str, total: int) -> Iterator[Callable[[], None]]:
        """A bar of ``total`` steps; the function yielded advances it by one."""
        if not self.console.is_terminal:
            self.say(f"{title}: {total}")
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self.console) as bar:
            task = bar.add_task(title, total=total)
            yield lambda: bar.advance(task)

    def environment(self, folder: Path, **given: str) -> dict[str, str]:
        """What a Vigie of this tree sees, its data in ``folder``.

        Compiled Python is kept in the cache: an installation by pip holds it, one by other means may not, and compiling
        some hundred modules at every start would be measured.
        """
        compiled = str(self.cache / "bytecode")
        return environment(PYTHONPATH=str(ROOT), PYTHONPYCACHEPREFIX=compiled, VIGIE_DATA_DIR=str(folder), **given)

    def prepare_model(self) -> None:
        """Train once what every scenario shares; instant when the cache holds it."""
        self.say("understanding: looking for the trained model (it is trained now if the examples have changed)")
        command = [sys.executable, "-m", "bot", "nlp", "prepare"]
        subprocess.run(command, check=True, cwd=self.folder, env=self.environment(self.cache))
