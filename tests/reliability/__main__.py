"""``python -m tests.reliability``: play every case on every platform and write docs/reliability.md."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

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


def main(
    words: Annotated[str, typer.Argument(help="Only cases with these words in their name; other rows stay.")] = "",
) -> None:
    """Play and write, row by row; the exit code is 1 when a case fails."""
    configure_logging("ERROR")
    chosen = [case for case in CASES if words in case.name]
    failed = asyncio.run(_play(Databases(ROOT / "var" / "tests"), chosen))
    names = ", ".join(PLATFORMS)
    typer.echo(f"{len(chosen)} cases on {names}: {failed} failed; written: {PAGE.relative_to(ROOT)}")
    if failed:
        raise typer.Exit(1)


async def _play(databases: Databases, chosen: Sequence[Case]) -> int:
    rows, failed = _written(), 0
    for case in chosen:
        cells = [await _cell(databases, case, name) for name in PLATFORMS]
        failed += sum("**" in cell for cell in cells)
        rows[case.name] = f"| {case.name} | {' | '.join(cells)} |"
        typer.echo(rows[case.name])
        _write(rows)
    return failed


def _written() -> dict[str, str]:
    """The page's rows by their case."""
    lines = PAGE.read_text(encoding="utf-8").splitlines() if PAGE.exists() else []
    return {line.split("|")[1].strip(): line for line in lines if line.startswith("| ")}


def _write(rows: Mapping[str, str]) -> None:
    """The page, its rows in the order of the cases."""
    head = [f"| what goes wrong | {' | '.join(PLATFORMS)} |", f"|---|{'---|' * len(PLATFORMS)}"]
    table = [*head, *(rows[case.name] for case in CASES if case.name in rows)]
    PAGE.write_text(HEAD + "\n".join(table) + "\n", encoding="utf-8")


async def _cell(databases: Databases, case: Case, platform: str) -> str:
    with databases.fresh() as url, tempfile.TemporaryDirectory() as folder:
        async with PLATFORMS[platform](url, Path(folder), silent=case.silent) as stage:
            try:
                return (await play(case, stage)).words()
            except AssertionError as failure:
                return f"**{str(failure).splitlines()[0] if str(failure) else 'failed'}**"


if __name__ == "__main__":
    typer.run(main)
