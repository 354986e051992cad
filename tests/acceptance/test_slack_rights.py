"""Who may act on which service's incidents: refused politely, at every gesture and not only at the first."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.acceptance.department import HOLE, VOIRIE, Department, at_slack
from tests.standins import faults
from tests.standins.slack import SlackStandIn
from tests.understood import Scripted


@pytest.fixture
async def guarded(
    database_url: str, tmp_path: Path, scripted: Scripted, slack: SlackStandIn
) -> AsyncIterator[Department]:
    """Voirie's incidents are for Ana and for the user group S0VOIRIE, which is Bruno; Cléo reads along."""
    rights = tmp_path / "rights.yaml"
    rights.write_text('voirie: ["U0ANA", "S0VOIRIE"]\n', encoding="utf-8")
    slack.workspace.add_group("S0VOIRIE", "U0BRUNO")
    slack.workspace.channel(VOIRIE).members.add("U0CLEO")
    async with at_slack(database_url, tmp_path, scripted, slack, rights_file=rights) as department:
        yield department
        await department.city.check_nothing_unexpected()


async def test_a_stranger_to_the_service_is_refused_politely(guarded: Department) -> None:
    incident = await guarded.city.opened(HOLE)
    await guarded.click("prendre", "U0CLEO")
    assert "habilité" in guarded.whispers("U0CLEO")[0]
    assert (await guarded.city.incident(incident["reference"]))["state"] == "open"


@pytest.mark.parametrize(("user", "name"), [("U0ANA", "Ana Martin"), ("U0BRUNO", "Bruno Petit")])
async def test_whoever_is_listed_or_in_the_group_acts(guarded: Department, user: str, name: str) -> None:
    incident = await guarded.city.opened(HOLE)
    await guarded.click("prendre", user)
    assert (await guarded.city.incident(incident["reference"]))["acknowledged_by"] == name
    guarded.thread()


@pytest.mark.parametrize(
    ("button", "values", "field"),
    [
        ("Résoudre", {}, "motif"),
        ("Reclasser", {"likely": {"choix": "none"}}, "search"),
        ("Demander au citoyen", {"question": {"texte": "Où ?"}}, "question"),
        ("Appeler l'astreinte", {"motif": {"texte": "vite"}}, "motif"),
    ],
)
async def test_rights_are_looked_at_again_when_a_screen_is_sent(
    guarded: Department, button: str, values: dict[str, dict[str, str]], field: str
) -> None:
    incident = await guarded.city.opened(HOLE)
    await guarded.click(button, "U0CLEO")
    if button == "Reclasser":
        view = guarded.screen("U0CLEO")
        values = {"likely": {"choix": view.body["blocks"][0]["element"]["options"][-1]["value"]}}
    view = await guarded.submit(values, "U0CLEO")
    assert "habilité" in view.errors[field]
    after = await guarded.city.incident(incident["reference"])
    assert (after["state"], after["procedure"]) == ("open", "voirie-nid-de-poule")
    assert guarded.thread() == []


async def test_a_line_is_not_ticked_by_a_stranger(guarded: Department) -> None:
    await guarded.city.opened(HOLE)
    await guarded.click("Étapes", "U0CLEO")
    await guarded.tick(guarded.screen("U0CLEO"), 0)
    assert "habilité" in guarded.whispers("U0CLEO")[0]
    assert guarded.screen("U0CLEO").words.count("☑") == 0
    assert guarded.thread() == []


async def test_a_group_slack_does_not_tell_of_refuses_in_other_words(guarded: Department) -> None:
    await guarded.city.opened(HOLE)
    guarded.slack.faults.add(faults.broken(), "usergroups.users.list")
    await guarded.click("prendre", "U0BRUNO")
    assert "Réessayez" in guarded.whispers("U0BRUNO")[0]
    await guarded.click("prendre", "U0BRUNO")
    assert "Pris en charge par Bruno Petit" in guarded.card().words
    guarded.thread()
