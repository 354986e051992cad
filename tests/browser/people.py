"""What people do on the pages, said once."""

from __future__ import annotations

import asyncio

from playwright.async_api import Locator, Page, expect

PATIENCE = 12.0  # seconds


async def report(page: Page, words: str) -> str:
    """Write on /signaler and send; returns the reference shown by the tracking page."""
    await page.goto("/signaler")
    await page.get_by_label("Que se passe-t-il, et où").fill(words)
    await page.get_by_role("button", name="Envoyer").click()
    await page.wait_for_url("**/suivi/*")
    reference = page.locator(".tracking-reference strong")
    await expect(reference).to_contain_text("VG-")
    return (await reference.inner_text()).strip()


def card(room: Page, title: str) -> Locator:
    """The room's card of that title."""
    return room.get_by_role("article", name=title)


def telephone(room: Page, level: int) -> Locator:
    """The ringing telephones of that level."""
    return room.locator("[data-rings]").filter(has_text=f"Niveau {level}")


async def reload_until(shown: Locator) -> None:
    """Without script no screen is live: the person presses reload until ``shown`` is there."""
    async with asyncio.timeout(PATIENCE):
        while not await shown.count():
            await shown.page.reload()
