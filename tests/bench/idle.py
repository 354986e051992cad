"""One report after the other: how long until its card stands in the channel."""

from __future__ import annotations

import time
from contextlib import closing

from tests.bench.client import Client
from tests.bench.figures import Figure, percentile
from tests.bench.probe import Probe
from tests.bench.rig import Rig
from tests.bench.vigie import running
from tests.bench.words import reports

NAME = "idle"
WARM_UP = 5


def run(rig: Rig) -> list[Figure]:
    """Each report leaves when nothing of the one before is left to do."""
    count = rig.size(200, 50)
    first: list[float] = []
    every: list[float] = []
    answered: list[float] = []
    with (
        running(rig, NAME) as vigie,
        closing(Probe(vigie.database_url())) as probe,
        Client(vigie.base_url) as client,
        rig.steps(f"{NAME}: reports", count) as step,
    ):
        for index, report in enumerate(reports(WARM_UP + count, seed=11, first_place=0)):
            probe.wait_idle()
            begun = time.perf_counter()
            receipt = client.post(report)
            one, all_of_them = probe.cards_of(receipt.reference, begun)
            if index >= WARM_UP:
                first.append(one * 1000)
                every.append(all_of_them * 1000)
                answered.append(receipt.seconds * 1000)
                step()
    return [
        Figure(NAME, "request → card, p50", percentile(first, 0.5), "ms", 100),
        Figure(NAME, "request → card, p99", percentile(first, 0.99), "ms", 400),
        Figure(NAME, "request → all cards of minute 0, p50", percentile(every, 0.5), "ms"),
        Figure(NAME, "request → all cards of minute 0, p99", percentile(every, 0.99), "ms"),
        Figure(NAME, "request → answer, p50", percentile(answered, 0.5), "ms"),
        Figure(NAME, "request → answer, p99", percentile(answered, 0.99), "ms"),
    ]
