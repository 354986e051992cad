"""``kill -9`` two hundred times while people are called: nobody is forgotten, hardly anybody is called twice."""

from __future__ import annotations

import random
import time
from collections import Counter
from contextlib import closing
from typing import LiteralString

from routing.catalogue import loader
from tests.bench import hands
from tests.bench.figures import Figure, worst
from tests.bench.paging_due import ESCALATIONS
from tests.bench.probe import Probe
from tests.bench.provider import PLAN, account, provider
from tests.bench.rig import Rig, until
from tests.bench.vigie import running

NAME = "paging-killed"
AT_ONCE = 2  # incidents for each killing
LONGEST_LIFE = 0.8  # seconds of a worker
UNPAGED: LiteralString = """
    SELECT count(*) FROM incident WHERE NOT EXISTS (
        SELECT FROM page WHERE incident_id = incident.id AND sent_at IS NOT NULL)
"""
LOST: LiteralString = """
    SELECT count(*) FROM page WHERE attempts = 0 AND joined_id IS NULL AND state <> 'cancelled'
    AND due_at < now() - interval '15 seconds'
"""


def run(rig: Rig) -> list[Figure]:
    """The web process stays, for what the provider tells; workers come and go."""
    kills = rig.size(200, 10)
    services = tuple(sorted(loader.load(loader.FOLDER).services))  # each has a person of its own to be called
    with provider(ends_after=0.3) as (state, address):
        settings = account(rig.folder, address, PLAN, services)
        with (
            running(rig, NAME, settings=settings, command="web") as vigie,
            closing(Probe(vigie.database_url())) as probe,
        ):
            state.base = vigie.base_url
            _kill(rig, vigie.database_url(), vigie.base_url, settings, probe, kills, services)
            last = hands.start(vigie.database_url(), rig.folder / "hands", vigie.base_url, settings)
            try:
                until(
                    lambda: not probe.number(UNPAGED) and not probe.number(LOST), 180, "every page attempted", every=0.5
                )
            finally:
                last.kill()
                last.join()
            unpaged, lost = probe.number(UNPAGED), probe.number(LOST)
    times = Counter(page for _, page, _ in state.calls)
    return [
        Figure(NAME, f"incidents nobody was called for ({kills} × kill -9)", unpaged, "", 0),
        Figure(NAME, "pages never attempted", lost, "", 0),
        Figure(NAME, "calls or messages of one page at most", worst(list(map(float, times.values()))), "", 2),
        Figure(NAME, f"pages carried more than once (of {len(times)})", sum(n > 1 for n in times.values()), ""),
    ]


def _kill(
    rig: Rig,
    url: str,
    base_url: str,
    settings: dict[str, str],
    probe: Probe,
    kills: int,
    services: tuple[str, ...],
) -> None:
    drawn = random.Random(83)
    with rig.steps(f"{NAME}: kills", kills) as step:
        for number in range(kills):
            worker = hands.start(url, rig.folder / "hands", base_url, settings)
            due = {"prefix": f"IN-K{number}-", "service": drawn.choice(services), "wait": 0, "many": AT_ONCE}
            probe.connection.execute(ESCALATIONS, due)
            time.sleep(drawn.random() * LONGEST_LIFE)  # the moment is random, not a condition
            worker.kill()
            worker.join()
            step()
