"""A thousand cards whose answer was lost after Slack had posted them. The clock is driven: Slack's rates are real."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

from sqlalchemy import delete

from routing.store.models import Timer
from routing.store.timers import Verb
from tests.acceptance.connected import with_slack
from tests.bench.alerts import SIX
from tests.bench.figures import Figure
from tests.bench.rig import Rig
from tests.city import City, founded
from tests.clock import DrivenClock
from tests.databases import ROOT, Databases
from tests.standins import faults
from tests.standins.slack import SlackStandIn
from tests.understood import Scripted

NAME = "slack-doubts"
AT_ONCE = 50
PROCEDURES = {
    "voirie": "voirie-nid-de-poule",
    "proprete": "proprete-tag",
    "dechets": "dechets-bac-non-collecte",
    "eau-assainissement": "eau-assainissement-fuite",
}


def run(rig: Rig) -> list[Figure]:
    """Each incident has one card, whatever its channel lost on the way."""
    count = rig.size(1000, 100)
    with Databases(ROOT / "var" / "tests").fresh() as url:
        lost, doubled, missing = asyncio.run(_play(rig, url, count))
    return [
        Figure(NAME, "answers lost after the card was posted", lost, ""),
        Figure(NAME, "cards that stand twice", doubled, "", 0),
        Figure(NAME, "cards that are missing", missing, "", 0),
    ]


async def _play(rig: Rig, url: str, count: int) -> tuple[int, int, int]:
    scripted, slack = Scripted(), SlackStandIn(DrivenClock())
    channels = {service: (f"slack:C0{service.upper().replace('-', '')}",) for service in SIX}
    for (address,) in channels.values():
        slack.workspace.add_channel(address.partition(":")[2])
    async with slack:
        settings = with_slack(rig.folder, slack)
        async with founded(url, Path(rig.folder), scripted, settings=settings, channels=channels) as city:
            slack.clock = city.clock
            with rig.steps(f"{NAME}: answers lost", count) as step:
                for number in range(count):
                    procedure = list(PROCEDURES.values())[number % len(PROCEDURES)]
                    words = scripted.expect(f"constat {number}", (procedure, 0.95), place=f"lieu {number}")
                    slack.faults.add(faults.dropped(committed=True), "chat.postMessage", when=_a_card)
                    await city.report(words)
                    step()
                    if number % AT_ONCE == AT_ONCE - 1:
                        await _delivered(city)
                await _delivered(city)
    found = Counter(
        (each.id, card.text.rpartition(" · ")[2]) for each in slack.workspace.channels.values() for card in each.cards()
    )
    lost = sum(each.fault is not None for each in slack.journal.entries)
    assert not slack.rates.breaches, slack.rates.breaches[:3]
    return lost, sum(many - 1 for many in found.values()), max(0, count - len(found))


async def _delivered(city: City) -> None:
    """Until every card stands. Nobody is called meanwhile: escalation is not what is looked at."""
    await city.work()
    async with city.session() as session:
        await session.execute(delete(Timer).where(Timer.verb.in_((Verb.ESCALATE, Verb.MOBILISE))))
    await city.settle(minutes=2)


def _a_card(call: object) -> bool:
    return "thread_ts" not in call.arguments  # type: ignore[attr-defined]
