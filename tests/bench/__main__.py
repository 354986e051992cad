"""``python -m tests.bench [scenario ...]``: what Vigie does on this machine, against what it should."""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import psutil  # type: ignore[import-untyped]
import typer
from rich.console import Console

from bot.clock import SystemClock
from tests.bench import (
    burst,
    database,
    duty,
    figures,
    fresh,
    idle,
    killed,
    listening,
    paging,
    paging_due,
    paging_killed,
    places,
    reading,
    slack,
    slack_doubts,
    slack_storm,
    start,
    telegram,
    telephone,
    waiting,
)
from tests.bench.figures import Figure
from tests.bench.neighbours import Neighbours
from tests.bench.rig import ROOT, Rig

SCENARIOS: dict[str, Callable[[Rig], list[Figure]]] = {
    module.NAME: module.run
    for module in (
        idle,
        burst,
        slack,
        slack_storm,
        slack_doubts,
        telegram,
        waiting,
        killed,
        paging,
        paging_due,
        paging_killed,
        database,
        start,
        duty,
        places,
        reading,
        listening,
        telephone,
        fresh,
    )
}
ON_DEMAND = {fresh.NAME}
WITHOUT_MODEL = {duty.NAME, fresh.NAME, listening.NAME, paging_killed.NAME, places.NAME}


def main(
    scenarios: Annotated[
        list[str] | None, typer.Argument(help=f"Which ones: {', '.join(SCENARIOS)} (default: all but fresh).")
    ] = None,
    json: Annotated[Path | None, typer.Option(help="Where the figures go (default var/bench-<date>.json).")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Fewer of everything: does it run, not how fast.")] = False,
    cache: Annotated[Path, typer.Option(help="Data folder whose trained model is used.")] = ROOT / "var" / "bench",
    keep: Annotated[bool, typer.Option("--keep", help="Leave the temporary folder (logs, databases).")] = False,
) -> None:
    """Measure; the exit code is 1 when a target is missed."""
    wanted = scenarios or [name for name in SCENARIOS if name not in ON_DEMAND]
    if unknown := [name for name in wanted if name not in SCENARIOS]:
        raise typer.BadParameter(f"unknown: {', '.join(unknown)}; there are {', '.join(SCENARIOS)}")
    console = Console(stderr=True)
    folder = Path(tempfile.mkdtemp(prefix="vigie-bench-"))
    machine = _machine(quick)
    found: list[Figure] = []
    try:
        rig = Rig(folder, cache.absolute(), quick, console)
        if set(wanted) - WITHOUT_MODEL:
            rig.prepare_model()
        for name in wanted:
            measured = _measured(rig, name)
            figures.show(console, measured)
            found += measured
    finally:
        if keep:
            console.print(f"kept: {folder}", highlight=False)
        else:
            shutil.rmtree(folder, ignore_errors=True)
    target = json or ROOT / "var" / f"bench-{SystemClock().now():%Y-%m-%d-%H%M}.json"
    figures.write(target, machine, found)
    figures.show(Console(), found)
    console.print(f"written: {target}", highlight=False)
    if any(figure.met is False for figure in found):
        raise typer.Exit(1)


def _measured(rig: Rig, name: str) -> list[Figure]:
    """A scenario's figures; one that fails is a missed target, the others still run."""
    with Neighbours(rig.folder) as neighbours:
        try:
            measured = SCENARIOS[name](rig)
        except Exception as error:  # noqa: BLE001 (whatever it was, the other scenarios are still worth running)
            rig.console.print_exception(max_frames=6)
            measured = [Figure(name, f"ended with {type(error).__name__}: {str(error)[:200]}", 1, "", 0)]
    return [*measured, Figure(name, "cores taken by other programs meanwhile", neighbours.share(), "%")]


def _machine(quick: bool) -> dict[str, Any]:
    """What the figures depend on, in general words: no name of a host, no path."""
    return {
        "date": SystemClock().now().isoformat(timespec="seconds"),
        "quick": quick,
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "python": platform.python_version(),
        "system": platform.system(),
    }


if __name__ == "__main__":
    typer.run(main)
