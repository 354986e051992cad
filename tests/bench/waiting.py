"""Ten thousand open incidents that nobody has taken: new reports, timers falling due, a restart, memory."""

from __future__ import annotations

import time
from contextlib import closing

from tests.bench import crowd
from tests.bench.client import Client
from tests.bench.figures import Figure, percentile, worst
from tests.bench.probe import Probe
from tests.bench.rig import Rig, TooLate, until
from tests.bench.vigie import Vigie, running
from tests.bench.words import reports

NAME = "waiting"
TEMPLATES = 100
CROWD_AT, MEASURED_AT, AGAIN_AT = 1_000, 100_000, 200_000  # first places of the copies, of the new reports
PATIENCE = 30.0
# Evenly over the window: ``random()`` twice in one query may be one and the same value, all the smallest after LIMIT.
CHOOSE_ESCALATIONS = """
    CREATE TEMPORARY TABLE awaited_escalation AS
    SELECT incident_id, now() + interval '1 second' * (1 + %(window)s * (row_number() OVER ()) / %(limit)s) AS due_at,
           (SELECT coalesce(max(id), 0) FROM page) AS after_page
    FROM (SELECT subject_id AS incident_id FROM timer JOIN new_incident ON new = subject_id
          WHERE verb = 'escalate' ORDER BY random() LIMIT %(limit)s) AS chosen
"""
CHOOSE_DELIVERIES = """
    CREATE TEMPORARY TABLE awaited_dispatch AS
    SELECT id, incident_id,
           now() + interval '1 second' * (1 + %(window)s * (row_number() OVER ()) / %(limit)s) AS due_at
    FROM (SELECT min(dispatch.id) AS id, incident_id FROM dispatch JOIN new_incident ON new = incident_id
          WHERE state = 'planned' AND incident_id IN (SELECT subject_id FROM timer WHERE verb = 'mobilise')
            AND incident_id NOT IN (SELECT incident_id FROM awaited_escalation)
          GROUP BY incident_id ORDER BY random() LIMIT %(limit)s) AS chosen
"""
SET_DISPATCHES = "UPDATE dispatch SET due_at = a.due_at FROM awaited_dispatch a WHERE a.id = dispatch.id"
SET_ESCALATIONS = """
    UPDATE incident SET escalation_started_at = a.due_at FROM awaited_escalation a
    WHERE incident.id = a.incident_id AND escalation_started_at > now()
"""
SET_TIMERS = """
    UPDATE timer SET due_at = a.due_at, next_at = a.due_at
    FROM (SELECT 'escalate' AS verb, incident_id, due_at FROM awaited_escalation
          UNION ALL SELECT 'mobilise', incident_id, due_at FROM awaited_dispatch) AS a
    WHERE timer.verb = a.verb AND timer.subject_id = a.incident_id
"""
RANG_LATE = """
    SELECT extract(epoch FROM min(rang_at) - a.due_at) FROM awaited_escalation a
    LEFT JOIN page ON page.incident_id = a.incident_id AND page.id > a.after_page
    LEFT JOIN console_call ON page_id = page.id
    GROUP BY a.incident_id, a.due_at
"""
SENT_LATE = """
    SELECT extract(epoch FROM coalesce(thread.sent_at, dispatch.sent_at) - a.due_at)
    FROM awaited_dispatch a JOIN dispatch USING (id)
    LEFT JOIN thread ON thread.incident_id = a.incident_id AND thread.channel = dispatch.channel
                    AND thread.sent_at >= a.due_at
    WHERE dispatch.state NOT IN ('skipped', 'cancelled')
"""


def run(rig: Rig) -> list[Figure]:
    """Real incidents are opened first and copied; the copies' timers lie ahead, some hundreds fall due meanwhile."""
    with running(rig, NAME) as vigie:
        figures = _crowded(rig, vigie)
        for name, database, target in (("Vigie and PostgreSQL", True, 3.0), ("Vigie alone", False, None)):
            rig.say(f"{NAME}: kill -9 of {name}, start again")
            figures.append(Figure(NAME, f"kill -9 of {name} → first card", _restart(vigie, database), "s", target))
            vigie.wait_for("/readyz")
            with closing(Probe(vigie.database_url())) as probe:
                probe.wait_idle(within=PATIENCE)
    return figures


def _crowded(rig: Rig, vigie: Vigie) -> list[Figure]:
    with closing(Probe(vigie.database_url())) as probe, Client(vigie.base_url) as client:
        _gather(rig, probe, client)
        count, window = rig.size(200, 60), float(rig.size(60, 20))
        _choose(probe, window, rig.size(300, 100), rig.size(100, 30))
        cards = _new_reports(rig, probe, client, count, window)
        pages, deliveries = _lateness(probe, RANG_LATE), _lateness(probe, SENT_LATE)
        begun = time.perf_counter()
        shown = client.http.get("/salle").status_code
        room = time.perf_counter() - begun
        memory = vigie.memory_mb()
        waiting = probe.number("SELECT count(*) FROM incident WHERE state = 'open'")
    parts = [Figure(NAME, f"memory of {name} (PSS)", size, "MiB") for name, size in memory.items()]
    return [
        Figure(NAME, "open incidents", waiting, ""),
        Figure(NAME, "request → card, p50", percentile(cards, 0.5) * 1000, "ms"),
        Figure(NAME, "request → card, p99", percentile(cards, 0.99) * 1000, "ms", 500),
        Figure(NAME, f"lateness of {len(pages)} escalations' pages, p50", percentile(pages, 0.5), "s"),
        Figure(NAME, "lateness of escalations' pages, worst", worst(pages), "s", 2),
        Figure(NAME, f"lateness of {len(deliveries)} planned dispatches, worst", worst(deliveries), "s", 2),
        Figure(NAME, f"/salle answers ({shown})", room * 1000, "ms"),
        *parts,
        Figure(NAME, "memory of the whole (PSS)", sum(memory.values()), "MiB", 600),
    ]


def _gather(rig: Rig, probe: Probe, client: Client) -> None:
    with rig.steps(f"{NAME}: real incidents to copy", TEMPLATES) as step:
        for report in reports(TEMPLATES, seed=31, first_place=0, critical_every=20):
            probe.cards_of(client.post(report).reference, time.perf_counter())
            step()
    probe.wait_delivered(within=PATIENCE)
    probe.wait_idle(within=PATIENCE)
    count = rig.size(10_000, 2_000)
    rig.say(f"{NAME}: copying them until {count} more wait")
    crowd.gather(probe.connection, count, CROWD_AT)
    probe.wait_delivered(within=PATIENCE)
    probe.wait_idle(within=PATIENCE)


def _choose(probe: Probe, window: float, escalations: int, deliveries: int) -> None:
    """Have that many of the copies' timers fall due, spread over the measure."""
    with probe.connection.transaction():
        probe.connection.execute(CHOOSE_ESCALATIONS, {"window": window, "limit": escalations})
        probe.connection.execute(CHOOSE_DELIVERIES, {"window": window, "limit": deliveries})
        probe.connection.execute(SET_DISPATCHES)
        probe.connection.execute(SET_ESCALATIONS)
        probe.connection.execute(SET_TIMERS)


def _new_reports(rig: Rig, probe: Probe, client: Client, count: int, window: float) -> list[float]:
    """Seconds until the card of each new report, sent evenly over the window."""
    found = []
    with rig.steps(f"{NAME}: new reports while timers fall due", count) as step:
        started = time.perf_counter()
        for index, report in enumerate(reports(count, seed=37, first_place=MEASURED_AT)):
            time.sleep(max(0.0, started + index * window / count - time.perf_counter()))
            begun = time.perf_counter()
            found.append(probe.cards_of(client.post(report).reference, begun)[0])
            step()
    return found


def _lateness(probe: Probe, query: str) -> list[float]:
    """Seconds each awaited thing was late; infinite for what never happened."""

    def look() -> list[float | None]:
        rows = probe.connection.execute(query.encode()).fetchall()
        return [None if late is None else float(late) for (late,) in rows]

    try:
        until(lambda: None not in look(), PATIENCE, "timers due in the window", every=0.1)
    except TooLate:
        return [float("inf") if late is None else late for late in look()]
    return [late for late in look() if late is not None]


def _restart(vigie: Vigie, database: bool) -> float:
    """Seconds from the process's start to the first card of a report posted as soon as the port answers."""
    vigie.kill(database=database)
    begun = vigie.start()
    vigie.wait_for("/healthz")
    with Client(vigie.base_url) as client, closing(Probe(vigie.database_url())) as probe:
        report = reports(1, seed=41 + database, first_place=AGAIN_AT + database)[0]
        return probe.cards_of(client.post(report).reference, begun, within=60)[0]
