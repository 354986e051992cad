"""``python -m tests.calls``: walk every scripted call, deliver a thousand webhooks thrice, write docs/calls.md."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from tests.acceptance.connected import with_twilio
from tests.calls.replay import replay
from tests.calls.report import page, table
from tests.calls.script import Ended, scripts, teach, walk
from tests.city import founded
from tests.clock import DrivenClock
from tests.databases import ROOT, Databases
from tests.standins.twilio.account import TwilioStandIn
from tests.understood import Scripted

DOCUMENT = ROOT / "docs" / "calls.md"


async def all_calls(databases: Databases, folder: Path) -> list[Ended]:
    """Walk every script; each theme in a city of its own."""
    ended: list[Ended] = []
    for calls in scripts().values():
        means = Scripted()
        teach(means)
        with databases.fresh() as url:
            async with (
                TwilioStandIn(DrivenClock()) as twilio,
                founded(url, folder, means, settings=with_twilio(folder, twilio)) as city,
            ):
                ended += await walk(city, twilio, calls)
    return ended


async def measure(databases: Databases, citizens: int) -> tuple[str, list[str]]:
    """Everything, as the page, and what went otherwise than it should."""
    with tempfile.TemporaryDirectory() as folder:
        ended = await all_calls(databases, Path(folder))
        with databases.fresh() as url:
            again = await replay(url, Path(folder), citizens)
    problems = [f"{one.call.name}: {problem}" for one in ended for problem in one.problems]
    sys.stdout.write("\n".join([*problems, table(ended)]))
    return page(ended, again), problems


def main() -> None:
    """Read the command's arguments and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--citizens", type=int, default=1000, help="whose webhooks are delivered thrice and shuffled")
    given = parser.parse_args()
    written, problems = asyncio.run(measure(Databases(ROOT / "var" / "tests"), given.citizens))
    DOCUMENT.write_text(written, encoding="utf-8")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
