"""``kill -9`` at twenty random moments while citizens write: nothing lost, nothing missing, nothing twice."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any, LiteralString

from tests.bench.client import Client, Receipt, spread
from tests.bench.figures import Figure, worst
from tests.bench.probe import Probe
from tests.bench.rig import Rig, TooLate, until
from tests.bench.vigie import Vigie, running
from tests.bench.words import reports

NAME = "killed"
AHEAD = 12  # reports that may be kept beyond a moment of killing before it has happened
PATIENCE = 120.0
WHOM = ("the parent", "the worker", "both")
LOST = "SELECT count(*) FROM unnest(%s::text[]) AS given WHERE NOT EXISTS (SELECT FROM report WHERE reference = given)"
COUNTS: dict[str, LiteralString] = {
    "reports kept without an incident": "SELECT count(*) FROM report WHERE incident_id IS NULL",
    "dispatches due missing": """
        SELECT (SELECT count(*) FROM dispatch WHERE due_at < now() - interval '2 seconds'
                AND state IN ('planned', 'due'))
             + (SELECT count(*) FROM incident i WHERE NOT EXISTS (SELECT FROM dispatch WHERE incident_id = i.id))
             + (SELECT count(*) FROM dispatch d WHERE state = 'sent' AND NOT EXISTS (
                SELECT FROM console_post WHERE ref = 'card-' || d.incident_id || '-' || d.channel))
    """,
    "critical incidents without a page": """
        SELECT count(*) FROM incident i WHERE severity = 'critique'
        AND NOT EXISTS (SELECT FROM console_call JOIN page ON page.id = page_id WHERE page.incident_id = i.id)
    """,
    "duplicate cards": """
        SELECT coalesce(sum(cards - 1), 0) FROM (SELECT count(*) AS cards FROM console_post WHERE root_id IS NULL
        GROUP BY incident_id, channel) AS each
    """,
}


class Gate:
    """Citizens wait here so that every killing happens among the reports, not after them."""

    def __init__(self, moments: list[int]) -> None:
        self._moments = moments
        self._kept = 0
        self._changed = threading.Condition()

    def kept(self) -> None:
        """One more report was kept."""
        with self._changed:
            self._kept += 1
            self._changed.notify_all()

    def wait_moment(self) -> None:
        """Until as many reports are kept as the next killing waits for."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._kept >= self._moments[0], PATIENCE):
                raise TooLate(f"only {self._kept} reports kept, {self._moments[0]} awaited")

    def happened(self) -> None:
        """The next killing is over."""
        with self._changed:
            self._moments.pop(0)
            self._changed.notify_all()

    def enter(self, index: int) -> None:
        """Until report ``index`` may be sent."""
        with self._changed:
            self._changed.wait_for(lambda: not self._moments or index < self._moments[0] + AHEAD)


def run(rig: Rig) -> list[Figure]:
    """The parent, the worker or both are killed; the bench starts the parent again, the parent its worker."""
    count, kills = rig.size(500, 100), rig.size(20, 5)
    drawn = random.Random(47)
    gate = Gate(sorted(drawn.sample(range(5, count - AHEAD), kills)))
    bodies = reports(count, seed=47, first_place=0, critical_every=10)
    with running(rig, NAME) as vigie, Client(vigie.base_url) as client:
        with rig.steps(f"{NAME}: reports kept ({kills} kills)", count) as step:
            killer = _Killer(vigie, gate, drawn, kills)
            killer.start()
            outcomes = spread(bodies, 0.0, _citizen(client, gate), step)
            killer.join()
        rig.say(f"{NAME}: waiting for every card")
        begun = time.perf_counter()
        with closing(Probe(vigie.database_url())) as probe:
            settled = _settled(probe, count, begun)
            figures = _counted(probe, outcomes, count)
    return [
        *(Figure(NAME, f"kill -9 of {whom}", killer.done.count(whom), "") for whom in WHOM),
        Figure(NAME, "kills that did not happen", kills - sum(map(killer.done.count, WHOM)), "", 0),
        *figures,
        Figure(NAME, "last report kept → everything delivered", settled, "s"),
    ]


def _citizen(client: Client, gate: Gate) -> Callable[[int, dict[str, Any]], Receipt]:
    def send(index: int, report: dict[str, Any]) -> Receipt:
        gate.enter(index)
        receipt = client.post_until_kept(report, f"{NAME}-{index}", patience=PATIENCE)
        gate.kept()
        return receipt

    return send


def _settled(probe: Probe, count: int, begun: float) -> float:
    try:
        return probe.wait_delivered(within=PATIENCE, expected=count) - begun
    except TooLate:
        return float("inf")  # the counts say what is missing


def _counted(probe: Probe, outcomes: list[Receipt | Exception], count: int) -> list[Figure]:
    kept = [one for one in outcomes if isinstance(one, Receipt)]
    lost = probe.number(LOST, [one.reference for one in kept])
    incidents = probe.number("SELECT count(*) FROM incident")
    twice = probe.number("SELECT count(*) FROM report") - len(kept)
    return [
        Figure(NAME, "reports never kept", len(outcomes) - len(kept), "", 0),
        Figure(NAME, "reports lost after a 2xx answer", lost, "", 0),
        Figure(NAME, "reports kept twice", twice, "", 0),
        Figure(NAME, f"incidents too many (of {incidents:.0f})", max(0.0, incidents - count), "", 0),
        Figure(NAME, "incidents too few", max(0.0, count - incidents), "", 0),
        *(Figure(NAME, name, probe.number(query), "", 0) for name, query in COUNTS.items()),
        Figure(NAME, "longest until a citizen got an answer", worst([one.seconds for one in kept]), "s"),
    ]


class _Killer(threading.Thread):
    """Kills at every moment of the gate; three times in four only once a card shows that the worker works again."""

    def __init__(self, vigie: Vigie, gate: Gate, drawn: random.Random, kills: int) -> None:
        super().__init__(name="killer", daemon=True)
        self._vigie, self._gate, self._drawn, self._kills = vigie, gate, drawn, kills
        self.done: list[str] = []

    def run(self) -> None:
        """Until all moments are over; whatever fails, the citizens are let through."""
        with closing(Probe(self._vigie.database_url())) as probe:
            try:
                for _ in range(self._kills):
                    self._gate.wait_moment()
                    if self._drawn.random() < 0.75:
                        self._wait_card(probe)
                    time.sleep(self._drawn.random() * 0.5)  # the moment is random, not a condition
                    self._kill(self._drawn.choice(WHOM))
                    self._gate.happened()
            finally:
                while len(self.done) < self._kills:
                    self.done.append("none")
                    self._gate.happened()

    def _wait_card(self, probe: Probe) -> None:
        query: LiteralString = "SELECT coalesce(max(id), 0) FROM console_post WHERE root_id IS NULL"
        before = probe.number(query)
        until(lambda: probe.number(query) > before or not probe.outstanding(), PATIENCE, "a card between two kills")

    def _kill(self, whom: str) -> None:
        self._vigie.kill(parent=whom != "the worker", worker=whom != "the parent")
        self.done.append(whom)
        if whom != "the worker":
            self._vigie.start()
