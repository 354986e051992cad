"""Which commune it is, asked and answered on the tracking page; what the room reads of it."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.conftest import LiveCity, Visitor
from tests.browser.people import card, report

POTHOLE = "Nid-de-poule ou chaussée dégradée"
WORDS = "un gros trou rue Pasteur"
MOTORWAY = "l'herbe du talus de l'A31 est trop haute"
NARROW = {"width": 390, "height": 844}


def understand(city: LiveCity) -> None:
    city.means.expect(
        WORDS, ("voirie-nid-de-poule", 0.95), commune=None, place="rue Pasteur", communes=("Chenôve", "Dijon")
    )
    city.means.expect(MOTORWAY, ("voirie-nid-de-poule", 0.95), commune=None, place="A31")


async def test_the_commune_is_chosen_on_the_page_and_stands_on_the_card(live_city: LiveCity, visitor: Visitor) -> None:
    understand(live_city)
    room = await visitor("/salle")
    citizen = await visitor("/signaler", viewport=NARROW)
    await report(citizen, WORDS)
    await expect(citizen.get_by_role("heading", name="Dans quelle commune est-ce")).to_be_visible()
    await expect(citizen.get_by_role("button", name="Une autre commune")).to_be_visible()
    await citizen.get_by_role("button", name="Chenôve").click()
    await expect(card(room, POTHOLE)).to_contain_text("rue Pasteur, Chenôve")


async def test_who_is_competent_is_said_to_both(live_city: LiveCity, visitor: Visitor) -> None:
    understand(live_city)
    room = await visitor("/salle")
    citizen = await visitor("/signaler", viewport=NARROW)
    await report(citizen, MOTORWAY)
    await expect(citizen.get_by_text("L'autoroute est exploitée par APRR, pas par la métropole.")).to_be_visible()
    await expect(card(room, POTHOLE).locator(".flag.note")).to_have_text("Autoroutes A31, A39, A311 et A6 : APRR.")
