"""What agents type to the bot in their group or in private, and what strangers are told."""

from __future__ import annotations

import pytest

from bot.staff import VERBS
from tests.acceptance.department import HOLE
from tests.acceptance.squad import CLEO, STAFF, Squad


@pytest.mark.parametrize(
    ("typed", "answered"),
    [
        ("/aide", "Danger immédiat"),
        ("/start", "/demander QUESTION"),
        ("/vigie n'importe quoi", "Ce que je sais faire"),
        ("/qui voirie", "astreinte"),
        ("/qui@VigieAgentsBot voirie", "astreinte"),
        ("/ouverts", "Nid-de-poule"),
        ("/garde", "fichier d'astreinte"),
        ("/incident IN-0000", "IN-0000"),
    ],
)
async def test_commands_are_answered_where_they_are_typed(squad: Squad, typed: str, answered: str) -> None:
    await squad.city.opened(HOLE)
    squad.card()
    asked = await squad.write(typed)
    assert answered in squad.answers(asked)[0]


async def test_the_command_calls_the_metropolis_duty(squad: Squad) -> None:
    asked = await squad.write("/astreinte un pont <b>est fermé</b> & personne")
    assert "est appelée" in squad.answers(asked)[0]
    assert await squad.city.rings()


async def test_telegram_lists_the_commands(squad: Squad) -> None:
    listed = [each["command"] for each in squad.telegram.commands[STAFF]]
    assert listed == list(VERBS)
    assert {"qui", "incident", "ouverts", "astreinte", "garde", "aide"} <= set(listed)


async def test_strangers_learn_nothing(squad: Squad) -> None:
    await squad.city.opened(HOLE)
    squad.card()
    await squad.people.start(CLEO, STAFF)
    asked = await squad.write("/ouverts", CLEO, chat=CLEO)
    assert "réservé aux agents" in squad.answers(asked)[0]
    squad.telegram.network.add_group(-1009, "Ailleurs", CLEO, STAFF)
    asked = await squad.write("/ouverts", CLEO, chat=-1009)
    [answered] = squad.answers(asked)
    assert answered == "Ce groupe n'est relié à aucun service. Son adresse pour le fichier des canaux : telegram:-1009"
