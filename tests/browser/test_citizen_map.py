"""The map of the form: a place shown by tap, hand, keyboard or the browser, said in words, taken away again."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Locator, Page, Route, expect

from intake.channels.web_map import drawing
from routing.catalogue import loader
from routing.catalogue.places import sights
from tests.browser.conftest import LiveCity, Visitor
from tests.browser.people import card
from tests.browser.words import understand_hole
from tests.city import DRAWN, read_catalogue

PARIS = {"latitude": 48.8566, "longitude": 2.3522}
DARCY = {"latitude": 47.3238, "longitude": 5.0345}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
HERE = "() => [...document.forms[0].querySelectorAll('[name=lat], [name=lon]')].map(field => +field.value)"


async def unfolded(page: Page) -> Locator:
    """The map, opened."""
    await page.get_by_text("Montrer sur la carte").click()
    view = page.get_by_role("application", name="Carte pour montrer l’endroit")
    await expect(view.locator(".map-pin")).to_be_attached()
    await view.scroll_into_view_if_needed()
    return view


async def drawn(page: Page) -> None:
    """From now on the city has drawn two of its communes."""
    body = drawing(DRAWN, read_catalogue().communes, sights(loader.FOLDER), "fr")

    async def answer(route: Route) -> None:
        await route.fulfill(json=body)

    await page.route("**/carte.json*", answer)


async def point(view: Locator, x: float, y: float) -> None:
    """A tap, at a share of the map's width and height."""
    box = await view.bounding_box()
    assert box is not None
    await view.page.touchscreen.tap(box["x"] + x * box["width"], box["y"] + y * box["height"])


async def scale(view: Locator) -> float:
    """Pixels a metre."""
    shown = await view.locator(".map-land").get_attribute("transform")
    return float((shown or "").removeprefix("matrix(").split()[0])


async def test_a_place_is_pointed_at_said_and_sent(live_city: LiveCity, visitor: Visitor) -> None:
    words = understand_hole(live_city.means)
    citizen = await visitor("/signaler", **PHONE)
    await citizen.get_by_label("Que se passe-t-il, et où").fill(words)
    view = await unfolded(citizen)
    said = citizen.get_by_role("status").filter(has_text="Repère")
    await point(view, 0.383, 0.537)
    await expect(said).to_contain_text("place de la République, Dijon")
    lat, lon = await citizen.evaluate(HERE)
    assert (abs(lat - 47.326) < 0.02, abs(lon - 5.045) < 0.02) == (True, True)
    await citizen.get_by_role("button", name="Envoyer").click()
    await citizen.wait_for_url("**/suivi/*")
    room = await visitor("/salle")
    link = card(room, "Nid-de-poule").get_by_role("link", name="Voir la carte")
    await expect(link).to_have_attribute(
        "href", f"https://www.openstreetmap.org/?mlat={lat}&mlon={lon}#map=18/{lat}/{lon}"
    )


async def test_the_marker_is_dragged_and_taken_away(visitor: Visitor) -> None:
    citizen = await visitor("/signaler")
    view = await unfolded(citizen)
    box = await view.bounding_box()
    assert box is not None
    await citizen.mouse.click(box["x"] + 200, box["y"] + 200)
    before = await citizen.evaluate(HERE)
    await citizen.mouse.move(box["x"] + 200, box["y"] + 190)
    await citizen.mouse.down()
    await citizen.mouse.move(box["x"] + 260, box["y"] + 240, steps=5)
    await citizen.mouse.up()
    after = await citizen.evaluate(HERE)
    assert after[0] < before[0]
    assert after[1] > before[1]
    shown = await view.locator(".map-land").get_attribute("transform")
    await citizen.mouse.move(box["x"] + 50, box["y"] + 50)
    await citizen.mouse.down()
    await citizen.mouse.move(box["x"] + 120, box["y"] + 80, steps=5)
    await citizen.mouse.up()
    assert await view.locator(".map-land").get_attribute("transform") != shown, "beside the marker the map itself moves"
    assert await citizen.evaluate(HERE) == after
    await citizen.get_by_role("button", name="Enlever le repère").click()
    await expect(citizen.get_by_text("Repère enlevé.")).to_be_visible()
    assert await citizen.evaluate(HERE) == [0, 0]
    await expect(view).to_be_focused()


async def test_by_keyboard_alone_and_spoken(visitor: Visitor) -> None:
    citizen = await visitor("/signaler")
    await citizen.get_by_role("button", name="Utiliser ma position").focus()
    await citizen.keyboard.press("Tab")
    await citizen.keyboard.press("Enter")
    view = citizen.get_by_role("application", name="Carte pour montrer l’endroit")
    await expect(view.locator(".map-pin")).to_be_attached()
    await citizen.keyboard.press("Tab")
    await expect(view).to_be_focused()
    await citizen.keyboard.press("ArrowUp")
    await expect(citizen.get_by_role("status").filter(has_text="Repère placé")).to_be_visible()
    before = await citizen.evaluate(HERE)
    wide = await view.locator(".map-land").get_attribute("transform")
    await citizen.keyboard.press("+")
    assert await view.locator(".map-land").get_attribute("transform") != wide
    for _ in range(40):
        await citizen.keyboard.press("ArrowUp")
    after = await citizen.evaluate(HERE)
    assert after[0] > before[0]
    assert abs(after[1] - before[1]) < 0.0002
    await expect(view.locator(".map-pin")).to_be_in_viewport()
    await citizen.keyboard.press("Delete")
    await expect(citizen.get_by_text("Repère enlevé.")).to_be_visible()
    assert await citizen.evaluate(HERE) == [0, 0]
    for name in ("Voir de plus près", "Voir de plus loin", "Voir toute la carte"):
        await citizen.keyboard.press("Tab")
        await expect(citizen.get_by_role("button", name=name)).to_be_focused()


async def test_outside_the_communes_is_said_and_not_kept(visitor: Visitor) -> None:
    citizen = await visitor("/signaler", geolocation=PARIS, permissions=["geolocation"], **PHONE)
    await drawn(citizen)
    view = await unfolded(citizen)
    await point(view, 0.5, 0.5)
    await expect(citizen.get_by_text("Repère placé")).to_be_visible()
    await citizen.get_by_role("button", name="Voir toute la carte").click()
    await point(view, 0.15, 0.3)
    outside = citizen.get_by_text("Ce point est hors du territoire : il n’est pas retenu.")
    await expect(outside).to_be_visible()
    assert await citizen.evaluate(HERE) == [0, 0]
    await point(view, 0.7, 0.4)
    await expect(outside).not_to_be_visible()
    await citizen.get_by_role("button", name="Utiliser ma position").click()
    await expect(outside).to_be_visible()
    assert await citizen.evaluate(HERE) == [0, 0]


async def test_the_browsers_position_is_shown_by_the_marker(visitor: Visitor) -> None:
    citizen = await visitor("/signaler", geolocation=DARCY, permissions=["geolocation"])
    await citizen.get_by_role("button", name="Utiliser ma position").click()
    await expect(citizen.get_by_role("status").filter(has_text="Position ajoutée")).to_contain_text(
        "place Darcy, Dijon"
    )
    view = await unfolded(citizen)
    await expect(view.locator(".map-pin")).to_be_visible()
    await citizen.get_by_role("button", name="Enlever le repère").click()
    await expect(view.locator(".map-pin")).to_be_hidden()


async def test_without_script_there_is_no_map_and_without_network_it_says_so(visitor: Visitor) -> None:
    plain = await visitor("/signaler", java_script_enabled=False)
    await expect(plain.get_by_text("Montrer sur la carte")).to_be_hidden()
    citizen = await visitor("/signaler")

    async def drop(route: Route) -> None:
        await route.abort("internetdisconnected")

    await citizen.route("**/carte.json*", drop)
    await citizen.get_by_text("Montrer sur la carte").click()
    await expect(citizen.get_by_text("La carte ne peut pas être affichée")).to_be_visible()


async def test_two_taps_or_the_wheel_bring_it_closer(visitor: Visitor) -> None:
    citizen = await visitor("/signaler", **PHONE)
    view = await unfolded(citizen)
    wide = await scale(view)
    for _ in range(2):
        await point(view, 0.4, 0.4)
    closer = await scale(view)
    assert closer == pytest.approx(2 * wide)
    await point(view, 0.4, 0.4)
    await point(view, 0.7, 0.7)
    assert await scale(view) == closer, "two taps on two places are two places"
    box = await view.bounding_box()
    assert box is not None
    await citizen.mouse.move(box["x"] + 100, box["y"] + 100)
    await citizen.mouse.wheel(0, 200)
    await citizen.wait_for_timeout(100)
    assert await scale(view) < closer
