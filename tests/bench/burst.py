"""Everybody at once: 300 reports in two seconds, one in ten of them about danger."""

from __future__ import annotations

import time
from contextlib import closing

from tests.bench.client import Client, Receipt, spread
from tests.bench.figures import Figure, percentile, worst
from tests.bench.probe import Probe
from tests.bench.rig import Rig
from tests.bench.vigie import PRACTISED, running
from tests.bench.words import reports

NAME = "burst"
CRITICAL_EVERY = 10
RANG = """
    SELECT report.reference, extract(epoch FROM min(call.rang_at))
    FROM report
    JOIN page ON page.incident_id = report.incident_id
    JOIN console_call AS call ON call.page_id = page.id
    WHERE report.reference = ANY(%s)
    GROUP BY report.reference
"""


def run(rig: Rig) -> list[Figure]:
    """Telephones first, cards behind, nothing refused."""
    count = rig.size(300, 100)
    bodies = reports(count, seed=23, first_place=0, critical_every=CRITICAL_EVERY)
    with (
        running(rig, NAME) as vigie,
        closing(Probe(vigie.database_url())) as probe,
        Client(vigie.base_url) as client,
    ):
        probe.cards_of(client.post(reports(1, seed=1, first_place=count)[0]).reference, time.perf_counter())
        probe.wait_idle()
        time.sleep(PRACTISED)
        with rig.steps(f"{NAME}: reports", count) as step:
            begun = time.perf_counter()
            outcomes = spread(bodies, count / 150, lambda index, report: client.post(report), step)
        rig.say(f"{NAME}: waiting for every card")
        delivered = probe.wait_delivered(within=120) - begun
        kept = [one for one in outcomes if isinstance(one, Receipt)]
        dangers = [one for one in outcomes[::CRITICAL_EVERY] if isinstance(one, Receipt)]
        rang = {reference: float(at) for reference, at in probe.rows(RANG, [one.reference for one in dangers])}
    return [
        Figure(NAME, "requests without a 2xx answer", len(outcomes) - len(kept), "", 0),
        Figure(NAME, "critical reports without a page", len(dangers) - len(rang), "", 0),
        Figure(NAME, "first critical request → first page rings", _first_page(dangers, rang), "s", 1),
        Figure(NAME, "first request → all cards of minute 0", delivered, "s", 20),
        Figure(NAME, "critical request → its page, p50", percentile(_waits(dangers, rang), 0.5), "s"),
        Figure(NAME, "critical request → its page, worst", worst(_waits(dangers, rang)), "s"),
        Figure(NAME, "request → answer, p50", percentile([one.seconds * 1000 for one in kept], 0.5), "ms"),
        Figure(NAME, "request → answer, p99", percentile([one.seconds * 1000 for one in kept], 0.99), "ms"),
    ]


def _first_page(dangers: list[Receipt], rang: dict[str, float]) -> float:
    return min(rang.values(), default=float("inf")) - min(one.sent_at for one in dangers)


def _waits(dangers: list[Receipt], rang: dict[str, float]) -> list[float]:
    return [rang[one.reference] - one.sent_at for one in dangers if one.reference in rang]
