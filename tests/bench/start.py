"""Starting again: the model is trained, the database is there."""

from __future__ import annotations

import time
from contextlib import closing

from tests.bench.client import Client
from tests.bench.figures import Figure, worst
from tests.bench.probe import Probe
from tests.bench.rig import Rig
from tests.bench.vigie import running
from tests.bench.words import reports

NAME = "start"


def run(rig: Rig) -> list[Figure]:
    """Stopped as a service manager would, started again, until it says that it is ready (and is)."""
    pages: list[float] = []
    ready: list[float] = []
    cards: list[float] = []
    stops: list[float] = []
    rounds = rig.size(5, 2)
    with running(rig, NAME) as vigie, rig.steps(f"{NAME}: starts", rounds) as step:
        for number in range(rounds):
            begun = time.perf_counter()
            vigie.stop()
            stops.append(time.perf_counter() - begun)
            begun = vigie.start()
            vigie.wait_for("/salle")
            pages.append(time.perf_counter() - begun)
            vigie.wait_for("/readyz")
            ready.append(time.perf_counter() - begun)
            with Client(vigie.base_url) as client, closing(Probe(vigie.database_url())) as probe:
                sent = time.perf_counter()
                receipt = client.post(reports(1, seed=number, first_place=number)[0])
                cards.append(probe.cards_of(receipt.reference, sent)[0])
                probe.wait_idle()
            step()
    return [
        Figure(NAME, f"second start → /readyz 200, worst of {rounds}", worst(ready), "s", 5),
        Figure(NAME, "second start → page open, worst", worst(pages), "s"),
        Figure(NAME, "/readyz 200 → card of a first report, worst", worst(cards), "s"),
        Figure(NAME, "SIGTERM → ended, worst", worst(stops), "s"),
    ]
