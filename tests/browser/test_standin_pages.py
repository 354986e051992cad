"""Trying Vigie by hand: the stand-in workspace as its people see it, every button working."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.acceptance.connected import with_slack
from tests.acceptance.department import CHANNELS, HOLE, VOIRIE, Department
from tests.city import founded
from tests.standins.slack import SlackStandIn
from tests.standins.trial.slack import pages_of
from tests.understood import Scripted


@pytest.fixture
async def voirie(
    database_url: str, tmp_path: Path, scripted: Scripted, slack: SlackStandIn
) -> AsyncIterator[Department]:
    scripted.expect(HOLE, ("voirie-nid-de-poule", 0.93), ("eau-assainissement-fuite", 0.05), place="rue Monge")
    settings = with_slack(tmp_path, slack)
    async with founded(database_url, tmp_path, scripted, settings=settings, channels=CHANNELS) as city:
        slack.clock = city.clock
        story = Department(city, slack)
        slack.pages = pages_of(slack)
        yield story


@pytest.fixture
async def ana(browser: Browser, voirie: Department) -> AsyncIterator[Page]:
    """Ana before the channel of Voirie, where one card stands."""
    await voirie.city.opened(HOLE)
    context = await browser.new_context(base_url=voirie.slack.origin, locale="fr-FR")
    page = await context.new_page()
    await page.goto(f"/?me=U0ANA&channel={VOIRIE}")
    yield page
    await context.close()


async def test_a_card_is_taken_its_steps_ticked_and_its_thread_answered(voirie: Department, ana: Page) -> None:
    card = ana.locator(".card")
    await expect(card).to_contain_text("Nid-de-poule")
    await ana.get_by_role("button", name="Je prends en charge").click()
    await voirie.rest()
    await expect(card).to_contain_text("Pris en charge par Ana Martin")
    await ana.get_by_role("button", name="Étapes").click()
    await ana.get_by_role("button", name="Cocher", exact=True).first.click()
    await voirie.rest()
    await expect(ana.locator("dialog")).to_contain_text("☑")
    await ana.locator("dialog").get_by_role("button", name="Fermer").click()
    await ana.get_by_role("link", name="réponse").click()
    await ana.get_by_label("Répondre").fill("on arrive <b>vite</b>")
    await ana.keyboard.press("Enter")
    await expect(ana.locator("aside")).to_contain_text("on arrive <b>vite</b>")


async def test_another_procedure_is_searched_for_and_the_command_answers(voirie: Department, ana: Page) -> None:
    await ana.get_by_role("button", name="Reclasser").click()
    await expect(ana.locator("dialog")).to_contain_text("Fuite d'eau sur la voie publique (5 %)")
    await ana.get_by_role("searchbox").fill("lampadaire")
    await expect(ana.get_by_label("Résultats")).to_contain_text("Lampadaire")
    await ana.locator("dialog").get_by_role("button", name="Reclasser").click()
    await voirie.rest()
    await expect(ana.locator(".card")).to_contain_text("Lampadaire")
    await ana.get_by_label("/vigie").fill("ouverts")
    await ana.keyboard.press("Enter")
    await expect(ana.locator(".whisper")).to_contain_text("Lampadaire")
