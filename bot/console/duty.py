"""The page /astreinte: the calendar, and every change of it by plain forms."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from bot.console import access
from bot.console.duty_board import MONTH, WEEK, duty_board
from bot.console.duty_words import DAYS, LENGTHS, MONTHS, TROUBLES, WHYS
from bot.console.feeds import PERSON, ROTATION, Feed
from bot.console.routes import TEMPLATES, TheHouse, shown
from bot.house import House
from bot.staff.words import pause
from routing.domain.oncall import Shift, instant
from routing.domain.oncall.wall_clock import shown as wall_clock
from routing.domain.paging import NAMES
from routing.errors import Conflict, NotFound, RoutingError
from routing.service.absence import come_back, replace_person, take_time_off
from routing.service.desk import Desk
from routing.service.hand_over import accept_hand_over
from routing.service.override_shift import drop_override, override_shift
from routing.service.swap_shift import approve_swap, refuse_swap, request_swap, take_swap, withdraw_swap
from routing.store.models import DutyReplacement, PersonTimeOff

KEPT = ("tour", "vue", "le", "equite")
PAST = "passe"

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
        "pause": pause,
        "link": lambda **given: _link(board.choice.rotation, board.choice.view, day, **given),
        "field": lambda at: wall_clock(at, house.desk.zone).isoformat(timespec="minutes"),
        "feed_of_person": lambda id_: Feed(PERSON, id_).address(house),
        "feed_of_rotation": lambda id_: Feed(ROTATION, id_).address(house),
        "past": past,
        "lengths": LENGTHS,
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


@dataclass(frozen=True, slots=True)
class Gesture:
    """One form of the page: who sent it, and the stretch it speaks of."""

    request: Request
    house: House
    begins: str
    ends: str

    @property
    def by(self) -> str:
        """The name at the screen."""
        return access.name_of(self.request)

    @property
    def desk(self) -> Desk:
        """What every verb has at hand."""
        return self.house.desk

    @property
    def stretch(self) -> tuple[datetime, datetime]:
        """The fields' wall-clock times as instants. Raises Conflict in words for what is none."""
        zone = self.desk.zone
        try:
            first, last = (datetime.fromisoformat(text).replace(tzinfo=None) for text in (self.begins, self.ends))
            return instant(first, zone), instant(last, zone)
        except (ValueError, OverflowError) as error:
            raise Conflict("Il manque une date et une heure") from error

    async def perform(self, words: str, verb: Verb) -> Response:
        """Carry it out, then back to the page with ``words`` and the verb's warnings, or with its refusal."""
        try:
            found = await self.house.run(verb)
        except RoutingError as error:
            return _back(self.request, f"{error}.")
        return _back(self.request, " ".join([words, *(found if isinstance(found, list) else ())]))


def gesture(request: Request, house: TheHouse, debut: Short = "", fin: Short = "") -> Gesture:
    """From the form's fields."""
    return Gesture(request, house, debut, fin)


AGesture = Annotated[Gesture, Depends(gesture)]


@router.post("/gardes")
async def give_duty(form: AGesture, tour: Short = "", personne: Short = "") -> Response:
    """A stretch of a rotation's duty is somebody's."""
    return await form.perform(
        "La garde est confiée.",
        lambda session: override_shift(session, form.desk, tour, personne, *form.stretch, by=form.by),
    )


@router.post("/remplacements")
async def replace_somebody(form: AGesture, personne: Short = "", par: Short = "") -> Response:
    """A substitute takes whatever duty somebody would have."""
    return await form.perform(
        "Le remplacement est noté.",
        lambda session: replace_person(session, form.desk, personne, par, *form.stretch, by=form.by),
    )


@router.post("/conges")
async def leave(form: AGesture, personne: Short = "") -> Response:
    """Somebody takes no duty."""

    async def work(session: AsyncSession) -> list[str]:
        gaps = await take_time_off(session, form.desk, personne, *form.stretch, by=form.by)
        return [f"Attention : {len(gaps)} garde(s) restent sans personne, voir plus bas."] if gaps else []

    return await form.perform("Le congé est noté.", work)


@router.post("/echanges")
async def ask_swap(form: AGesture, tour: Short = "", personne: Short = "") -> Response:
    """Somebody would like to give away duty of theirs."""
    return await form.perform(
        "La demande est affichée.",
        lambda session: request_swap(session, form.desk, tour, personne, *form.stretch, by=form.by),
    )


@router.post("/echanges/{swap}/{action}")
async def answer_swap(form: AGesture, swap: int, action: str, personne: Short = "", tour: Short = "") -> Response:
    """A colleague takes the duty, somebody else decides, or the request is withdrawn."""
    by, desk = form.by, form.desk

    async def take(session: AsyncSession) -> None:
        back = Shift(tour, *form.stretch) if form.begins or form.ends else None
        await take_swap(session, desk, swap, personne, by=by, back=back)

    verbs: dict[str, tuple[str, Verb]] = {
        "prendre": ("Vous prenez cette garde.", take),
        "approuver": ("L’échange est approuvé.", lambda session: approve_swap(session, desk, swap, by=by)),
        "refuser": ("L’échange est refusé.", lambda session: refuse_swap(session, desk, swap, by=by)),
        "retirer": ("La demande est retirée.", lambda session: withdraw_swap(session, desk, swap, by=by)),
    }
    if action not in verbs:
        raise NotFound("Cette action n'existe pas")
    return await form.perform(*verbs[action])


@router.post("/retirer/{kind}/{number}")
async def drop(form: AGesture, kind: str, number: int) -> Response:
    """An agreed exception ends now, or never begins."""
    by, desk = form.by, form.desk
    verbs: dict[str, Verb] = {
        "garde": lambda session: drop_override(session, desk, number, by=by),
        "remplacement": lambda session: come_back(session, desk, DutyReplacement, number, by=by),
        "conge": lambda session: come_back(session, desk, PersonTimeOff, number, by=by),
    }
    if kind not in verbs:
        raise NotFound("Cette action n'existe pas")
    return await form.perform("C’est retiré : le calendrier habituel reprend.", verbs[kind])


@router.post("/releves/{number}")
async def accept(form: AGesture, number: int) -> Response:
    """The incoming person takes what is under way."""
    return await form.perform(
        "La relève est acceptée.", lambda session: accept_hand_over(session, form.desk, number, by=form.by)
    )


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
