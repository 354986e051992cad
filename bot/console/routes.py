"""The room's screen at /salle: one page, its fragments, its live feed, and the actions of cards and telephones."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse, StreamingResponse
from fastapi.templating import Jinja2Templates
from sqlalchemy.ext.asyncio import AsyncSession

from bot.console import access, board, quality
from bot.console.stretches import served
from bot.house import House
from bot.staff import find_procedures
from routing.domain.incident import IncidentState
from routing.domain.procedure import Severity
from routing.domain.redaction import readable
from routing.errors import Conflict, NotFound, RoutingError
from routing.service.acknowledge import acknowledge
from routing.service.answer import decline, take
from routing.service.escalate import call_duty
from routing.service.forget_attachment import forget
from routing.service.mute import hear_again, mute_incident
from routing.service.reclassify import NONE_FITS, reclassify
from routing.service.resolve import REASONS, reopen, resolve
from routing.service.tick import tick
from routing.store import attachments
from routing.store import calls as citizens_calls
from routing.store.models import PhoneCall

TEMPLATES = Jinja2Templates(Path(__file__).parent / "templates")

router = APIRouter(prefix="/salle", include_in_schema=False, dependencies=[Depends(access.check)])
door = APIRouter(include_in_schema=False)


def house_of(request: Request) -> House:
    """The house behind this application."""
    house: House = request.app.state.house
    return house


TheHouse = Annotated[House, Depends(house_of)]


def shown(house: House) -> dict[str, Any]:
    """What every template of the room may use."""
    return {
        "now": house.clock.now(),
        "local": lambda at: _local(house, at),
        "ago": lambda at: _ago(house, at),
        "severities": {
            Severity.CRITICAL: "Critique",
            Severity.URGENT: "Urgent",
            Severity.NORMAL: "Normal",
            Severity.INFO: "Info",
        },
        "states": {
            IncidentState.OPEN: "À prendre",
            IncidentState.ACKNOWLEDGED: "Pris en charge",
            IncidentState.RESOLVED: "Résolu",
        },
        "reasons": REASONS,
        "none_fits": NONE_FITS,
        "embedded": house.settings.embedded,
    }


def _local(house: House, at: datetime | str) -> datetime:
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return moment.astimezone(house.desk.zone)


def _ago(house: House, at: datetime | str) -> str:
    """Age in words: à l'instant, 4 min, 2 h 10, 3 j."""
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    minutes = max(timedelta(), house.clock.now() - moment) // timedelta(minutes=1)
    if minutes < 1:
        return "à l'instant"
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 24 * 60:
        return f"{minutes // 60} h {minutes % 60:02d}"
    return f"{minutes // (24 * 60)} j"


@router.get("")
async def room(
    request: Request, house: TheHouse, canal: str = "", etat: str = "", q: str = "", message: str = ""
) -> Response:
    """The whole screen."""
    return await _screen(request, house, "salle.html", canal, etat, q, message=message)


@router.get("/fiches")
async def cards(request: Request, house: TheHouse, canal: str = "", etat: str = "", q: str = "") -> Response:
    """Channels, cards and telephones as a fragment, for the live screen."""
    return await _screen(request, house, "_tableau.html", canal, etat, q)


async def _screen(
    request: Request, house: House, template: str, channel: str, state: str, query: str, message: str = ""
) -> Response:
    async def work(session: AsyncSession) -> tuple[board.Board, list[board.CallView], Sequence[PhoneCall]]:
        screen = await board.board(session, house, channel=channel, state=state, query=query)
        return screen, await board.calls(session), await citizens_calls.missed(session, house.clock.now())

    screen, calls, missed = await house.run(work)
    context = {
        "board": screen,
        "calls": calls,
        "missed": missed,
        "name": access.name_of(request),
        "message": message,
        "procedures": [(item.id, item.title) for item in house.desk.catalogue.procedures.values()],
        **shown(house),
    }
    return TEMPLATES.TemplateResponse(request, template, context)


@router.get("/comprehension")
async def understanding(request: Request, house: TheHouse) -> Response:
    """How well messages are understood, by what people of the room said afterwards."""
    view = await house.run(lambda session: quality.quality(session, house))
    return TEMPLATES.TemplateResponse(request, "comprehension.html", {"view": view, **shown(house)})


@router.get("/flux")
async def feed(request: Request) -> Response:
    """Server-sent events: something changed."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(request.app.state.live.stream(), media_type="text/event-stream", headers=headers)


@router.get("/procedures")
async def search_procedures(house: TheHouse, q: str = "") -> Response:
    """Procedures whose id, title, label or cue hold every word of ``q``, whatever the accents."""
    found = find_procedures(house.desk.catalogue, q)
    shown = [{"id": item.id, "title": item.title, "cue": item.cue, "severity": item.severity} for item in found]
    return JSONResponse(shown)


@router.post("/identite")
async def say_name(request: Request, nom: Annotated[str, Form(max_length=80)] = "") -> Response:
    """Who sits at the screen; every later action carries this name."""
    response = _done(request)
    access.remember_name(response, nom)
    return response


@router.post("/incidents/{reference}/{action}")
async def act(
    request: Request,
    house: TheHouse,
    reference: str,
    action: str,
    motif: Annotated[str, Form(max_length=400)] = "",
    procedure: Annotated[str, Form(max_length=80)] = "",
    dequi: Annotated[str, Form(max_length=120)] = "",
    duree: Annotated[int, Form(ge=1, le=24 * 60)] = 60,
) -> Response:
    """A card's button."""
    by, desk = access.name_of(request), house.desk
    until = desk.now() + timedelta(minutes=duree)
    verbs: dict[str, Callable[[AsyncSession], Awaitable[object]]] = {
        "prendre": lambda session: acknowledge(session, desk, reference, by=by),
        "resoudre": lambda session: resolve(
            session, desk, reference, by=by, reason=motif or REASONS[0], owner=readable(dequi)
        ),
        "rouvrir": lambda session: reopen(session, desk, reference, by=by, reason=motif),
        "reclasser": lambda session: reclassify(session, desk, reference, by=by, procedure_id=procedure),
        "astreinte": lambda session: call_duty(session, desk, reference, by=by, reason=motif),
        "sourdine": lambda session: mute_incident(session, desk, reference, until=until, reason=motif, by=by),
        "entendre": lambda session: hear_again(session, desk, reference, by=by),
    }
    if action not in verbs:
        raise NotFound("Cette action n'existe pas")
    return await _perform(request, house, verbs[action])


@router.post("/etapes/{dispatch}/{position}")
async def tick_line(
    request: Request, house: TheHouse, dispatch: int, position: int, fait: Annotated[str, Form()] = "1"
) -> Response:
    """A line of a checklist is done, or not after all."""
    by = access.name_of(request)
    return await _perform(
        request, house, lambda session: tick(session, house.desk, dispatch, position, by=by, done=fait == "1")
    )


@router.post("/appels/{page}/{answer}")
async def answer_call(request: Request, house: TheHouse, page: int, answer: str) -> Response:
    """A telephone of the panel: the person takes the incident, or cannot."""
    verbs: dict[str, Callable[[AsyncSession], Awaitable[object]]] = {
        "prendre": lambda session: take(session, house.desk, page),
        "refuser": lambda session: decline(session, house.desk, page),
    }
    if answer not in verbs:
        raise NotFound("Cette réponse n'existe pas")
    return await _perform(request, house, verbs[answer])


@router.post("/appels-manques/{call}/vu")
async def deal_with_missed(request: Request, house: TheHouse, call: int) -> Response:
    """Somebody called back a citizen who hung up without a word, or decided not to."""

    async def work(session: AsyncSession) -> None:
        await citizens_calls.dealt_with(session, call, house.clock.now())

    return await _perform(request, house, work)


@router.get("/pieces/{number}")
async def piece(request: Request, house: TheHouse, number: int) -> Response:
    """A photo or sound, for people of the room only; never kept by a browser or a proxy."""
    row = await house.run(lambda session: attachments.with_content(session, number))
    headers = {"Cache-Control": "private, no-store", "Content-Disposition": f'inline; filename="piece-{row.id}"'}
    return served(row.content or b"", row.media_type, request.headers.get("range"), headers)


@router.post("/pieces/{number}/supprimer")
async def forget_piece(request: Request, house: TheHouse, number: int) -> Response:
    """A person has no more use for a photo or sound."""
    by = access.name_of(request)
    return await _perform(request, house, lambda session: forget(session, house.desk, number, by=by))


async def _perform(request: Request, house: House, verb: Callable[[AsyncSession], Awaitable[object]]) -> Response:
    try:
        await house.run(verb)
    except RoutingError as error:
        status = 404 if isinstance(error, NotFound) else 409 if isinstance(error, Conflict) else 422
        return _done(request, message=str(error), status=status)
    return _done(request)


def _done(request: Request, message: str = "", status: int = 200) -> Response:
    """A script gets a status and words; a plain form goes back to the screen with the words on it."""
    if request.headers.get("x-requested-with") == "fetch":
        return JSONResponse({"message": message}, status_code=status)
    back = request.headers.get("referer", "").partition("?")[2]
    query = "&".join(part for part in back.split("&") if part and not part.startswith("message="))
    target = str(request.url_for("room").include_query_params(message=message)) if message else "/salle"
    if query:
        target += ("&" if "?" in target else "?") + query
    return RedirectResponse(target, status_code=303)


@door.get("/salle/connexion")
async def sign_in_page(request: Request) -> Response:
    """Ask for the token."""
    return TEMPLATES.TemplateResponse(request, "connexion.html", {"problem": ""})


@door.post("/salle/connexion")
async def sign_in(request: Request, house: TheHouse, jeton: Annotated[str, Form(max_length=300)] = "") -> Response:
    """Open a session for whoever knows the token."""
    access.same_site(request)
    if not secrets.compare_digest(jeton.encode(), house.api_token.encode()):
        context = {"problem": "Ce jeton n'est pas le bon : c'est la valeur de VIGIE_API_TOKEN."}
        return TEMPLATES.TemplateResponse(request, "connexion.html", context, status_code=401)
    response = RedirectResponse("/salle", status_code=303)
    access.sign_in(response, house)
    return response


@door.get("/")
async def welcome(request: Request, house: TheHouse) -> Response:
    """Where to go from here."""
    return TEMPLATES.TemplateResponse(request, "accueil.html", {"embedded": house.settings.embedded})
