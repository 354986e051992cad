"""The citizen's web form and tracking page: usable on a phone, by keyboard, by screen reader, without script."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.templating import Jinja2Templates
from sqlalchemy.ext.asyncio import AsyncSession

from intake import handle, replies
from intake.channels import web_fields
from intake.channels.messages import take
from intake.errors import IntakeError
from intake.models import Message, Piece, words
from intake.ports import DangerRules
from routing.domain.attachment import AttachmentState, Kind
from routing.domain.incident import DispatchState, IncidentState, ReportState
from routing.domain.redaction import readable
from routing.domain.understanding import Channel
from routing.errors import Conflict, RoutingError
from routing.service.desk import Desk
from routing.store import attachments, incidents, reports
from routing.store.models import Attachment, Incident, Report

TEMPLATES = Jinja2Templates(Path(__file__).parent / "templates")
STATES = {
    "received": "Reçu",
    "asked": "Une question pour vous",
    IncidentState.OPEN: "Transmis au service compétent",
    IncidentState.ACKNOWLEDGED: "Pris en charge",
    IncidentState.RESOLVED: "Clos",
}


class Public(Protocol):
    """What the form needs of the house."""

    @property
    def desk(self) -> Desk:
        """Clock and catalogue."""
        ...

    @property
    def danger(self) -> DangerRules:
        """The fixed rules."""
        ...

    async def run(self, work: Callable[[AsyncSession], Awaitable[Any]]) -> Any:
        """Work in one transaction; raises ``away`` when the database does not answer."""
        ...


@dataclass(frozen=True, slots=True)
class News:
    """One line of the tracking page; ``at`` is wall-clock time in the city's zone."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Tracking:
    """What the tracking page shows.

    ``candidates`` are (procedure id, label) to choose from, empty when not asked; ``others`` are (reference, token) of
    the same message's other matters; ``pieces`` says what came beside the words, and ``unread`` what could not be read.
    """

    reference: str
    state: str
    label: str
    text: str
    advice: str | None
    news: list[News] = field(default_factory=list)
    candidates: list[tuple[str, str]] = field(default_factory=list)
    resolution: str | None = None
    others: list[tuple[str, str]] = field(default_factory=list)
    pieces: str = ""
    unread: list[str] = field(default_factory=list)


class PublicPages:
    """The form and the tracking page. ``away`` is what ``house.run`` raises when the database is gone."""

    def __init__(self, house: Public, away: type[Exception]) -> None:
        self._house = house
        self._away = away

    def router(self) -> APIRouter:
        """The public routes."""
        router = APIRouter(include_in_schema=False)
        router.add_api_route("/signaler", self.form, methods=["GET"])
        router.add_api_route("/signaler", self.submit, methods=["POST"])
        router.add_api_route("/suivi/{token}", self.follow, methods=["GET"])
        router.add_api_route("/suivi/{token}/reponse", self.reply, methods=["POST"])
        return router

    async def form(self, request: Request) -> Response:
        """An empty form."""
        return _form(request, {})

    async def submit(self, request: Request) -> Response:
        """Keep the message and go to its tracking page; what is refused comes back with the citizen's words in it."""
        fields: dict[str, str] = {}
        try:
            form = await web_fields.read(request)
            fields = form.fields
            message = _message(fields, form.raw, form.photos)
            taken = await take(self._house.run, self._house.desk, self._house.danger, message)
        except IntakeError as error:
            return _form(request, fields, problem=str(error), status=422)
        except self._away:
            safety = replies.advice(self._house.danger(fields.get("texte", "")))
            problem = "Votre message n'a pas pu être enregistré : réessayez dans un instant, votre texte est gardé ici."
            return _form(request, fields, problem=problem, safety=safety or replies.EMERGENCY, status=503)
        return RedirectResponse(f"/suivi/{taken.token}", status_code=303)

    async def follow(self, request: Request, token: str) -> Response:
        """What became of a report."""
        return await self._tracking(request, token)

    async def reply(self, request: Request, token: str) -> Response:
        """The citizen's answer to the question."""
        choice = web_fields.read_form(await request.body()).get("procedure", "")

        async def work(session: AsyncSession) -> None:
            report = await reports.by_token(session, token, lock=True)
            await handle.answer(session, self._house.desk, report, choice)

        try:
            await self._house.run(work)
        except Conflict as error:
            return await self._tracking(request, token, problem=str(error), status=409)
        except (RoutingError, self._away):
            return await self._tracking(request, token)
        return RedirectResponse(f"/suivi/{token}", status_code=303)

    async def _tracking(self, request: Request, token: str, problem: str | None = None, status: int = 200) -> Response:
        async def work(session: AsyncSession) -> Tracking:
            return await tracking_of(session, self._house.desk, await reports.by_token(session, token))

        view: Tracking | None = None
        try:
            view = await self._house.run(work)
        except RoutingError:
            status = 404
        except self._away:
            status = 503
        context = {"view": view, "problem": problem, "status": status, "token": token}
        return TEMPLATES.TemplateResponse(request, "suivi.html", context, status_code=status)


def _form(
    request: Request,
    fields: dict[str, str],
    *,
    problem: str | None = None,
    safety: str | None = None,
    status: int = 200,
) -> HTMLResponse:
    context = {
        "fields": fields,
        "problem": problem,
        "safety": safety,
        "once": fields.get("jeton") or uuid4().hex,
        "emergency": replies.EMERGENCY,
    }
    return TEMPLATES.TemplateResponse(request, "signaler.html", context, status_code=status)


def _message(fields: dict[str, str], raw: bytes, photos: tuple[Piece, ...] = ()) -> Message:
    text = words(fields.get("texte", ""))
    return Message(
        channel=Channel.WEB,
        text=text,
        provider="web",
        external_id=_once(readable(fields.get("jeton", "")), text),
        contact=readable(fields.get("contact", ""))[:120] or None,
        latitude=_degrees(fields.get("lat"), 90),
        longitude=_degrees(fields.get("lon"), 180),
        address=readable(fields.get("adresse", ""))[:300] or None,
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


async def tracking_of(session: AsyncSession, desk: Desk, report: Report) -> Tracking:
    """The tracking page of a report: what a citizen may know, nothing about who in the city does it."""
    incident = await session.get(Incident, report.incident_id) if report.incident_id else None
    news = [News(report.received_at.astimezone(desk.zone), "Votre message est arrivé.")]
    if incident:
        news += await _news(session, desk, incident, report)
    known = desk.catalogue.procedures
    came = await attachments.of_report(session, report.id)
    asked = report.state is ReportState.ASKED
    state: str = incident.state if incident else "asked" if asked else "received"
    return Tracking(
        reference=report.reference,
        state=state,
        label=STATES[state],
        text=report.text,
        advice=report.advice,
        news=sorted(news, key=lambda line: line.at),
        candidates=[(id_, known[id_].label) for id_ in report.candidates if id_ in known] if asked else [],
        resolution=incident.resolution if incident else None,
        others=[(other.reference, other.token) for other in await reports.of_the_same_message(session, report)],
        pieces=_beside(came),
        unread=[row.problem for row in came if row.problem],
    )


def _beside(came: Sequence[Attachment]) -> str:
    """What came beside the words and is still there, in words."""
    there = [row.kind for row in came if row.state in (AttachmentState.WANTED, AttachmentState.KEPT)]
    photos, sounds = there.count(Kind.PHOTO), there.count(Kind.AUDIO)
    said = [f"{photos} photo{'s' if photos > 1 else ''}"] if photos else []
    said += [f"{sounds} message{'s vocaux' if sounds > 1 else ' vocal'}"] if sounds else []
    return " et ".join(said)


async def _news(session: AsyncSession, desk: Desk, incident: Incident, report: Report) -> list[News]:
    news = [
        News(row.sent_at.astimezone(desk.zone), row.tell)
        for row in await incidents.dispatches_of(session, incident.id)
        if row.tell and row.sent_at and row.state in (DispatchState.SENT, DispatchState.CANCELLED)
    ]
    if incident.acknowledged_at:
        news.append(News(incident.acknowledged_at.astimezone(desk.zone), "Un agent s'en occupe."))
    if incident.resolved_at:
        news.append(News(incident.resolved_at.astimezone(desk.zone), f"C'est clos : {incident.resolution}."))
    return [News(max(line.at, report.received_at.astimezone(desk.zone)), line.text) for line in news]
