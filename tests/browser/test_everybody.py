"""Usable by everybody: names, landmarks, contrast, targets, narrow screens, on every page, light and dark."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Page, expect

from routing.domain.understanding import Decision
from routing.service.ask_citizen import ask_citizen
from routing.store.models import Incident
from routing.store.reports import by_reference
from tests.browser.conftest import LiveCity, Visitor
from tests.browser.people import card, report
from tests.browser.words import FIRE, understand_fire, understand_hole

PAGES = (
    *("/", "/signaler", "/suivi/inconnu", "/salle", "/salle/connexion", "/salle/comprehension", "/demo"),
    *("/astreinte", "/salle/joindre", "/salle/pourquoi"),
)
NARROW = 320  # pixels
WIDTH = "document.documentElement.scrollWidth"
SMALL = """() => [...document.querySelectorAll("input:not([type=hidden]), textarea, select, button, summary, nav a")]
  .filter(node => node.checkVisibility())
  .map(node => [node.getBoundingClientRect(), node])
  .filter(([box]) => box.height && (box.height < 43.5 || box.width < 43.5))
  .map(([box, node]) => `${Math.round(box.width)}x${Math.round(box.height)} ${node.outerHTML.slice(0, 90)}`)"""


async def every_page(live_city: LiveCity, visitor: Visitor, **options: object) -> AsyncIterator[Page]:
    """The pages of a city where a hole and a fire were reported and a tag was cleaned, one after the other."""
    citizen = await visitor("/signaler", **options)
    await report(citizen, understand_hole(live_city.means))
    understand_fire(live_city.means)
    await report(citizen, FIRE)
    yield citizen
    await citizen.close()
    for path in PAGES:
        page = await visitor(path, **options)
        if path in ("/salle", "/demo"):
            await expect(card(page, "Incendie")).to_be_visible()
            await expect(card(page, "Nid-de-poule")).to_be_visible()
        yield page
        await page.close()
    for special in (our_question, agents_question, pointed_map, closed_page):
        page = await special(live_city, visitor, **options)
        yield page
        await page.close()


async def our_question(live_city: LiveCity, visitor: Visitor, **options: object) -> Page:
    """The tracking page of somebody who told nothing yet."""
    page = await visitor("/signaler", **options)
    await report(
        page, live_city.means.expect("il y a un problème", decision=Decision.UNFORESEEN, commune=None, vague=True)
    )
    await expect(page.get_by_role("textbox", name="ce qui se passe exactement")).to_be_visible()
    return page


async def agents_question(live_city: LiveCity, visitor: Visitor, **options: object) -> Page:
    """The tracking page on which an agent wants to know more."""
    page = await visitor("/signaler", **options)
    bench = live_city.means.expect("un banc cassé place Wilson", ("mobilier-batiments-banc", 0.95))
    reference = await report(page, bench)
    await expect(page.get_by_role("heading", name="Transmis au service compétent")).to_be_visible()
    house = live_city.house
    async with house.database.transaction() as session:
        incident = await session.get_one(Incident, (await by_reference(session, reference)).incident_id)
        await ask_citizen(session, house.desk, incident.reference, by="Ana", text="Le banc est-il encore debout ?")
    await page.reload()
    await expect(page.get_by_role("textbox", name="Le banc est-il encore debout ?")).to_be_visible()
    return page


async def pointed_map(live_city: LiveCity, visitor: Visitor, **options: object) -> Page:
    """The form's map with a marker on it."""
    page = await visitor("/signaler", **options)
    await page.get_by_text("Montrer sur la carte").click()
    await expect(page.locator(".map-pin")).to_be_attached()
    await page.get_by_role("application").press("Enter")
    await expect(page.get_by_text("Repère placé")).to_be_visible()
    return page


async def closed_page(live_city: LiveCity, visitor: Visitor, **options: object) -> Page:
    """The tracking page of a matter that is over, which asks whether it is solved."""
    citizen = await visitor("/signaler", **options)
    reference = await report(citizen, live_city.means.expect("un tag rue Berbisey", ("proprete-tag", 0.95)))
    headers = {"Authorization": f"Bearer {live_city.house.api_token}"}
    async with httpx.AsyncClient(base_url=live_city.url, headers=headers) as room:
        await expect(citizen.get_by_role("heading", name="Transmis au service compétent")).to_be_visible()
        incident = (await room.get(f"/api/v1/reports/{reference}")).json()["incident"]
        ended = {"by": "Ana", "reason": "intervention faite"}
        assert (await room.post(f"/api/v1/incidents/{incident}/resolve", json=ended)).is_success
    await citizen.reload()
    await expect(citizen.get_by_role("heading", name="Est-ce réglé ?")).to_be_visible()
    return citizen


async def test_every_page_is_usable_by_everybody(live_city: LiveCity, visitor: Visitor) -> None:
    faults: list[str] = []
    async for page in every_page(live_city, visitor, has_touch=True):
        found = [*await _faults(page), *await _faults_on_a_telephone(page)]
        faults += [f"{page.url} {fault}" for fault in dict.fromkeys(found)]

    shown = "\n".join(faults)
    assert not shown, shown


async def _faults(page: Page) -> list[str]:
    """What axe says, in light and dark, and what it does not look at."""
    found = [] if "Vigie" in await page.title() else ["title"]
    found += [] if await page.locator("html").get_attribute("lang") == "fr" else ["language"]
    found += await axe_says(page)
    await page.emulate_media(color_scheme="dark")
    return found + await axe_says(page, runOnly=["color-contrast"])  # all that the scheme changes


async def _faults_on_a_telephone(page: Page) -> list[str]:
    await page.set_viewport_size({"width": NARROW, "height": 640})
    width = await page.evaluate(WIDTH)
    small: list[str] = await page.evaluate(SMALL)
    return [*([f"{width} wide"] if width > NARROW else []), *(f"small: {one}" for one in small)]


async def axe_says(page: Page, **options: object) -> list[str]:
    only: dict[str, object] = {"resultTypes": ["violations"]}  # what is right need not be told, node by node
    violations = (await Axe().run(page, options=only | options)).response["violations"]
    return [f"{one['id']}: {node['html'][:120]}" for one in violations for node in one["nodes"]]


async def test_the_checks_themselves_see_faults(visitor: Visitor) -> None:
    page = await visitor("/signaler")

    await page.evaluate("""() => {
      document.querySelector("h1").style.color = "#c9ced4";
      document.querySelector("[type=submit]").style.minHeight = "1rem";
      document.querySelector("[type=submit]").style.padding = "0";
      document.querySelector("label[for=contact]").remove();
      document.querySelector("main").style.minWidth = "200vw";
    }""")

    said = await axe_says(page)
    assert [fault for fault in said if fault.startswith("color-contrast: <h1")]
    assert [fault for fault in said if fault.startswith("label: ")]
    assert len(await page.evaluate(SMALL)) == 1
    assert await page.evaluate(WIDTH) > 1280


async def test_the_skip_link_is_the_first_stop(visitor: Visitor) -> None:
    room = await visitor("/salle")

    await room.keyboard.press("Tab")

    skip = room.get_by_role("link", name="Aller au contenu")
    await expect(skip).to_be_focused()
    await expect(skip).to_be_in_viewport()
    await room.keyboard.press("Enter")
    await expect(room.get_by_role("main")).to_be_focused()
