"""Departments in Slack: how soon a card stands there, how soon a click is seen, and three hundred alerts at once."""

from __future__ import annotations

import random
import time
from contextlib import closing
from typing import Any

from bot.school import EXAMPLES
from routing.catalogue import loader
from routing.domain.procedure import Catalogue, Procedure, Severity
from tests.bench.client import Client, Receipt, spread
from tests.bench.figures import Figure, percentile, worst
from tests.bench.probe import Probe
from tests.bench.rig import Rig, TooLate, until
from tests.bench.vigie import running
from tests.bench.words import reports
from tests.bench.workspace import EDIT, Workspace, pause_until, workspace

NAME = "slack"
SIX = ("voirie", "proprete", "dechets", "espaces-verts", "eau-assainissement", "securite")
REST = 1.6  # seconds between reports and clicks, so that no channel has to wait for its provider's rate
WARM_UP = 3
TAKEN = "Pris en charge par"
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
    """One after the other, then all at once; the workspace notes every breach of its rates."""
    with (
        workspace(rig.folder, SIX) as space,
        running(rig, NAME, settings=space.settings) as vigie,
        closing(Probe(vigie.database_url())) as probe,
        Client(vigie.base_url) as client,
    ):
        space.listen_at(vigie.base_url)
        found = _one_by_one(rig, space, client)
        found += _clicks(rig, space)
        found += _burst(rig, space, client, probe)
        mistakes = [*space.slack.rates.breaches, *space.slack.mistakes()]
        for words in mistakes[:5]:
            rig.say(words)
    return [*found, Figure(NAME, "breaches of Slack's rates, refused calls", len(mistakes), "", 0)]


def _one_by_one(rig: Rig, space: Workspace, client: Client) -> list[Figure]:
    """Reports that the model takes for something else stand in another channel, and are passed over."""
    count, waits, elsewhere = rig.size(60, 8), [], 0
    bodies = _reports(count + WARM_UP, seed=5, first_place=0, services=SIX[:5])
    with rig.steps(f"{NAME}: reports", count) as step:
        for index, body in enumerate(bodies):
            before, begun, moment = len(space.posted()), time.time(), time.perf_counter() + REST
            client.post(body)
            try:
                until(lambda before=before: len(space.posted()) > before, 8, "a card", every=0.002)  # type: ignore[misc]
            except TooLate:
                elsewhere += 1
            else:
                waits += [(space.posted()[before].at.timestamp() - begun) * 1000] if index >= WARM_UP else []
            step()
            pause_until(moment)
    return [
        Figure(NAME, "report → card at Slack, p50", percentile(waits, 0.5), "ms", 150),
        Figure(NAME, "report → card at Slack, p99", percentile(waits, 0.99), "ms", 600),
        Figure(NAME, "reports taken for something of another channel", elsewhere, ""),
    ]


def _clicks(rig: Rig, space: Workspace) -> list[Figure]:
    count, waits = rig.size(30, 5), []
    with rig.steps(f"{NAME}: clicks", count) as step:
        for card in space.cards()[:count]:
            begun, moment = time.time(), time.perf_counter() + REST
            reference = card.buttons() and next(e["value"] for _, e in card.elements())
            assert space.click(card).accepted
            until(lambda name=reference: _all_taken(space, name), 20, "current cards", every=0.005)  # type: ignore[misc]
            edits = [each for each in space.slack.journal.calls(EDIT) if reference in each.arguments["text"]]
            waits.append((edits[-1].at.timestamp() - begun) * 1000)
            step()
            pause_until(moment)
    return [
        Figure(NAME, "click → all cards current, p50", percentile(waits, 0.5), "ms"),
        Figure(NAME, "click → all cards current, p95", percentile(waits, 0.95), "ms", 1000),
    ]


def _all_taken(space: Workspace, reference: str) -> bool:
    return all(TAKEN in card.words for card in space.cards() if reference in card.text)


def _burst(rig: Rig, space: Workspace, client: Client, probe: Probe) -> list[Figure]:
    count = rig.size(300, 36)
    each = count // len(SIX)
    bodies = [body for service in SIX for body in _reports(each, seed=9, first_place=1000, services=(service,))]
    for number, body in enumerate(bodies):
        body["location"] = reports(1, seed=1, first_place=1000 + number)[0]["location"]
    random.Random(3).shuffle(bodies)
    with rig.steps(f"{NAME}: reports at once", count) as step:
        begun = time.time()
        outcomes = spread(bodies, 2.0, lambda index, report: client.post(report), step)
    kept = [one for one in outcomes if isinstance(one, Receipt)]
    rig.say(f"{NAME}: waiting for every card")
    until(lambda: probe.number("SELECT count(*) FROM report WHERE state <> 'attached'") == 0, 400, "every incident")
    until(lambda: probe.number(WAITING, begun) == 0, 400, "every card", every=0.1)
    last, cards = probe.rows(LAST, begun)[0]
    grave = [float(row[0]) for row in probe.rows(GRAVE, begun)]
    return [
        Figure(NAME, "300 at once: requests without a 2xx answer", len(outcomes) - len(kept), "", 0),
        Figure(NAME, "300 at once: cards of minute 0", cards, ""),
        Figure(NAME, "300 at once: first request → last of these cards", float(last) - begun, "s", 60),
        Figure(NAME, "300 at once: critical incident → its card, worst", worst(grave), "s"),
        Figure(
            NAME, "300 at once: ordinary cards before a waiting critical one", probe.number(INVERSIONS, begun), "", 0
        ),
    ]


def _reports(count: int, *, seed: int, first_place: int, services: tuple[str, ...]) -> list[dict[str, Any]]:
    """Reports whose first cards stand in the channel of one of these services, and in none other of the six."""
    catalogue = loader.load(loader.FOLDER)
    drawn = random.Random(seed)
    texts = [line for one in _alone(catalogue, services) for line in _examples(one)]
    bodies = reports(count, seed=seed, first_place=first_place)
    for body, words in zip(bodies, drawn.choices(texts, k=count), strict=True):
        body["text"] = words
    return bodies


def _alone(catalogue: Catalogue, services: tuple[str, ...]) -> list[Procedure]:
    def here(one: Procedure) -> set[str]:
        return {step.service for step in one.steps if not step.after} & set(SIX)

    found = [one for one in catalogue.procedures.values() if len(here(one)) == 1 and here(one) <= set(services)]
    ordinary = [one for one in found if one.severity is not Severity.CRITICAL]
    grave = [one for one in found if one.severity is Severity.CRITICAL]
    return [*ordinary, *grave[: len(ordinary)]]


def _examples(one: Procedure) -> list[str]:
    [file] = EXAMPLES.glob(f"*/{one.id}.txt")
    lines = (line.strip() for line in file.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if len(line) > 25 and not line.startswith("#")][:25]
