"""The on-call page: read and changed with a keyboard, a thumb, or without any script."""

from __future__ import annotations

from datetime import timedelta

from playwright.async_api import Page, expect

from routing.store import roster
from tests.browser.conftest import LiveCity, Visitor
from tests.browser.test_everybody import SMALL, WIDTH, _faults

TOUR = "astreinte-technique"


async def shifts(live_city: LiveCity) -> tuple[str, str]:
    """(who has the duty for the next days, the other one), as names."""
    async with live_city.house.database.transaction() as session:
        people = await roster.load(session)
    held = people.calendar.holder(TOUR, live_city.house.clock.now() + timedelta(days=1))[0] or ""
    [other] = people.rotations[TOUR].people - {held}
    return people.people[held].name, people.people[other].name


async def give(page: Page, to: str) -> None:
    """Click on the first shift of the calendar that is not over, then give it to somebody."""
    form = page.locator("form").filter(has=page.get_by_role("heading", name="Confier une garde"))
    await form.get_by_label("À qui").select_option(label=to)
    await form.get_by_role("button", name="Confier la garde").click()


async def test_a_shift_is_given_away_by_a_click_and_a_form_without_script(
    live_city: LiveCity, visitor: Visitor
) -> None:
    holder, other = await shifts(live_city)
    page = await visitor(f"/astreinte?tour={TOUR}", java_script_enabled=False)
    await page.locator(".days .today").get_by_role("link", name=holder).last.click()
    await give(page, other)
    await expect(page.get_by_role("status")).to_contain_text("La garde est confiée")
    agreed = page.get_by_role("region", name="Ce qui est convenu").or_(page.locator("section[aria-labelledby=convenu]"))
    await expect(agreed).to_contain_text(f"{other} de garde")
    await agreed.get_by_role("button", name="Retirer").click()
    await expect(page.get_by_role("status")).to_contain_text("le calendrier habituel reprend")
    await expect(agreed).to_contain_text("sans exception à venir")


async def test_what_makes_no_sense_is_said_and_nothing_changes(live_city: LiveCity, visitor: Visitor) -> None:
    _, other = await shifts(live_city)
    page = await visitor(f"/astreinte?tour={TOUR}&de=2020-01-01T08:00&a=2020-01-02T08:00")
    await give(page, other)
    await expect(page.get_by_role("status")).to_contain_text("C'est déjà passé")
    await expect(page.locator("section[aria-labelledby=convenu]")).to_contain_text("sans exception à venir")


async def test_the_month_shows_every_day_and_my_own_agenda(live_city: LiveCity, visitor: Visitor) -> None:
    holder, _ = await shifts(live_city)
    page = await visitor(f"/astreinte?tour={TOUR}&vue=mois&le=2027-05-10")
    await expect(page.locator(".days > li")).to_have_count(42)
    await expect(page.locator(".days .holiday")).to_have_count(4)  # first and eighth of May, Ascension, Whit Monday
    await page.get_by_label("Vous êtes").fill(holder)
    await page.get_by_role("button", name="Enregistrer").click()
    await expect(page.locator(".days > li")).to_have_count(42)
    address = await page.get_by_role("link", name="mes gardes").get_attribute("href")
    assert address
    answer = await page.request.get(address)
    assert "BEGIN:VCALENDAR" in await answer.text()


async def test_the_page_is_for_everybody(live_city: LiveCity, visitor: Visitor) -> None:
    page = await visitor(f"/astreinte?tour={TOUR}&vue=mois")
    assert await _faults(page) == []
    phone = await visitor(f"/astreinte?tour={TOUR}", viewport={"width": 320, "height": 640}, has_touch=True)
    assert await phone.evaluate(SMALL) == []
    assert await phone.evaluate(WIDTH) <= 320
    await phone.goto("/salle/pourquoi")
    assert await phone.evaluate(SMALL) == []
    assert await phone.evaluate(WIDTH) <= 320
    await page.goto("/salle/pourquoi")
    await page.get_by_label("Qui, quel incident, ou quel réglage").fill("Personne")
    await page.get_by_role("button", name="Demander").click()
    await expect(page.get_by_role("alert")).to_contain_text("Le journal ne dit rien")
    assert await _faults(page) == []
