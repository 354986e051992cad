"""The page /astreinte: the calendar, and every change of it by plain forms."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from bot.console import access
from bot.console.duty_board import MONTH, WEEK, duty_board
from bot.console.feeds import PERSON, ROTATION, Feed
from bot.console.routes import TEMPLATES, TheHouse, shown
from bot.house import House
from routing.domain.oncall import Why, instant
from routing.domain.oncall.outlook import Trouble
from routing.domain.oncall.wall_clock import shown as wall_clock
from routing.domain.paging import NAMES
from routing.errors import Conflict, NotFound, RoutingError
from routing.service.absence import come_back, replace_person, take_time_off
from routing.service.hand_over import accept_hand_over
from routing.service.override_shift import drop_override, override_shift
from routing.service.swap_shift import approve_swap, refuse_swap, request_swap, take_swap, withdraw_swap
from routing.store.models import DutyReplacement, PersonTimeOff

KEPT = ("tour", "vue", "le", "equite")
PAST = "passe"
WHYS = {Why.OVERRIDE: "changement", Why.SWAP: "échange", Why.REPLACEMENT: "remplacement", Why.STAY: "relève attendue"}
TROUBLES = {
    Trouble.GAP: "Personne de garde",
    Trouble.UNREACHABLE: "De garde et injoignable",
    Trouble.REST: "Moins de 11 h de repos",
}
DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)

router = APIRouter(prefix="/astreinte", include_in_schema=False, dependencies=[Depends(access.check)])

Verb = Callable[[AsyncSession], Awaitable[object]]
Short = Annotated[str, Form(max_length=80)]


@router.get("")
async def page(
    request: Request,
    house: TheHouse,
    tour: str = "",
    vue: str = WEEK,
    le: str = "",
    de: str = "",
    a: str = "",
    equite: str = "",
    message: str = "",
) -> Response:
    """The whole page. ``de`` and ``a`` fill in the forms, as the calendar's links do; ``equite``: fairness so far."""
    name = access.name_of(request)
    day = _day(le) or wall_clock(house.clock.now(), house.desk.zone).date()
    past = equite == PAST
    board = await house.run(lambda session: duty_board(session, house, name, tour, vue, day, past=past))
    context = {
        "board": board,
        "name": name,
        "message": message,
        "from_": de,
        "until": a,
        "whys": WHYS,
        "troubles": TROUBLES,
        "days": DAYS,
        "months": MONTHS,
        "channel_names": NAMES,
        "link": lambda **given: _link(board.choice.rotation, board.choice.view, day, **given),
        "field": lambda at: wall_clock(at, house.desk.zone).isoformat(timespec="minutes"),
        "feed_of_person": lambda id_: Feed(PERSON, id_).address(house),
        "feed_of_rotation": lambda id_: Feed(ROTATION, id_).address(house),
        "past": past,
        "PAST": PAST,
        "WEEK": WEEK,
        "MONTH": MONTH,
        **shown(house),
    }
    return TEMPLATES.TemplateResponse(request, "astreinte.html", context)


@router.post("/identite")
async def say_who(request: Request, nom: Short = "") -> Response:
    """Who sits at the screen; every later action carries this name."""
    response = _back(request, "C’est noté : vos actions porteront ce nom.")
    access.remember_name(response, nom)
    return response


@router.post("/gardes")
async def give_duty(
    request: Request, house: TheHouse, tour: Short = "", personne: Short = "", debut: Short = "", fin: Short = ""
) -> Response:
    """A stretch of a rotation's duty is somebody's."""
    by, desk = access.name_of(request), house.desk
    return await _warned(
        request,
        house,
        "La garde est confiée.",
        lambda s: override_shift(s, desk, tour, personne, *_stretch(house, debut, fin), by=by),
    )


@router.post("/remplacements")
async def replace_somebody(
    request: Request, house: TheHouse, personne: Short = "", par: Short = "", debut: Short = "", fin: Short = ""
) -> Response:
    """A substitute takes whatever duty somebody would have."""
    by, desk = access.name_of(request), house.desk
    return await _warned(
        request,
        house,
        "Le remplacement est noté.",
        lambda s: replace_person(s, desk, personne, par, *_stretch(house, debut, fin), by=by),
    )


@router.post("/conges")
async def leave(
    request: Request, house: TheHouse, personne: Short = "", debut: Short = "", fin: Short = ""
) -> Response:
    """Somebody takes no duty."""
    by, desk = access.name_of(request), house.desk

    async def work(session: AsyncSession) -> list[str]:
        gaps = await take_time_off(session, desk, personne, *_stretch(house, debut, fin), by=by)
        return [f"Attention : {len(gaps)} garde(s) restent sans personne, voir plus bas."] if gaps else []

    return await _warned(request, house, "Le congé est noté.", work)


@router.post("/echanges")
async def ask_swap(
    request: Request, house: TheHouse, tour: Short = "", personne: Short = "", debut: Short = "", fin: Short = ""
) -> Response:
    """Somebody would like to give away duty of theirs."""
    by, desk = access.name_of(request), house.desk
    return await _perform(
        request,
        house,
        "La demande est affichée.",
        lambda s: request_swap(s, desk, tour, personne, *_stretch(house, debut, fin), by=by),
    )


@router.post("/echanges/{swap}/{action}")
async def answer_swap(
    request: Request,
    house: TheHouse,
    swap: int,
    action: str,
    personne: Short = "",
    debut: Short = "",
    fin: Short = "",
) -> Response:
    """A colleague takes the duty, somebody else decides, or the request is withdrawn."""
    by, desk = access.name_of(request), house.desk

    async def take(session: AsyncSession) -> None:
        back = _stretch(house, debut, fin) if debut or fin else None
        await take_swap(session, desk, swap, personne, by=by, back=back)

    verbs: dict[str, tuple[str, Verb]] = {
        "prendre": ("Vous prenez cette garde.", take),
        "approuver": ("L’échange est approuvé.", lambda s: approve_swap(s, desk, swap, by=by)),
        "refuser": ("L’échange est refusé.", lambda s: refuse_swap(s, desk, swap, by=by)),
        "retirer": ("La demande est retirée.", lambda s: withdraw_swap(s, desk, swap, by=by)),
    }
    if action not in verbs:
        raise NotFound("Cette action n'existe pas")
    words, verb = verbs[action]
    return await (_warned if action == "approuver" else _perform)(request, house, words, verb)


@router.post("/retirer/{kind}/{number}")
async def drop(request: Request, house: TheHouse, kind: str, number: int) -> Response:
    """An agreed exception ends now, or never begins."""
    by, desk = access.name_of(request), house.desk
    verbs: dict[str, Verb] = {
        "garde": lambda s: drop_override(s, desk, number, by=by),
        "remplacement": lambda s: come_back(s, desk, DutyReplacement, number, by=by),
        "conge": lambda s: come_back(s, desk, PersonTimeOff, number, by=by),
    }
    if kind not in verbs:
        raise NotFound("Cette action n'existe pas")
    return await _perform(request, house, "C’est retiré : le calendrier habituel reprend.", verbs[kind])


@router.post("/releves/{number}")
async def accept(request: Request, house: TheHouse, number: int) -> Response:
    """The incoming person takes what is under way."""
    by, desk = access.name_of(request), house.desk
    return await _perform(request, house, "La relève est acceptée.", lambda s: accept_hand_over(s, desk, number, by=by))


async def _warned(
    request: Request, house: House, words: str, verb: Callable[[AsyncSession], Awaitable[Any]]
) -> Response:
    """As ``_perform``, with the warnings that the verb returns."""
    warnings: list[str] = []

    async def work(session: AsyncSession) -> None:
        warnings[:] = await verb(session)

    response = await _perform(request, house, words, work)
    return _back(request, " ".join([words, *warnings])) if warnings else response


async def _perform(request: Request, house: House, words: str, verb: Verb) -> Response:
    try:
        await house.run(verb)
    except RoutingError as error:
        words = f"{error}."
    return _back(request, words)


def _back(request: Request, message: str) -> Response:
    """To the same calendar, with the words on it."""
    came = dict(parse_qsl(request.headers.get("referer", "").partition("?")[2].partition("#")[0]))
    kept = {key: came[key] for key in KEPT if key in came}
    return RedirectResponse(f"/astreinte?{urlencode({**kept, 'message': message})}", status_code=303)


def _link(rotation: str, view: str, day: date, **given: str | date) -> str:
    """The page's address for another choice."""
    wanted: dict[str, Any] = {"tour": rotation, "vue": view, "le": day.isoformat(), **given}
    return f"/astreinte?{urlencode(wanted)}"


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2100 else None


def _stretch(house: House, begins: str, ends: str) -> tuple[datetime, datetime]:
    """Two fields' wall-clock times as instants. Raises Conflict in words for what is none."""
    zone = house.desk.zone
    try:
        first, last = (datetime.fromisoformat(text).replace(tzinfo=None) for text in (begins, ends))
        return instant(first, zone), instant(last, zone)
    except (ValueError, OverflowError) as error:
        raise Conflict("Il manque une date et une heure") from error
