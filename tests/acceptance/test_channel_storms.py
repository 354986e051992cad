"""A hundred events in one channel: a minute later it is current, few messages told it, no published rate was broken.

The stand-ins count the rates; a breach fails the story in the end.
"""

from __future__ import annotations

from tests.acceptance.department import VOIRIE, Department
from tests.acceptance.squad import Squad
from tests.city import City
from tests.understood import Scripted

EVENTS = 104
STREETS = ("Monge", "Jeannin", "Berbisey", "Devosge", "Chabot", "Lamonnoye", "Verrerie", "Musette")


async def alerts(city: City, scripted: Scripted) -> list[str]:
    """The incidents of a bad day, one a street, their cards posted."""
    words = [
        scripted.expect(f"un trou rue {name}", ("voirie-nid-de-poule", 0.93), place=f"rue {name}") for name in STREETS
    ]
    found = [(await city.opened(each))["reference"] for each in words]
    await city.settle(seconds=60)
    return found


async def much_happens(city: City, incidents: list[str]) -> None:
    """A hundred times somebody takes, ends or reopens one of them, all within one second."""
    acts: tuple[tuple[str, dict[str, str]], ...] = (
        ("acknowledge", {}),
        ("resolve", {"reason": "rien"}),
        ("reopen", {"reason": "si"}),
    )
    for number in range(EVENTS - len(incidents)):
        action, more = acts[number // len(incidents) % len(acts)]
        reference = incidents[number % len(incidents)]
        await city.post(f"/api/v1/incidents/{reference}/{action}", {"by": f"Ana {number}", **more})
    for reference in incidents:
        await city.act(reference, "acknowledge", by="Bruno")


async def test_slack_is_current_within_a_minute(voirie: Department, scripted: Scripted) -> None:
    incidents = await alerts(voirie.city, scripted)
    before = len(voirie.slack.journal.calls("chat.postMessage"))
    await much_happens(voirie.city, incidents)
    await voirie.city.settle(seconds=60)
    channel = voirie.slack.workspace.channel(VOIRIE)
    assert all("Pris en charge par Bruno" in card.words for card in channel.cards())
    assert all("Bruno prend en charge" in channel.thread(card)[-1].words for card in channel.cards())
    assert len(voirie.slack.journal.calls("chat.postMessage")) - before <= 60
    await voirie.city.rings()


async def test_a_telegram_group_is_current_within_a_minute(squad: Squad, scripted: Scripted) -> None:
    incidents = await alerts(squad.city, scripted)
    before = len(squad.telegram.journal.calls("sendMessage"))
    await much_happens(squad.city, incidents)
    await squad.city.settle(seconds=60)
    assert len(squad.cards()) == len(incidents)
    assert all("Pris en charge par Bruno" in card.text for card in squad.cards())
    lines = [each for each in squad.group().said_by(900) if each.reply_to and not each.markup]
    last = {each.reply_to: each.text for each in lines}
    assert all("Bruno prend en charge" in last[card.id] for card in squad.cards())
    assert len(squad.telegram.journal.calls("sendMessage")) - before <= 20
    await squad.city.rings()
