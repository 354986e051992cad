"""What agents ask in words in Slack: the command, and the same words after a mention."""

from __future__ import annotations

import pytest

from tests.acceptance.department import HOLE, VOIRIE, Department


@pytest.mark.parametrize(
    ("typed", "answered"),
    [
        ("aide", "Danger immédiat"),
        ("n'importe quoi", "Ce que je sais faire"),
        ("qui voirie", "astreinte"),
        ("ouverts", "Nid-de-poule"),
        ("garde", "fichier d'astreinte"),
        ("incident IN-0000", "IN-0000"),
    ],
)
async def test_the_command_answers_who_typed_it(voirie: Department, typed: str, answered: str) -> None:
    await voirie.city.opened(HOLE)
    voirie.card()
    await voirie.people.command("/vigie", typed, "U0ANA", VOIRIE)
    await voirie.rest()
    assert answered in voirie.whispers("U0ANA")[-1]


async def test_an_incident_is_found_by_what_a_citizen_or_a_hurried_agent_calls_it(voirie: Department) -> None:
    report = await voirie.city.report(HOLE)
    await voirie.rest()
    incident = (await voirie.city.follow(report))["incident"]
    voirie.card()
    for typed in (report, report.lower(), incident.lower(), incident.removeprefix("IN-"), f" {incident} "):
        await voirie.people.command("/vigie", f"incident {typed}", "U0ANA", VOIRIE)
        await voirie.rest()
        assert voirie.whispers("U0ANA")[-1].startswith(f"{incident} · Normal · Nid-de-poule"), typed


async def test_the_same_words_after_a_mention(voirie: Department) -> None:
    mention = {
        "type": "app_mention",
        "user": "U0ANA",
        "text": "<@U0VIGIE> ouverts",
        "channel": VOIRIE,
        "ts": voirie.slack.workspace.stamp(),
        "event_ts": voirie.slack.workspace.stamp(),
    }
    await voirie.people.event(mention)
    await voirie.rest()
    assert voirie.whispers("U0ANA") == ["Aucun incident en cours."]


async def test_the_command_calls_the_metropolis_duty(voirie: Department) -> None:
    await voirie.people.command("/vigie", "astreinte un pont est fermé <!channel>", "U0ANA", VOIRIE)
    await voirie.rest()
    assert "est appelée" in voirie.whispers("U0ANA")[-1]
    assert await voirie.city.rings()
    [row] = (await voirie.city.web.get("/api/v1/incidents")).json()
    assert row["procedure"] is None
