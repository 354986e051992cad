"""PostgreSQL goes away for three seconds while citizens write, and comes back: nobody touches Vigie."""

from __future__ import annotations

import threading
import time
from contextlib import closing
from typing import Any

from tests.bench.client import Client, Receipt, spread
from tests.bench.figures import Figure, worst
from tests.bench.postgres import GivenPostgres
from tests.bench.probe import Probe
from tests.bench.rig import Rig, TooLate
from tests.bench.vigie import running
from tests.bench.words import reports

NAME = "database"
RATE = 20.0  # reports a second
AWAY = 3.0
PATIENCE = 90.0

# No two are at one place; a message of two matters is two reports.
WITHOUT_ITS_OWN = "SELECT (SELECT count(*) FROM incident) - (SELECT count(*) FROM report)"
TWICE = "SELECT count(*) - count(DISTINCT (address, text)) FROM report"


def run(rig: Rig) -> list[Figure]:
    """A given database, as a city's: Vigie neither stops nor starts it."""
    folder = rig.folder / f"{NAME}-server"
    folder.mkdir()
    with closing(GivenPostgres(folder)) as server, running(rig, NAME, server.url) as vigie:
        count = rig.size(150, 60)
        worker = vigie.worker()
        with Client(vigie.base_url) as client:
            outage = _Outage(server, after=count / RATE / 3)

            def send(index: int, report: dict[str, Any]) -> Receipt:
                return client.post_until_kept(report, f"{NAME}-{index}", patience=PATIENCE)

            with rig.steps(f"{NAME}: reports", count) as step:
                outage.start()
                bodies = reports(count, seed=59, first_place=0, critical_every=10)
                outcomes = spread(bodies, count / RATE, send, step)
                outage.join()
        rig.say(f"{NAME}: waiting for every card")
        with closing(Probe(server.url)) as probe:
            try:
                delivered = probe.wait_delivered(within=PATIENCE, expected=count) - outage.back_at
            except TooLate:
                delivered = float("inf")
            missing = probe.outstanding()
            extra, twice = (abs(probe.number(query)) for query in (WITHOUT_ITS_OWN, TWICE))
        now = vigie.worker()
        same_worker = now is not None and worker is not None and now.pid == worker.pid
        ended = 0 if vigie.alive() else 1
    kept = [one for one in outcomes if isinstance(one, Receipt)]
    return [
        Figure(NAME, "PostgreSQL was away", outage.back_at - outage.gone_at, "s"),
        Figure(NAME, "reports never kept", count - len(kept), "", 0),
        Figure(NAME, "PostgreSQL's return → everything delivered", delivered, "s", 15),
        Figure(NAME, "still outstanding", missing, "", 0),
        Figure(NAME, "reports kept twice", twice, "", 0),
        Figure(NAME, "incidents too many or too few", extra, "", 0),
        Figure(NAME, "parent process ended", ended, "", 0),
        Figure(NAME, "worker process started again", 0 if same_worker else 1, ""),
        Figure(NAME, "reports that were sent again", sum(one.tries > 1 for one in kept), ""),
        Figure(NAME, "longest until a citizen got an answer", worst([one.seconds for one in kept]), "s"),
    ]


class _Outage(threading.Thread):
    """Stops the server once, for a while."""

    def __init__(self, server: GivenPostgres, after: float) -> None:
        super().__init__(name="outage", daemon=True)
        self._server, self._after = server, after
        self.gone_at = self.back_at = float("nan")

    def run(self) -> None:
        """Away, and back."""
        time.sleep(self._after)  # in the middle of the reports
        self._server.stop()
        self.gone_at = time.perf_counter()
        time.sleep(AWAY)
        self._server.start()
        self.back_at = time.perf_counter()
