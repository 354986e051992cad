"""Nothing is tied to Dijon or to French: a small English town, from its folder to a card in a channel."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.school import load_classifier
from routing.domain.understanding import Channel, Decision
from tests.city import City, founded, settings_in

TOWN = Path(__file__).parent.parent / "small_town"


@pytest.fixture
async def town(database_url: str, tmp_path: Path) -> AsyncIterator[City]:
    settings = settings_in(tmp_path, catalogue_dir=TOWN, examples_dir=TOWN / "examples", locale="en")
    classifier = load_classifier(settings)
    async with founded(database_url, tmp_path, classifier, settings=settings) as city:
        yield city
        await city.check_nothing_unexpected()


async def test_a_report_reaches_the_towns_own_service(town: City) -> None:
    incident = await town.opened("hello um theres a big hole in the road on mill lane, my wheel is bent", channel="api")
    guesses = [
        guess["procedure"]
        for card in await town.cards(incident["dispatches"][0]["service"])
        for guess in card["guesses"]
    ]
    assert incident["procedure"] == "streets-pothole" or "streets-pothole" in guesses
    assert incident["dispatches"][0]["service"] in ("streets", "desk")


async def test_nothing_of_dijon_is_heard_there(town: City, tmp_path: Path) -> None:
    settings = settings_in(tmp_path, catalogue_dir=TOWN, examples_dir=TOWN / "examples", locale="en")
    read = load_classifier(settings).understand("the street light is out by the church in Orchard End", Channel.WEB)
    assert read.ranking[0].procedure == "streets-light-out"
    assert read.language == "en"
    assert read.decision is not Decision.OUT_OF_SCOPE
    assert read.commune in (None, "Orchard End")


async def test_a_town_that_has_located_nothing_has_no_map(town: City) -> None:
    form = await town.web.get("/signaler?langue=en")
    assert "Report a problem" in form.text
    assert 'id="carte"' not in form.text
