"""Who may press which button in a group, and what a forged or late press does."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.house import DatabaseAway
from tests.acceptance.department import HOLE
from tests.acceptance.squad import ANA, CLEO, PROPRETE, Squad, at_telegram
from tests.standins.telegram import TelegramStandIn
from tests.understood import Scripted

RUBBISH = "un dépôt sauvage quai Nicolas Rolin"


async def test_a_stranger_to_the_service_is_refused_politely(
    database_url: str, tmp_path: Path, scripted: Scripted, telegram: TelegramStandIn
) -> None:
    rights = tmp_path / "rights.yaml"
    rights.write_text(f"voirie: [{ANA}]\n", encoding="utf-8")
    async with at_telegram(database_url, tmp_path, scripted, telegram, rights_file=rights) as squad:
        incident = (await squad.city.opened(HOLE))["reference"]
        for words in ("Je prends en charge", "Résoudre", "Demander au citoyen"):
            query = await squad.press(words, CLEO)
            assert "habilité" in (query.answer or "")
            assert query.alert
        assert (await squad.city.incident(incident))["state"] == "open"
        await squad.press("Je prends en charge", ANA)
        assert (await squad.city.incident(incident))["acknowledged_by"] == "Ana Martin"
        squad.thread()


FORGED = (
    "prendre:IN-0000",
    "choisir:{}:feed",
    "fin:{}:99",
    "cocher:{}:x:y:z",
    "cocher:{}:999:2:1",
    "boum",
    "a" * 64,
    "::::",
)


@pytest.mark.parametrize("data", FORGED)
async def test_a_forged_or_outdated_button_does_nothing(squad: Squad, data: str) -> None:
    incident = await squad.city.opened(HOLE)
    query = await squad.people.press_data(squad.card(), data.format(incident["reference"]), ANA)
    await squad.rest()
    assert query.alert
    assert query.answer
    after = await squad.city.incident(incident["reference"])
    assert (after["state"], after["procedure"]) == ("open", "voirie-nid-de-poule")


async def test_a_button_of_another_groups_incident_does_nothing(squad: Squad, scripted: Scripted) -> None:
    scripted.expect(RUBBISH, ("proprete-depot-sauvage", 0.95))
    await squad.city.opened(HOLE)
    foreign = await squad.city.opened(RUBBISH)
    query = await squad.people.press_data(squad.card(), f"prendre:{foreign['reference']}", ANA)
    await squad.rest()
    assert query.answer == "Cet incident n'est pas suivi dans ce groupe."
    squad.cards(PROPRETE)


async def test_a_press_answered_too_late_still_counts(squad: Squad, monkeypatch: pytest.MonkeyPatch) -> None:
    incident = await squad.city.opened(HOLE)
    squad.telegram.turning_expected = True

    async def away(self: Any, work: Any) -> Any:
        raise DatabaseAway

    with monkeypatch.context() as broken:
        broken.setattr(type(squad.city.house), "run", away)
        await squad.people.press(squad.card(), "Je prends en charge", ANA)
    squad.city.clock.advance(timedelta(minutes=1))
    await squad.people.due()
    await squad.rest()
    assert (await squad.city.incident(incident["reference"]))["acknowledged_by"] == "Ana Martin"
    assert squad.thread() == ["Ana Martin prend en charge"]
