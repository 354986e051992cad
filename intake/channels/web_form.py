"""The citizen's web form and tracking page: usable on a phone, by keyboard, by screen reader, without script."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from fastapi.templating import Jinja2Templates
from sqlalchemy.ext.asyncio import AsyncSession

from intake import closed_question, open_question, replies
from intake.channels import web_fields
from intake.channels.messages import take
from intake.channels.web_map import drawing
from intake.channels.web_tracking import Tracking, says_solved, tracking_of
from intake.errors import IntakeError, TooMany
from intake.models import Message, Piece, words
from intake.ports import House
from intake.wording import DEFAULT, catalogues, say, spoken
from routing.domain.area import Sights
from routing.domain.incident import IncidentState
from routing.domain.redaction import readable
from routing.domain.understanding import Channel
from routing.errors import Conflict, RoutingError
from routing.service.outcome import not_solved, solved
from routing.service.warn import flooded
from routing.store import incidents, reports
from routing.store.models import Report

TEMPLATES = Jinja2Templates(Path(__file__).parent / "templates")


class PublicPages:
    """The form and the tracking page. ``away`` is what ``house.run`` raises when the database is gone.

    ``digest`` makes a name for a connection that nobody can read back; ``sights`` reads what a map can show.
    """

    def __init__(
        self, house: House, away: type[Exception], digest: Callable[[str], str], sights: Callable[[], Sights]
    ) -> None:
        self._house = house
        self._away = away
        self._digest = digest
        self._sights = cache(sights)

    def router(self) -> APIRouter:
        """The public routes."""
        router = APIRouter(include_in_schema=False)
        router.add_api_route("/signaler", self.form, methods=["GET"])
        router.add_api_route("/signaler", self.submit, methods=["POST"])
        router.add_api_route("/signaler/carte.json", self.map, methods=["GET"])
        router.add_api_route("/suivi/{token}", self.follow, methods=["GET"])
        router.add_api_route("/suivi/{token}/reponse", self.reply, methods=["POST"])
        router.add_api_route("/suivi/{token}/regle", self.outcome, methods=["POST"])
        for written in ("reponse", "regle"):  # the address after a refusal, asked for again
            router.add_api_route(f"/suivi/{{token}}/{written}", self.back, methods=["GET"])
        return router

    async def form(self, request: Request, langue: str = "") -> Response:
        """An empty form."""
        return self._form(request, {}, _language(request, langue))

    async def map(self, request: Request, langue: str = "") -> Response:
        """What the form's map is drawn from; the same for everybody."""
        known = self._house.desk.catalogue
        drawn = drawing(known.area, known.communes, self._sights(), _language(request, langue))
        return JSONResponse(drawn, headers={"Cache-Control": "public, max-age=3600"})

    def _form(self, request: Request, fields: dict[str, str], language: str, **more: Any) -> Response:
        """The form; a city that has drawn nothing and located nothing has no map."""
        has_map = self._house.desk.catalogue.area is not None or bool(self._sights().places)
        return _form(request, fields, language, has_map=has_map, **more)

    async def submit(self, request: Request) -> Response:
        """Keep the message and go to its tracking page; what is refused comes back with the citizen's words in it."""
        fields: dict[str, str] = {}
        language = _language(request)
        try:
            form = await web_fields.read(request)
            fields, language = form.fields, _language(request, form.fields.get("langue", ""))
            message = _message(fields, form.raw, form.photos, self._origin(request), language)
            if not self._house.danger(message.text) and await self._too_many(message):
                return self._form(request, fields, language, problem=say("form.too_many", language), status=429)
            taken = await take(self._house, message)
        except IntakeError as error:
            return self._form(request, fields, language, problem=str(error), status=422)
        except self._away:
            safety = replies.advice(self._house.danger(fields.get("texte", "")), language)
            problem, safety = say("form.away", language), safety or replies.emergency(language)
            return self._form(request, fields, language, problem=problem, safety=safety, status=503)
        return RedirectResponse(f"/suivi/{taken.token}", status_code=303)

    def _origin(self, request: Request) -> str:
        return self._digest(request.client.host if request.client else "")

    async def _too_many(self, message: Message) -> bool:
        """Whether so much comes from this connection that no person could have written it."""
        return bool(await self._house.run(lambda session: flooded(session, self._house.desk, message.origin or "")))

    async def follow(self, request: Request, token: str) -> Response:
        """What became of a report."""
        return await self._tracking(request, token)

    async def back(self, token: str) -> Response:
        """To the tracking page."""
        return RedirectResponse(f"/suivi/{quote(token, safe='')}", status_code=303)

    async def reply(self, request: Request, token: str) -> Response:
        """The citizen's answer to the question."""
        fields = web_fields.read_form(await request.body())

        async def work(session: AsyncSession, report: Report) -> str:
            if "texte" in fields:
                said = words(fields["texte"], report.language)
                danger = self._house.danger(said)
                if await open_question.answer_on_page(session, self._house.desk, report, said, danger):
                    return say("follow.answered", report.language)
            else:
                await closed_question.answer(session, self._house.desk, report, fields.get("procedure", ""))
            return ""

        return await self._said(request, token, work)

    async def outcome(self, request: Request, token: str) -> Response:
        """Whether it is solved; if not, the service is alerted anew."""
        choice = web_fields.read_form(await request.body()).get("regle", "")

        async def work(session: AsyncSession, report: Report) -> str:
            incident = await incidents.by_id(session, report.incident_id or 0, lock=True)
            if incident is None or incident.state is not IncidentState.RESOLVED:
                return ""  # nothing was asked: a second click on no, or no button of ours
            if choice == "non":
                await not_solved(session, self._house.desk, report)
            if choice != "oui":
                return ""
            if not await says_solved(session, incident, report):
                await solved(session, self._house.desk, report)
            return say("news.glad", report.language)

        return await self._said(request, token, work)

    async def _said(
        self, request: Request, token: str, act: Callable[[AsyncSession, Report], Awaitable[str]]
    ) -> Response:
        """Act on a report for its citizen, then show it; thanks are said on the page itself."""

        async def work(session: AsyncSession) -> str:
            return await act(session, await reports.by_token(session, token, lock=True))

        try:
            thanks: str = await self._house.run(work)
        except Conflict as error:
            return await self._tracking(request, token, problem=str(error), status=409)
        except IntakeError as error:
            status = 429 if isinstance(error, TooMany) else 422
            return await self._tracking(request, token, problem=str(error), status=status)
        except (RoutingError, self._away):
            return await self._tracking(request, token)
        if thanks:
            return await self._tracking(request, token, thanks=thanks)
        return RedirectResponse(f"/suivi/{token}", status_code=303)

    async def _tracking(
        self, request: Request, token: str, problem: str | None = None, thanks: str = "", status: int = 200
    ) -> Response:
        async def work(session: AsyncSession) -> Tracking:
            return await tracking_of(session, self._house.desk, await reports.by_token(session, token))

        view: Tracking | None = None
        try:
            view = await self._house.run(work)
        except RoutingError:
            status = 404
        except self._away:
            status = 503
        language = view.language if view else _language(request)
        if status == 409 and language != DEFAULT:  # the head's own words are French
            problem = say("follow.over", language)
        context = {"view": view, "problem": problem, "thanks": thanks, "status": status, "token": token}
        return _page(request, "suivi.html", language, context, status)


def _form(
    request: Request,
    fields: dict[str, str],
    language: str,
    *,
    has_map: bool,
    problem: str | None = None,
    safety: str | None = None,
    status: int = 200,
) -> Response:
    other = next(name for name in (*sorted(catalogues()), DEFAULT) if name != language)
    context = {
        "fields": fields,
        "problem": problem,
        "safety": safety,
        "has_map": has_map,
        "once": fields.get("jeton") or uuid4().hex,
        "emergency": replies.emergency(language),
        "other": other,
        "say_other": lambda key: say(key, other),
    }
    return _page(request, "signaler.html", language, context, status)


def _page(request: Request, template: str, language: str, context: dict[str, Any], status: int) -> Response:
    def in_language(key: str, **values: object) -> str:
        return say(key, language, **values)

    context = {**context, "say": in_language, "language": language}
    return TEMPLATES.TemplateResponse(request, template, context, status_code=status)


def _language(request: Request, chosen: str = "") -> str:
    """The language asked for, else the first of the browser's that is ours, else the city's."""
    wanted = [chosen] if chosen else []
    wanted += [part.partition(";")[0].strip() for part in request.headers.get("accept-language", "").split(",")]
    return next((found for name in wanted[:10] if name and (found := spoken(name))), DEFAULT)


def _message(
    fields: dict[str, str],
    raw: bytes,
    photos: tuple[Piece, ...] = (),
    origin: str | None = None,
    language: str | None = None,
) -> Message:
    text = words(fields.get("texte", ""), language)
    latitude, longitude = _degrees(fields.get("lat"), 90), _degrees(fields.get("lon"), 180)
    return Message(
        channel=Channel.WEB,
        text=text,
        provider="web",
        external_id=_once(readable(fields.get("jeton", "")), text),
        contact=readable(fields.get("contact", ""))[:120] or None,
        latitude=latitude if longitude is not None else None,
        longitude=longitude if latitude is not None else None,
        address=readable(fields.get("adresse", ""))[:300] or None,
        origin=origin,
        raw=raw,
        content_type="application/x-www-form-urlencoded",
        pieces=photos,
    )


def _once(token: str, text: str) -> str:
    """A double click is one message; other words written after "back", under the same token, are another one."""
    return f"{token[:64]}-{hashlib.sha256(text.encode()).hexdigest()[:16]}" if token else uuid4().hex


def _degrees(value: str | None, limit: float) -> float | None:
    try:
        degrees = float(value or "")
    except ValueError:
        return None
    return degrees if -limit <= degrees <= limit else None
