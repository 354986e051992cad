"""The citizen's form: sent once, never lost, usable in the rain."""

from __future__ import annotations

import httpx
from playwright.async_api import Route, expect
from sqlalchemy import func, select

from routing.store.models import Report
from tests.browser.conftest import LiveCity, Visitor
from tests.browser.people import card, report
from tests.browser.words import HOLE, understand_hole

TWICE = "form => { form.requestSubmit(); form.requestSubmit(); }"


async def reports(live_city: LiveCity) -> int:
    async with live_city.house.database.transaction() as session:
        return int(await session.scalar(select(func.count()).select_from(Report)) or 0)


async def test_a_double_click_sends_once(live_city: LiveCity, visitor: Visitor) -> None:
    understand_hole(live_city.means)
    citizen = await visitor("/signaler")
    await citizen.get_by_label("Que se passe-t-il, et où").fill(HOLE)

    await citizen.locator("#signalement").evaluate(TWICE)

    await citizen.wait_for_url("**/suivi/*")
    assert await reports(live_city) == 1


async def test_without_script_the_same_words_are_one_message_and_other_words_another(live_city: LiveCity) -> None:
    async with httpx.AsyncClient(base_url=live_city.url) as browser:

        async def send(words: str) -> str:
            answer = await browser.post("/signaler", data={"texte": words, "jeton": "le-meme-jeton"})
            assert answer.status_code == 303
            return answer.headers["location"]

        first, again, other = await send(HOLE), await send(HOLE), await send("et le lampadaire est éteint")

    assert first == again != other
    assert await reports(live_city) == 2


async def test_an_empty_message_puts_the_keyboard_on_the_problem(visitor: Visitor) -> None:
    citizen = await visitor("/signaler")
    await citizen.get_by_label("Adresse ou repère").fill("12 rue Monge")

    await citizen.get_by_role("button", name="Envoyer").click()

    problem = citizen.get_by_role("alert")
    await expect(problem).to_contain_text("Dites en quelques mots")
    await expect(problem).to_be_focused()
    await expect(citizen.get_by_label("Adresse ou repère")).to_have_value("12 rue Monge")


async def test_an_empty_message_is_explained_without_script_too(visitor: Visitor) -> None:
    citizen = await visitor("/signaler", java_script_enabled=False)
    await citizen.get_by_label("Adresse ou repère").fill("12 rue Monge")

    await citizen.get_by_role("button", name="Envoyer").click()

    await expect(citizen.get_by_role("alert")).to_be_focused()
    await expect(citizen.get_by_label("Adresse ou repère")).to_have_value("12 rue Monge")


async def test_a_lost_network_keeps_the_words_and_the_next_try_goes_through(
    live_city: LiveCity, visitor: Visitor
) -> None:
    understand_hole(live_city.means)
    citizen = await visitor("/signaler")

    async def drop(route: Route) -> None:
        await route.abort("internetdisconnected")

    await citizen.route("**/signaler", drop)
    words = citizen.get_by_label("Que se passe-t-il, et où")
    await words.fill(HOLE)
    await citizen.get_by_role("button", name="Envoyer").click()
    await expect(citizen.get_by_role("alert")).to_contain_text("Le réseau ne répond pas")
    await expect(words).to_have_value(HOLE)

    await citizen.unroute("**/signaler")
    await citizen.get_by_role("button", name="Envoyer").click()

    await citizen.wait_for_url("**/suivi/*")
    assert await reports(live_city) == 1


async def test_the_position_is_added_when_the_citizen_wants(live_city: LiveCity, visitor: Visitor) -> None:
    words = understand_hole(live_city.means)
    here = {"latitude": 47.31672, "longitude": 5.04623}
    citizen = await visitor("/signaler", geolocation=here, permissions=["geolocation"])
    await citizen.get_by_label("Que se passe-t-il, et où").fill(words)
    await citizen.get_by_role("button", name="Utiliser ma position").click()
    await expect(citizen.get_by_text("Position ajoutée")).to_be_visible()

    await citizen.get_by_role("button", name="Envoyer").click()

    room = await visitor("/salle")
    link = card(room, "Nid-de-poule").get_by_role("link", name="Voir la carte")
    await expect(link).to_have_attribute(
        "href", "https://www.openstreetmap.org/?mlat=47.31672&mlon=5.04623#map=18/47.31672/5.04623"
    )


async def test_hostile_words_are_shown_as_words(live_city: LiveCity, visitor: Visitor) -> None:
    words = "<img src=x onerror=alert(1)> " + "Donaudampfschiff" * 20 + " 🚧🚧 حفرة كبيرة في الشارع"
    citizen = await visitor("/signaler", viewport={"width": 320, "height": 640})

    await report(citizen, words)

    room = await visitor("/salle", viewport={"width": 320, "height": 640})
    await expect(room.locator("article .excerpt")).to_have_text(words)
    for page in (citizen, room):
        await expect(page.locator("img[src=x]")).to_have_count(0)
        assert await page.evaluate("document.documentElement.scrollWidth") <= 320


async def test_an_unknown_tracking_link_says_so(visitor: Visitor) -> None:
    citizen = await visitor("/suivi/inconnu")

    await expect(citizen.get_by_role("heading", level=1)).to_have_text("Ce lien de suivi n’existe pas")
