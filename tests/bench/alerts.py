"""Alerts one after the other, and clicks: how soon a card stands in its department's chat, how soon a click is seen."""

from __future__ import annotations

import random
import time
from functools import cache
from typing import Any

from bot.school import EXAMPLES
from routing.catalogue import loader
from routing.domain.procedure import Catalogue, Procedure, Severity
from tests.bench.client import Client
from tests.bench.figures import Figure, percentile
from tests.bench.rig import Rig, TooLate, until
from tests.bench.rooms import Rooms, opened, pause_until
from tests.bench.vigie import running
from tests.bench.words import reports

SIX = ("voirie", "proprete", "dechets", "espaces-verts", "eau-assainissement", "securite")
REST = 1.2  # seconds between reports and clicks, so that no channel has to wait for its provider's rate
WARM_UP = 3
TAKEN = "Pris en charge par"


def one_by_one(rig: Rig, name: str, rooms: Rooms) -> list[Figure]:
    """Reports, then clicks, each when nothing of the one before is left to do; the stand-in notes every breach."""
    with (
        opened(rooms, rig.folder, SIX),
        running(rig, name, settings=rooms.settings) as vigie,
        Client(vigie.base_url) as client,
    ):
        rooms.listen_at(vigie.base_url)
        found = _cards(rig, name, rooms, client) + _clicks(rig, name, rooms)
        return [*found, breaches(rig, name, rooms)]


def breaches(rig: Rig, name: str, rooms: Rooms) -> Figure:
    """How often a rate was not kept or a call refused; the first ones are said."""
    mistakes = rooms.wrong()
    for words in mistakes[:5]:
        rig.say(words)
    return Figure(name, "breaches of the platform's rates, refused calls", len(mistakes), "", 0)


def _cards(rig: Rig, name: str, rooms: Rooms, client: Client) -> list[Figure]:
    """Reports that the model takes for something else stand in another channel, and are passed over."""
    count, waits, elsewhere = rig.size(50, 8), [], 0
    bodies = reports_for(SIX[:5], count + WARM_UP, seed=5, first_place=0)
    with rig.steps(f"{name}: reports", count) as step:
        for index, body in enumerate(bodies):
            before, begun, moment = len(rooms.posted()), time.time(), time.perf_counter() + REST
            client.post(body)
            try:
                until(lambda before=before: len(rooms.posted()) > before, 8, "a card", every=0.002)  # type: ignore[misc]
            except TooLate:
                elsewhere += 1
            else:
                waits += [(rooms.posted()[before].timestamp() - begun) * 1000] if index >= WARM_UP else []
            step()
            pause_until(moment)
    return [
        Figure(name, "report → its card, p50", percentile(waits, 0.5), "ms", 150),
        Figure(name, "report → its card, p99", percentile(waits, 0.99), "ms", 600),
        Figure(name, "reports taken for something of another channel", elsewhere, ""),
    ]


def _clicks(rig: Rig, name: str, rooms: Rooms) -> list[Figure]:
    """Cards in any order, so that those of one channel do not follow each other faster than people click."""
    count, waits = rig.size(20, 5), []
    chosen = random.Random(7).sample(rooms.cards(), count)
    with rig.steps(f"{name}: clicks", count) as step:
        for card in chosen:
            begun, moment = time.time(), time.perf_counter() + REST
            rooms.click(card)
            until(lambda name=card.reference: _all_taken(rooms, name), 20, "current cards", every=0.005)  # type: ignore[misc]
            waits.append((rooms.edited(card.reference)[-1].timestamp() - begun) * 1000)
            step()
            pause_until(moment)
    return [
        Figure(name, "click → all cards current, p50", percentile(waits, 0.5), "ms"),
        Figure(name, "click → all cards current, p95", percentile(waits, 0.95), "ms", 1000),
    ]


def _all_taken(rooms: Rooms, reference: str) -> bool:
    return all(TAKEN in card.words for card in rooms.cards() if card.reference == reference)


def reports_for(services: tuple[str, ...], count: int, *, seed: int, first_place: int) -> list[dict[str, Any]]:
    """Reports whose first cards stand in the channel of one of these services, and in none other of the six."""
    drawn = random.Random(seed)
    texts = [line for one in _alone(_catalogue(), services) for line in _examples(one)]
    bodies = reports(count, seed=seed, first_place=first_place)
    for body, words in zip(bodies, drawn.choices(texts, k=count), strict=True):
        body["text"] = words
    return bodies


@cache
def _catalogue() -> Catalogue:
    return loader.load(loader.FOLDER)


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
