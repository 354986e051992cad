"""``python -m tests.reliability``: play every case on every platform and write docs/reliability.md."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import typer

from bot.observability import configure_logging
from tests.databases import ROOT, Databases
from tests.reliability.cases import CASES, Case
from tests.reliability.platforms import PLATFORMS
from tests.reliability.play import play

PAGE = ROOT / "docs" / "reliability.md"
HEAD = """# What happens when something breaks

Written by `python -m tests.reliability`, which plays each line on a city with a strict stand-in for the provider: a
report, its card, a click that takes it. Every alert must end as exactly one current card in the service's channel, the
click said once under it, or in the room with an alarm (on `/salle`, and a line in the incident's threads) within ten
seconds. Two minutes later everything is looked at again. Seconds are those of the driven clock: what the product waits,
not what a machine takes. A provider's published rates are kept throughout; a breach fails the case. The tests
play each of these cases on one of the platforms in turn.

"""


def main() -> None:
    """Play and write; the exit code is 1 when a case fails."""
    configure_logging("ERROR")
    rows, failed = asyncio.run(_play_all(Databases(ROOT / "var" / "tests")))
    names = list(PLATFORMS)
    table = [f"| what goes wrong | {' | '.join(names)} |", f"|---|{'---|' * len(names)}", *rows]
    PAGE.write_text(HEAD + "\n".join(table) + "\n", encoding="utf-8")
    typer.echo(f"{len(CASES)} cases on {', '.join(names)}: {failed} failed; written: {PAGE.relative_to(ROOT)}")
    if failed:
        raise typer.Exit(1)


async def _play_all(databases: Databases) -> tuple[list[str], int]:
    rows, failed = [], 0
    for case in CASES:
        cells = [await _cell(databases, case, name) for name in PLATFORMS]
        failed += sum("**" in cell for cell in cells)
        rows.append(f"| {case.name} | {' | '.join(cells)} |")
        typer.echo(rows[-1])
    return rows, failed


async def _cell(databases: Databases, case: Case, platform: str) -> str:
    with databases.fresh() as url, tempfile.TemporaryDirectory() as folder:
        async with PLATFORMS[platform](url, Path(folder), silent=case.silent) as stage:
            try:
                return (await play(case, stage)).words()
            except AssertionError as failure:
                return f"**{str(failure).splitlines()[0] if str(failure) else 'failed'}**"


if __name__ == "__main__":
    typer.run(main)
