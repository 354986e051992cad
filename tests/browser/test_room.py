"""The room's screen: by mouse, by keyboard, without script, with several people at once."""

from __future__ import annotations

import httpx
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import LiveCity, Visitor
from tests.browser.people import card, reload_until, report
from tests.browser.words import HOLE, understand_hole
from tests.waiting import eventually

POTHOLE = "Nid-de-poule ou chaussée dégradée"
MOST_TABS = 60


async def write(live_city: LiveCity, words: str) -> None:
    """A citizen's message through the form's own door."""
    async with httpx.AsyncClient(base_url=live_city.url) as browser:
        assert (await browser.post("/signaler", data={"texte": words})).status_code == 303


async def listed(live_city: LiveCity, count: int) -> bool:
    """Whether so many cards are there, for whoever opens the room now."""
    async with httpx.AsyncClient(base_url=live_city.url) as browser:
        return (await browser.get("/salle/fiches")).text.count("<article") == count


async def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until ``wanted`` has the focus."""
    for _ in range(MOST_TABS):
        await page.keyboard.press("Tab")
        if await wanted.evaluate("node => node === document.activeElement"):
            return
    raise AssertionError("the keyboard never gets there")


async def test_an_incident_is_taken_with_the_keyboard_alone(live_city: LiveCity, visitor: Visitor) -> None:
    await write(live_city, understand_hole(live_city.means))
    room = await visitor("/salle")
    seen = card(room, POTHOLE)
    await expect(seen).to_be_visible()

    await tab_to(room, seen.get_by_role("button", name="Je prends en charge"))
    await room.keyboard.press("Enter")

    await expect(seen).to_contain_text("Pris par")
    assert await seen.evaluate("node => node.contains(document.activeElement)"), "the keyboard lost its place"
    await tab_to(room, seen.locator("summary", has_text="Résoudre"))
    await room.keyboard.press("Enter")
    await expect(seen.get_by_label("Motif")).to_be_focused()
    await room.keyboard.press("Tab")
    await room.keyboard.press("Enter")
    await expect(room.get_by_text("la salle est calme")).to_be_visible()


async def test_everything_works_without_script(live_city: LiveCity, visitor: Visitor) -> None:
    understand_hole(live_city.means)
    citizen = await visitor("/signaler", java_script_enabled=False)
    await report(citizen, HOLE)
    room = await visitor("/salle", java_script_enabled=False)
    seen = card(room, POTHOLE)
    await reload_until(seen)
    await room.get_by_label("Vous êtes").fill("Odile Renard")
    await room.get_by_role("button", name="Enregistrer").click()

    await seen.get_by_role("button", name="Je prends en charge").click()
    await reload_until(seen.get_by_text("Pris par Odile Renard"))
    await seen.get_by_role("button", name="Situer le trou").click()
    await reload_until(seen.get_by_text("fait par Odile Renard"))

    await citizen.reload()
    await expect(citizen.get_by_role("heading", level=1)).to_have_text("Pris en charge")


async def test_who_comes_second_is_told_who_has_it(live_city: LiveCity, visitor: Visitor) -> None:
    await write(live_city, understand_hole(live_city.means))
    quick, slow = await visitor("/salle"), await visitor("/salle", java_script_enabled=False)
    await reload_until(card(slow, POTHOLE))
    await slow.get_by_label("Vous êtes").fill("Odile Renard")
    await slow.get_by_role("button", name="Enregistrer").click()
    await card(quick, POTHOLE).get_by_role("button", name="Je prends en charge").click()
    await expect(card(quick, POTHOLE)).to_contain_text("Pris par Opérateur de salle")

    # The slow one's screen still shows the button.
    await card(slow, POTHOLE).get_by_role("button", name="Je prends en charge").click()

    await expect(slow.locator("#avis")).to_contain_text("est déjà pris en charge par Opérateur de salle")
    await expect(card(slow, POTHOLE)).to_contain_text("Pris par Opérateur de salle")


async def test_a_refusal_is_said_on_the_screen(live_city: LiveCity, visitor: Visitor) -> None:
    await write(live_city, understand_hole(live_city.means))
    room = await visitor("/salle")
    seen = card(room, POTHOLE)
    await seen.locator("summary", has_text="Reclasser").click()
    await seen.get_by_label("La bonne procédure").fill("egout")
    found = seen.locator(".found button").first
    await expect(found).to_contain_text("égout")

    await found.evaluate("button => button.value = 'inconnue'")
    await found.click()

    await expect(room.locator("#avis")).to_contain_text("Aucune procédure « inconnue »")
    await room.get_by_role("button", name="Fermer").click()
    await expect(room.locator("#avis")).to_be_hidden()


async def test_typing_survives_what_happens_meanwhile(live_city: LiveCity, visitor: Visitor) -> None:
    await write(live_city, understand_hole(live_city.means))
    room = await visitor("/salle")
    seen = card(room, POTHOLE)
    await seen.locator("summary", has_text="Appeler l’astreinte").click()
    reason = seen.get_by_label("Pourquoi")
    await reason.fill("le trou grandit, la chaussée")

    await write(live_city, live_city.means.expect("le lampadaire clignote", ("eclairage-lampadaire-eteint", 0.9)))

    await expect(room.get_by_role("article")).to_have_count(2)
    await expect(reason).to_be_focused()
    await expect(reason).to_have_value("le trou grandit, la chaussée")
    await room.keyboard.press("Escape")
    await expect(seen.locator("summary", has_text="Appeler l’astreinte")).to_be_focused()


async def test_a_gesture_made_by_keyboard_leaves_the_keyboard_where_it_was(
    live_city: LiveCity, visitor: Visitor
) -> None:
    await write(live_city, live_city.means.expect("la rue est noire", ("eclairage-rue-noire", 0.95)))
    room = await visitor("/salle")
    seen = card(room, "Rue ou quartier sans éclairage public")
    await seen.locator("summary", has_text="Appeler l’astreinte").press("Enter")
    await expect(seen.get_by_label("Pourquoi ? (facultatif)").last).to_be_focused()
    await room.keyboard.press("Enter")
    await expect(seen.locator("summary", has_text="Appeler l’astreinte")).to_be_focused()

    await seen.locator("summary", has_text="Sourdine").press("Enter")
    await expect(seen.get_by_label("Pendant")).to_be_focused()
    await room.keyboard.press("Tab")
    await room.keyboard.type("panne connue")
    await room.keyboard.press("Enter")
    await expect(seen.get_by_text("En sourdine", exact=True)).to_be_visible()
    await expect(seen).to_be_focused()  # the gesture is gone: « Lever la sourdine » has its place
    await expect(seen.get_by_role("button", name="Lever la sourdine")).to_be_visible()


async def test_a_reclassified_incident_changes_hands(live_city: LiveCity, visitor: Visitor) -> None:
    await write(live_city, understand_hole(live_city.means))
    room = await visitor("/salle")
    await card(room, POTHOLE).get_by_role("button", name="Affaissement").click()

    await expect(card(room, "Affaissement")).to_contain_text("Confirmé par un agent")


async def test_channels_states_and_search_choose_what_is_shown(live_city: LiveCity, visitor: Visitor) -> None:
    await write(live_city, understand_hole(live_city.means))
    await write(live_city, live_city.means.expect("le lampadaire clignote", ("eclairage-lampadaire-eteint", 0.9)))
    await eventually(lambda: listed(live_city, 2))
    room = await visitor("/salle")
    await expect(room.get_by_role("article")).to_have_count(2)

    await room.get_by_role("link", name="Éclairage public").click()
    await expect(room.get_by_role("article")).to_have_count(1)
    await expect(room.get_by_role("heading", level=2, name="Éclairage public")).to_be_visible()
    await room.get_by_role("link", name="Résolus").click()
    await expect(room.get_by_role("article")).to_have_count(0)
    await room.go_back()
    await expect(room.get_by_role("article")).to_have_count(1)
    await room.get_by_role("link", name="Toutes les fiches").click()
    await expect(room.get_by_role("article")).to_have_count(2)
    await room.get_by_label("Chercher une fiche").fill("auxonne")
    await room.wait_for_url("**q=auxonne*")
    await expect(room.get_by_role("article")).to_have_count(1)
    await expect(card(room, POTHOLE)).to_be_visible()
    await expect(room.locator("#annonces")).to_be_empty()  # nothing new was said: it was only chosen


async def test_a_lost_feed_is_said_and_made_up_for(live_city: LiveCity, visitor: Visitor) -> None:
    understand_hole(live_city.means)
    room = await visitor("/salle")
    state = room.locator("#liaison")
    await expect(state).to_have_text("En direct")
    await room.context.set_offline(True)
    await room.get_by_label("Chercher une fiche").fill("auxonne")  # a look that fails
    await expect(state).to_contain_text("Liaison perdue")
    await write(live_city, HOLE)

    await room.context.set_offline(False)
    await room.get_by_label("Chercher une fiche").fill("")

    await expect(card(room, POTHOLE)).to_be_visible()
    await expect(state).to_have_text("En direct")


async def test_a_line_of_the_checklist_is_ticked_and_the_thread_says_who(live_city: LiveCity, visitor: Visitor) -> None:
    await write(live_city, understand_hole(live_city.means))
    room = await visitor("/salle")
    seen = card(room, POTHOLE)
    await seen.get_by_role("button", name="Je prends en charge").click()
    line = seen.get_by_role("button", name="Situer le trou")

    await line.click()

    await expect(line).to_have_attribute("aria-pressed", "true")
    await expect(seen.locator(".progress").first).to_contain_text("1/")
    await expect(seen.locator(".thread")).to_contain_text("✓ Situer le trou")
