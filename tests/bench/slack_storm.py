"""Three hundred alerts at once for six Slack channels: the last card, the order, Slack's rates, clicks meanwhile."""

from __future__ import annotations

import random
import time
from contextlib import closing

from tests.bench.alerts import SIX, TAKEN, breaches, reports_for
from tests.bench.client import Client, Receipt, spread
from tests.bench.figures import Figure, worst
from tests.bench.probe import Probe
from tests.bench.rig import Rig, until
from tests.bench.rooms import SlackRooms, opened, pause_until
from tests.bench.vigie import running
from tests.bench.words import reports

NAME = "slack-storm"
# Cards of minute 0 in Slack: their incident's severity, when they were due, when they stood there.
CARDS = """
    WITH card AS (
        SELECT thread.channel, thread.sent_at, incident.severity = 'critique' AS grave,
               (SELECT min(greatest(dispatch.due_at, incident.opened_at)) FROM dispatch
                WHERE dispatch.incident_id = incident.id AND dispatch.channel = thread.channel
                  AND dispatch.due_at <= incident.opened_at + interval '1 second') AS due_at
        FROM thread JOIN incident ON incident.id = thread.incident_id
        WHERE thread.channel LIKE 'slack:%%' AND incident.opened_at >= to_timestamp(%s)
    )
"""
LAST = CARDS + "SELECT extract(epoch FROM max(sent_at)), count(*) FROM card WHERE due_at IS NOT NULL"
WAITING = CARDS + "SELECT count(*) FROM card WHERE due_at IS NOT NULL AND sent_at IS NULL"
GRAVE = CARDS + "SELECT extract(epoch FROM sent_at - due_at) FROM card WHERE grave AND due_at IS NOT NULL"
# Ordinary cards that were posted while a critical one of the same channel had waited for more than three seconds.
INVERSIONS = (
    CARDS
    + """
    SELECT count(*) FROM card AS g JOIN card AS o ON o.channel = g.channel AND g.grave AND NOT o.grave
    WHERE o.sent_at BETWEEN g.due_at + interval '3 seconds' AND g.sent_at
"""
)


def run(rig: Rig) -> list[Figure]:
    """Fifty for each channel; the workspace notes every breach of its rates."""
    with (
        opened(SlackRooms(), rig.folder, SIX) as rooms,
        running(rig, NAME, settings=rooms.settings) as vigie,
        closing(Probe(vigie.database_url())) as probe,
        Client(vigie.base_url) as client,
    ):
        rooms.listen_at(vigie.base_url)
        return [*_storm(rig, rooms, client, probe), breaches(rig, NAME, rooms)]


def _storm(rig: Rig, rooms: SlackRooms, client: Client, probe: Probe) -> list[Figure]:
    count = rig.size(300, 36)
    each = count // len(SIX)
    bodies = [body for service in SIX for body in reports_for((service,), each, seed=9, first_place=1000)]
    for body, elsewhere in zip(bodies, reports(count, seed=1, first_place=1000), strict=True):
        body["location"] = elsewhere["location"]
    random.Random(3).shuffle(bodies)
    with rig.steps(f"{NAME}: reports at once", count) as step:
        begun = time.time()
        outcomes = spread(bodies, 2.0, lambda index, report: client.post(report), step)
    kept = [one for one in outcomes if isinstance(one, Receipt)]
    answered = _clicked(rooms, 10)
    rig.say(f"{NAME}: waiting for every card")
    until(lambda: probe.number("SELECT count(*) FROM report WHERE state <> 'attached'") == 0, 400, "every incident")
    until(lambda: probe.number(WAITING, begun) == 0, 400, "every card", every=0.1)
    last, cards = probe.rows(LAST, begun)[0]
    grave = [float(row[0]) for row in probe.rows(GRAVE, begun)]
    return [
        Figure(NAME, "requests without a 2xx answer", len(outcomes) - len(kept), "", 0),
        Figure(NAME, "a click meanwhile → its answer, worst", worst(answered), "s", 3),
        Figure(NAME, "cards of minute 0", cards, ""),
        Figure(NAME, "first request → last of these cards", float(last) - begun, "s", 60),
        Figure(NAME, "critical incident → its card, worst", worst(grave), "s"),
        Figure(NAME, "ordinary cards before a waiting critical one", probe.number(INVERSIONS, begun), "", 0),
    ]


def _clicked(rooms: SlackRooms, count: int) -> list[float]:
    """Seconds until each of some people's clicks is answered, a second apart; Slack gives up after three."""
    waits: list[float] = []
    for card in [card for card in rooms.cards() if TAKEN not in card.words][-count:]:
        begun = time.perf_counter()
        rooms.click(card)
        waits.append(time.perf_counter() - begun)
        pause_until(begun + 1)
    return waits
