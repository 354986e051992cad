"""Trying Vigie by hand: the stand-in groups of Telegram as their people see them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.acceptance.department import HOLE
from tests.acceptance.squad import VOIRIE, Squad, at_telegram
from tests.standins.telegram import TelegramStandIn
from tests.standins.trial.telegram import CITIZEN, pages_of
from tests.understood import Scripted


@pytest.fixture
async def squad(
    database_url: str, tmp_path: Path, scripted: Scripted, telegram: TelegramStandIn
) -> AsyncIterator[Squad]:
    rights = tmp_path / "rights.yaml"
    rights.write_text("voirie: [1001]\n", encoding="utf-8")
    telegram.network.add_user(CITIZEN, "Une", "habitante")
    telegram.network.private(CITIZEN)
    async with at_telegram(database_url, tmp_path, scripted, telegram, rights_file=rights) as squad:
        telegram.pages = pages_of(telegram)
        yield squad


@pytest.fixture
async def group(browser: Browser, squad: Squad) -> AsyncIterator[Page]:
    """Before the group of Voirie, where one card stands."""
    await squad.city.opened(HOLE)
    context = await browser.new_context(base_url=squad.telegram.origin, locale="fr-FR")
    page = await context.new_page()
    await page.goto(f"/?chat={VOIRIE}&me=1001")
    yield page
    await context.close()


async def test_a_card_is_taken_and_answered(squad: Squad, group: Page) -> None:
    await expect(group.get_by_role("link", name="Chercher sur la carte")).to_have_attribute(
        "href", "https://www.openstreetmap.org/search?query=rue+Monge%2C+Dijon"
    )
    await group.get_by_role("button", name="Je prends en charge").click()
    await squad.rest()
    await expect(group.get_by_role("status")).to_have_text("C'est fait.")
    await expect(group.locator(".bubble").first).to_contain_text("Pris en charge par Ana Martin")
    await group.get_by_role("link", name="Répondre").first.click()
    await group.get_by_label("En réponse à").fill("on arrive <b>vite</b>")
    await group.keyboard.press("Enter")
    await expect(group.locator(".bubble.mine")).to_contain_text("on arrive <b>vite</b>")


async def test_whoever_may_not_act_reads_why(squad: Squad, group: Page) -> None:
    await group.get_by_role("link", name="Bruno Petit").click()
    await group.get_by_role("button", name="Je prends en charge").click()
    await squad.rest()
    await expect(group.get_by_role("status")).to_contain_text("pas habilité")
