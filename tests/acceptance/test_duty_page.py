"""The on-call page as a browser without script uses it: links, forms, and words that come back."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from bot.console.access import NAME_COOKIE
from routing.service.hand_over import prepare_hand_overs
from routing.service.watch_calendar import watch_calendar
from routing.store.models import DutyReplacement, HandOver, PersonTimeOff, ShiftSwap
from tests.acceptance.test_calendar import on_duty, use
from tests.city import City
from tests.understood import Scripted
from tests.unit.duty import paris

ANAS_WEEK = {"debut": "2026-03-16T08:00", "fin": "2026-03-23T08:00"}
BRUNOS_WEEK = {"debut": "2026-03-23T08:00", "fin": "2026-03-30T08:00"}


@pytest.fixture(autouse=True)
async def _roster(city: City, tmp_path: Path) -> None:
    await use(city, tmp_path)


async def send(city: City, path: str, **fields: str) -> str:
    """Post a form; returns the words on the page that follows."""
    referer = "http://vigie.test/astreinte?tour=routes&vue=mois&message=avant"
    answer = await city.web.post(f"/astreinte/{path}", data=fields, headers={"referer": referer})
    assert answer.status_code == 303, answer.text
    asked = parse_qs(urlsplit(answer.headers["location"]).query)
    assert (asked["tour"], asked["vue"]) == (["routes"], ["mois"])
    return asked["message"][0]


async def page(city: City, **choice: str) -> str:
    """The page's text."""
    answer = await city.web.get("/astreinte", params={"tour": "routes", **choice})
    assert answer.status_code == 200
    return answer.text


async def test_every_form_does_what_it_says(city: City) -> None:
    given = await send(city, "gardes", tour="routes", personne="chloe", **ANAS_WEEK)
    assert given == "La garde est confiée."
    assert await on_duty(city, "2026-03-17 12:00") == "chloe"
    replaced = await send(city, "remplacements", personne="bruno", par="ana", **BRUNOS_WEEK)
    assert replaced == "Le remplacement est noté."
    assert await on_duty(city, "2026-03-24 12:00") == "ana"
    shown = await page(city)
    assert "<strong>Chloé Roy</strong> de garde (routes)" in shown
    assert "<strong>Ana Martin</strong> remplace Bruno Petit" in shown
    async with city.session() as session:
        number = await session.scalar(select(DutyReplacement.id))
    assert "le calendrier habituel reprend" in await send(city, f"retirer/remplacement/{number}")
    assert await send(city, f"retirer/remplacement/{number}") == "Cette absence n'est plus au calendrier."
    assert await on_duty(city, "2026-03-24 12:00") == "bruno"


async def test_time_off_warns_of_what_it_leaves_and_shows_the_gap_in_red(city: City) -> None:
    off = {"debut": "2026-03-18T00:00", "fin": "2026-03-20T00:00"}
    assert "1 garde(s) restent sans personne" in await send(city, "conges", personne="ana", **off)
    shown = await page(city, le="2026-03-18")
    assert "Trouver quelqu’un" in shown
    assert '<li class="nobody">' in shown
    async with city.session() as session:
        number = await session.scalar(select(PersonTimeOff.id))
        await watch_calendar(session, city.house.desk, ("console",))
    assert "1 point à régler" in (await city.web.get("/salle")).text
    await send(city, f"retirer/conge/{number}")
    assert '<li class="nobody">' not in await page(city, le="2026-03-18")


async def test_a_swap_goes_its_way_on_the_page(city: City) -> None:
    assert await send(city, "echanges", tour="routes", personne="ana", **ANAS_WEEK) == "La demande est affichée."
    async with city.session() as session:
        swap = await session.scalar(select(ShiftSwap.id))
    assert "Ana Martin donne sa garde" in await page(city)
    of_bruno = {"personne": "bruno", "tour": "routes", **BRUNOS_WEEK}
    refused = await send(city, f"echanges/{swap}/prendre", **{**of_bruno, "tour": "nuits"})
    assert refused == "Ce tour d'astreinte n'existe pas."
    taken = await send(city, f"echanges/{swap}/prendre", **of_bruno)
    assert taken == "Vous prenez cette garde."
    assert "Bruno Petit la prend et rend la sienne (routes)" in await page(city)
    assert await send(city, f"echanges/{swap}/approuver") == "L’échange est approuvé."
    assert [await on_duty(city, f"2026-03-{day} 12:00") for day in (17, 24)] == ["bruno", "ana"]
    assert await send(city, f"echanges/{swap}/refuser") == "Cet échange est déjà approuvé."
    again = {"debut": "2026-03-30T08:00", "fin": "2026-04-06T08:00"}
    await send(city, "echanges", tour="routes", personne="ana", **again)
    assert await send(city, f"echanges/{int(swap or 0) + 1}/retirer") == "La demande est retirée."


async def test_whoever_arrives_accepts_what_is_under_way(city: City, scripted: Scripted) -> None:
    words = scripted.expect("ça deale sous le porche", ("police-municipale-deal", 0.95), place="rue Monge")
    city.clock.at = paris("2026-03-16 07:40")
    incident = (await city.opened(words))["reference"]
    await city.act(incident, "acknowledge", by="Bruno Petit")
    async with city.session() as session:
        await prepare_hand_overs(session, city.house.desk)
    await city.settle(minutes=35)
    assert "Bruno Petit reste d&#39;astreinte" in (await city.web.get("/salle")).text
    shown = await page(city)
    assert "Ana Martin succède à Bruno Petit" in shown
    assert incident in shown
    async with city.session() as session:
        number = await session.scalar(select(HandOver.id).where(HandOver.rotation == "routes"))
    city.web.cookies.set(NAME_COOKIE, "Bruno%20Petit")
    assert "qui arrive" in await send(city, f"releves/{number}")
    city.web.cookies.set(NAME_COOKIE, "Ana%20Martin")
    assert await send(city, f"releves/{number}") == "La relève est acceptée."
    assert await on_duty(city, "2026-03-16 08:16") == "ana"
    assert "Comment je suis appelé·e" in await page(city)


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("gardes", {"tour": "routes", "personne": "ana"}),
        ("gardes", {"tour": "routes", "personne": "ana", "debut": "demain", "fin": "hier"}),
        ("gardes", {"tour": "routes", "personne": "ana", "debut": "9999-12-31T23:59", "fin": "9999-12-31T23:59"}),
        ("gardes", {}),
        ("conges", {"personne": "x" * 80, **ANAS_WEEK}),
        ("remplacements", {"personne": "ana", "par": "", **ANAS_WEEK}),
        ("echanges/1/prendre", {"personne": "ana"}),
        ("echanges/1/approuver", {}),
        ("releves/1", {}),
        ("retirer/garde/1", {}),
    ],
)
async def test_whatever_is_sent_comes_back_in_words(city: City, path: str, fields: dict[str, str]) -> None:
    assert (await send(city, path, **fields)).endswith(".")


@pytest.mark.parametrize("choice", [{"le": "hier"}, {"le": "9999-01-01"}, {"vue": "an"}, {"tour": "x"}, {"de": "<b>"}])
async def test_whatever_is_asked_for_is_a_page(city: City, choice: dict[str, str]) -> None:
    assert "<b>" not in await page(city, **choice)


async def test_fairness_looks_ahead_or_back(city: City) -> None:
    ahead, back = await page(city), await page(city, equite="passe")
    assert "douze semaines à venir</h2>" in ahead
    assert "douze semaines passées</h2>" in back
    assert '<th scope="row">Ana Martin</th><td>1008</td><td>42</td><td>12</td>' in "".join(ahead.split("\n"))


async def test_forms_of_other_sites_and_unknown_actions_are_refused(city: City) -> None:
    foreign = await city.web.post("/astreinte/gardes", headers={"origin": "https://ailleurs.test"})
    assert foreign.status_code == 403
    for path in ("echanges/1/manger", "retirer/lune/1"):
        assert (await city.web.post(f"/astreinte/{path}")).status_code == 404


async def test_a_duty_of_one_has_no_end(city: City) -> None:
    assert "pas de relève prévue" in await page(city, tour="chef")


async def test_whoever_says_their_name_sees_how_they_are_reached_and_tries_it_there(city: City, tmp_path: Path) -> None:
    plan = [{"after": 0, "by": "voice"}, {"after": 20, "by": "sms"}, {"after": 90, "by": "slack"}]
    ana = {"id": "ana", "name": "Ana Martin", "phone": "+33639980011", "plan": plan}
    await use(
        city, tmp_path, people=[ana, {"id": "bruno", "name": "Bruno Petit"}, {"id": "chloe", "name": "Chloé Roy"}]
    )
    city.web.cookies.set(NAME_COOKIE, "Ana%20Martin")
    shown = await page(city)
    for words in ("téléphone, tout de suite", "SMS, après 20 s", "Slack, après 1 min 30 s", "<strong>jamais appelé·e"):
        assert words in shown, words
    assert 'action="/salle/joindre/ana/essai"' in shown
