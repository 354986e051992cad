"""People on duty are called by a provider on loopback: alone, behind a long queue, three hundred at once."""

from __future__ import annotations

import time
from contextlib import closing
from typing import Any, LiteralString

from routing.catalogue import loader
from tests.bench.client import Client, spread
from tests.bench.figures import Figure, percentile
from tests.bench.probe import Probe
from tests.bench.provider import PLAN, Provider, account, provider
from tests.bench.rig import Rig, until
from tests.bench.vigie import PRACTISED, running
from tests.bench.words import reports

NAME = "paging"
DUE: LiteralString = "SELECT extract(epoch FROM due_at) FROM page WHERE id = %s"
ROUTINE: LiteralString = """
    WITH told AS (
        INSERT INTO citizen_message (report_id, at, text, ref, state, attempts, choices)
        SELECT (SELECT min(id) FROM report WHERE contact IS NOT NULL), now(), 'essai ' || n, 'bench-' || n, 'pending',
            0, '[]' FROM generate_series(1, %s) AS n RETURNING id)
    INSERT INTO timer (verb, subject_id, due_at, next_at, priority, attempts)
    SELECT 'tell', id, now(), now(), 10, 0 FROM told
"""
WAITING: LiteralString = "SELECT count(*) FROM citizen_message WHERE state = 'pending'"
REACHED: LiteralString = "SELECT count(DISTINCT incident_id) FROM page WHERE sent_at IS NOT NULL"


def run(rig: Rig) -> list[Figure]:
    """Three pictures of one machine."""
    return [*_calls(rig), *_at_once(rig)]


def _calls(rig: Rig) -> list[Figure]:
    alone, queued = rig.size(40, 10), rig.size(5000, 300)
    with provider() as (state, address), running(rig, NAME, settings=account(rig.folder, address, PLAN)) as vigie:
        state.base = vigie.base_url
        bodies = reports(alone + 2, seed=71, first_place=0, critical_every=1)
        with closing(Probe(vigie.database_url())) as probe, Client(vigie.base_url) as client:
            with rig.steps(f"{NAME}: calls", alone) as step:
                late = []
                for body in bodies[: alone + 1]:
                    late.append(_one(probe, client, state, body))
                    step()
            client.post({"text": "un tag rue des Essais", "channel": "sms", "contact": "+33639980055"})
            probe.wait_idle(within=60)
            probe.connection.execute(ROUTINE, [queued])
            until(lambda: probe.number(WAITING) < queued - 5, 60, "the routine messages leave")
            begun = time.time()
            behind = _one(probe, client, state, bodies[-1])
            whole = state.calls[-1][0] - begun
            left = probe.number(WAITING)
    return [
        Figure(NAME, "commit → provider request, alone, p50", percentile(late[1:], 0.5), "s", 0.3),
        Figure(NAME, "commit → provider request, alone, p99", percentile(late[1:], 0.99), "s", 1),
        Figure(NAME, f"report → critical call behind {left:.0f} routine messages", whole, "s", 3),
        Figure(NAME, "of which commit → provider request", behind, "s"),
    ]


def _one(probe: Probe, client: Client, state: Provider, body: dict[str, Any]) -> float:
    """One critical report; seconds from its page's commit until the provider was asked."""
    before = len(state.calls)
    client.post(body)
    until(lambda: len(state.calls) > before, 60, "a call")
    at, page, sid = state.calls[-1]
    due = probe.number(DUE, page)
    state.end(sid, "completed")
    reference = str(probe.rows("SELECT reference FROM incident ORDER BY id DESC LIMIT 1")[0][0])
    client.http.post(f"/api/v1/incidents/{reference}/resolve", json={"by": "le banc"})
    return at - due


def _at_once(rig: Rig) -> list[Figure]:
    """Every service has a person of its own, so that few pages share a call."""
    count = rig.size(300, 40)
    bodies = reports(count, seed=73, first_place=1000, critical_every=1)
    services = tuple(sorted(loader.load(loader.FOLDER).services))
    with (
        provider() as (state, address),
        running(rig, f"{NAME}-at-once", settings=account(rig.folder, address, PLAN, services)) as vigie,
        closing(Probe(vigie.database_url())) as probe,
        Client(vigie.base_url) as client,
        rig.steps(f"{NAME}: reports", count) as step,
    ):
        time.sleep(PRACTISED)
        begun = time.time()
        spread(bodies, count / 150, lambda _, report: client.post(report), step)
        opened = "SELECT count(*) FROM report WHERE incident_id IS NULL"
        until(lambda: not probe.number(opened), 120, "every report is an incident", every=0.1)
        incidents = probe.number("SELECT count(*) FROM incident")
        until(lambda: probe.number(REACHED) == incidents, 120, "everybody called", every=0.1)
        ended = time.time()
    return [
        Figure(
            NAME, f"{count} critical reports in {count / 150:.0f} s → first call", state.calls[0][0] - begun, "s", 1
        ),
        Figure(NAME, f"→ somebody called for all {incidents:.0f} incidents", ended - begun, "s", 30),
        Figure(NAME, "of which calls and messages of their own", len(state.calls), ""),
    ]
