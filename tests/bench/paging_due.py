"""Thousands of escalations fall due in one second: how long until the last one is evaluated."""

from __future__ import annotations

import time
from contextlib import closing
from typing import LiteralString

from tests.bench.figures import Figure
from tests.bench.probe import Probe
from tests.bench.provider import account, provider
from tests.bench.rig import Rig, until
from tests.bench.vigie import running

NAME = "paging-due"
WAIT = 5  # seconds until they are due
# Incidents of a service that nobody has taken, of which the first level is due {wait} seconds from now.
ESCALATIONS: LiteralString = """
    WITH made AS (
        INSERT INTO incident (reference, state, severity, lead, opened_at, excerpt, reports, decision, confidence,
            candidates, weighed, communes, notes, version, policy_service, escalation_started_at, level, round)
        SELECT %(prefix)s || n, 'open', 'critique', 'voirie', now(), 'banc', 1, 'route', 1, '[]', '[]', '[]', '[]', 1,
            %(service)s, now() + %(wait)s * interval '1 second', 0, 1
        FROM generate_series(1, %(many)s) AS n RETURNING id, escalation_started_at AS due)
    INSERT INTO timer (verb, subject_id, due_at, next_at, priority, attempts)
    SELECT 'escalate', id, due, due, 80, 0 FROM made
"""
UNEVALUATED: LiteralString = "SELECT count(*) FROM incident WHERE reference LIKE 'IN-B%' AND level = 0 AND round = 1"
RUNG: LiteralString = "SELECT count(*) FROM page WHERE sent_at IS NOT NULL"


def run(rig: Rig) -> list[Figure]:
    """By the console's panel, which asks nobody: what is measured is the evaluation."""
    many = rig.size(6000, 300)
    with (
        provider() as (_, address),
        running(rig, NAME, settings=account(rig.folder, address, [])) as vigie,
        closing(Probe(vigie.database_url())) as probe,
    ):
        probe.connection.execute(ESCALATIONS, {"prefix": "IN-B", "service": "voirie", "wait": WAIT, "many": many})
        time.sleep(WAIT)
        begun = time.perf_counter()
        rig.say(f"{NAME}: {many} escalations due at once")
        until(lambda: not probe.number(UNEVALUATED), 90, "every escalation evaluated", every=0.1)
        evaluated = time.perf_counter() - begun
        rung = probe.number(RUNG)
    return [
        Figure(NAME, f"{many} escalations due in one second → all evaluated", evaluated, "s", 10),
        Figure(NAME, "telephones of the panel that ring by then", rung, ""),
    ]
