"""The main job, seen by the people who do it."""

from __future__ import annotations

from playwright.async_api import expect

from routing.domain.understanding import Decision
from tests.browser.conftest import LiveCity, Visitor
from tests.browser.people import card, report, telephone
from tests.browser.words import FIRE, VAGUE, understand_fire, understand_hole

POTHOLE = "Nid-de-poule ou chaussée dégradée"


async def test_a_hole_is_reported_seen_taken_and_its_citizen_told(live_city: LiveCity, visitor: Visitor) -> None:
    words = understand_hole(live_city.means)
    room = await visitor("/salle")
    await expect(room.get_by_text("la salle est calme")).to_be_visible()
    await expect(room.locator("#liaison")).to_have_text("En direct")
    citizen = await visitor("/signaler")

    await report(citizen, words)

    seen = card(room, POTHOLE)
    await expect(seen).to_contain_text("rue d'Auxonne, Dijon")
    await expect(seen).to_contain_text(words)
    await expect(seen).to_contain_text("Voirie et ouvrages d'art")
    await expect(room.locator("#annonces")).to_contain_text(POTHOLE)
    await expect(citizen.get_by_role("heading", level=1)).to_have_text("Transmis au service compétent")
    await seen.get_by_role("button", name="Je prends en charge").click()

    await expect(seen).to_contain_text("Pris par Opérateur de salle")
    await expect(seen.get_by_role("button", name="Je prends en charge")).to_have_count(0)
    await expect(citizen.get_by_role("heading", level=1)).to_have_text("Pris en charge")
    await expect(citizen.locator("#annonces")).to_have_text("Pris en charge")


async def test_a_fire_rings_and_who_cannot_is_followed_by_the_next_level(live_city: LiveCity, visitor: Visitor) -> None:
    understand_fire(live_city.means)
    room = await visitor("/salle")
    citizen = await visitor("/signaler")

    await report(citizen, FIRE)

    await expect(citizen.locator(".emergency.heard")).to_contain_text("112")
    first = telephone(room, 1)
    await expect(first).to_have_count(1)
    await expect(first.locator("[data-countdown]")).to_contain_text("Niveau suivant appelé dans 1:")
    await expect(room.locator("#alertes")).to_contain_text("sonne pour IN-")
    await expect(card(room, "Incendie de bâtiment").locator(".flag.danger")).to_be_visible()
    await first.get_by_role("button", name="Je ne peux pas").click()

    await expect(telephone(room, 2).first).to_be_visible()
    await expect(room.locator(".phone.silent")).to_contain_text("Ne peut pas")
    await telephone(room, 2).first.get_by_role("button", name="Je prends").click()

    await expect(room.locator("[data-rings]")).to_have_count(0)
    await expect(room.get_by_text("Aucun téléphone ne sonne")).to_be_visible()
    await expect(card(room, "Incendie de bâtiment")).to_contain_text("Pris par")


async def test_a_question_is_answered_by_one_big_button(live_city: LiveCity, visitor: Visitor) -> None:
    live_city.means.expect(
        VAGUE, ("mobilier-batiments-ecole-panne", 0.41), ("mobilier-batiments-banc", 0.33), decision=Decision.ASK
    )
    citizen = await visitor("/signaler")
    room = await visitor("/salle")
    await report(citizen, VAGUE)
    await expect(citizen.get_by_role("heading", name="De quoi s’agit-il")).to_be_visible()
    await expect(citizen.get_by_role("button", name="Aucune ne convient")).to_be_visible()

    await citizen.locator("button.choice").first.click()

    await expect(citizen.get_by_role("heading", level=1)).to_have_text("Transmis au service compétent")
    await expect(room.locator("article")).to_contain_text("précisé par le citoyen", ignore_case=True)


async def test_the_playground_writes_and_hears_back(live_city: LiveCity, visitor: Visitor) -> None:
    understand_hole(live_city.means)
    demo = await visitor("/demo")

    await demo.get_by_role("button", name="Un nid-de-poule").click()

    await expect(demo.locator(".conversation .mine")).to_contain_text("énorme trou")
    await expect(demo.locator(".conversation .theirs")).to_contain_text("C'est noté")
    await expect(card(demo, POTHOLE)).to_be_visible()
    await card(demo, POTHOLE).get_by_role("button", name="Je prends en charge").click()
    await expect(demo.locator(".conversation")).to_contain_text("est pris en charge")
