"""The room's pages on people on duty: how each is reached, a trial call, and why somebody was called or not."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.console import access
from bot.console.routes import TEMPLATES, TheHouse, shown
from bot.house import House
from nlp_models.folding import fold
from routing.catalogue.oncall_file import ContactRow
from routing.domain.oncall import Person
from routing.domain.paging import NAMES
from routing.errors import RoutingError
from routing.service.contact import change_plan
from routing.service.trial import reachability, silent_people, try_person
from routing.service.why import LastCall, last_calls, why_incident, why_person
from routing.store import roster

STEPS = 4  # of a plan, on the page
UNREADABLE = "Ce plan ne se lit pas : des secondes, un moyen, et des heures comme 22:00-07:00."
NO_TIME = "Cette heure ne se lit pas : écrivez par exemple 2026-03-01 03:12."
CALLS = 8  # incidents somebody was called for lately
DATED = re.compile(r"(\d\d/\d\d/\d{4} \d\d:\d\d:\d\d) ")
REFERENCE = re.compile(r"\b(IN-[0-9A-Z]{4,8})\b")

router = APIRouter(prefix="/salle", include_in_schema=False, dependencies=[Depends(access.check)])


@dataclass(frozen=True, slots=True)
class Reached:
    """One person on the page; ``missing`` are channels of the plan that reach nobody.

    ``silent``: how many calls in a row they missed, if they count as not answering.
    """

    person: Person
    answered: int
    asked: int
    missing: tuple[str, ...]
    silent: int = 0

    @property
    def score(self) -> str:
        """``3 sur 4``, or that nobody tried yet."""
        return f"{self.answered} sur {self.asked}" if self.asked else "jamais appelé·e"


@dataclass(frozen=True, slots=True)
class Reason:
    """One line of the answer. Every second of ``words`` is the reference of an incident."""

    at: str
    words: tuple[str, ...]


@dataclass(slots=True)
class Reasons:
    """What the page shows: an answer or why there is none, and what may be asked about."""

    people: list[Person]
    settings: list[str]
    calls: list[LastCall]
    lines: list[Reason] = field(default_factory=list)
    problem: str = ""


@router.get("/joindre")
async def people_page(request: Request, house: TheHouse, message: str = "") -> Response:
    """Everybody on duty: plan, reachability, trial call."""

    async def work(session: AsyncSession) -> list[Reached]:
        people, silent = (await roster.load(session)).people.values(), await silent_people(session, house.desk)
        return [await _reached(session, house, person, silent.get(person.id, 0)) for person in people]

    context = {
        "people": await house.run(work),
        "message": message,
        "channels": {channel: NAMES[channel] for channel in NAMES if channel in house.pagers},
        "names": NAMES,
        "steps": STEPS,
        "name": access.name_of(request),
        **shown(house),
    }
    return TEMPLATES.TemplateResponse(request, "joindre.html", context)


async def _reached(session: AsyncSession, house: House, person: Person, silent: int) -> Reached:
    answered, asked = await reachability(session, house.desk, person.id)
    steps = [step.by for step in person.plan]
    missing = tuple(NAMES[by] for by in steps if by not in house.pagers or person.account(by) is None)
    return Reached(person, answered, asked, missing, silent)


@router.post("/joindre/{person}/essai")
async def try_now(request: Request, house: TheHouse, person: str) -> Response:
    """Me tester."""
    by = access.name_of(request)

    async def work(session: AsyncSession) -> str:
        tried, channels = await try_person(session, house.desk, person[:60], tuple(house.pagers), by=by)
        return f"{tried.name} est appelé·e maintenant ({NAMES[channels[0]]})."

    return await _perform(house, work)


@router.post("/joindre/{person}/plan")
async def save_plan(request: Request, house: TheHouse, person: str) -> Response:
    """The plan as the form gives it: a channel left empty is no step."""
    form, by = await request.form(), access.name_of(request)
    try:
        steps = [step for number in range(STEPS) if (step := _step(form, number)) is not None]
    except (ValidationError, ValueError):
        return _back(UNREADABLE)

    async def work(session: AsyncSession) -> str:
        changed = await change_plan(session, house.desk, person[:60], steps, by=by)
        return f"Le plan de contact de {changed.name} est enregistré."

    return await _perform(house, work)


def _step(form: Any, number: int) -> dict[str, Any] | None:
    by = str(form.get(f"par{number}", ""))
    if not by:
        return None
    quiet = str(form.get(f"calme{number}", "")).strip().replace(" ", "") or None
    row = ContactRow.model_validate({"by": by, "after": int(str(form.get(f"apres{number}") or 0)), "quiet": quiet})
    return row.model_dump(exclude_none=True)


async def _perform(house: House, work: Any) -> Response:
    try:
        return _back(await house.run(work))
    except RoutingError as refusal:
        return _back(str(refusal))


def _back(message: str) -> Response:
    return RedirectResponse(f"/salle/joindre?{_query(message)}", status_code=303)


def _query(message: str) -> str:
    return urlencode({"message": message})


@router.get("/pourquoi")
async def why_page(request: Request, house: TheHouse, qui: str = "", quand: str = "") -> Response:
    """Why somebody was called at a moment, or not; what was decided about an incident."""
    moment = _moment(house, quand)

    async def work(session: AsyncSession) -> Reasons:
        known = await roster.load(session)
        people, settings = list(known.people.values()), [*known.rotations, *known.policies, *known.services]
        found = Reasons(people, list(dict.fromkeys(settings)), await last_calls(session, house.desk, CALLS))
        if qui.strip() and moment is not None:
            meant = next((one for one in people if fold(qui.strip()) in (one.id, fold(one.name))), None)
            try:
                why, about = (why_person, meant.id) if meant else (why_incident, qui[:60])
                found.lines = [_read(line) for line in await why(session, house.desk, about, moment)]
            except RoutingError as refusal:
                found.problem = str(refusal)
        return found

    reasons = await house.run(work)
    if moment is None:
        reasons.problem = NO_TIME
    at = moment.astimezone(house.desk.zone).strftime("%Y-%m-%dT%H:%M") if quand and moment else ""
    context = {"answer": reasons, "who": qui, "when": at, **shown(house)}
    return TEMPLATES.TemplateResponse(request, "pourquoi.html", context)


def _read(line: str) -> Reason:
    """The moment a line begins with apart, and its references, which become links."""
    told = DATED.match(line)
    words = REFERENCE.split(line[told.end() :] if told else line)
    return Reason(told[1] if told else "", tuple(words))


def _moment(house: House, written: str) -> datetime | None:
    if not written.strip():
        return house.clock.now()
    try:
        moment = datetime.fromisoformat(written.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=house.desk.zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
