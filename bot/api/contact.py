"""How people on duty are reached: their plans, trial calls, and why somebody was called or not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import Field, StringConstraints
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.exceptions import HTTPException

from bot.api.doors import Errors, Missing, Refused, TheHouse, require_token
from bot.api.schemas import Body, By
from bot.house import House
from routing.catalogue.oncall_file import ContactRow
from routing.service.contact import change_plan
from routing.service.trial import reachability, silent_people, try_person
from routing.service.why import why_incident, why_person
from routing.store import roster

FIRST_YEAR, LAST_YEAR = 1970, 2200
Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=60)]

router = APIRouter(prefix="/api/v1", tags=["on-call"], dependencies=[Depends(require_token)], responses=Errors)


class StepView(Body):
    """One step of a contact plan: seconds, channel, hours in which only critical incidents use it."""

    after: int
    by: str
    quiet: str | None = None


class ContactView(Body):
    """How one person is reached, and how often they answered in 90 days: ``answered`` of ``asked``.

    ``silent`` is how many calls in a row went unanswered, 0 for whoever counts as answering.
    """

    person: str
    name: str
    plan: list[StepView]
    answered: int
    asked: int
    silent: int


class NewPlan(By):
    """The whole plan, in any order."""

    plan: list[ContactRow] = Field(max_length=10)


class Trial(Body):
    """The channels that are tried, in order."""

    channels: list[str]


class Reasons(Body):
    """Lines in French, as of ``at``."""

    at: datetime
    lines: list[str]


@router.get("/oncall/people")
async def get_people(house: TheHouse) -> list[ContactView]:
    """Everybody who can be paged."""

    async def work(session: AsyncSession) -> list[ContactView]:
        people = (await roster.load(session)).people.values()
        return [await _contact(session, house, person.id) for person in people]

    return await house.run(work)


@router.put("/oncall/people/{person}/plan", responses=Missing)
async def put_plan(person: Id, body: NewPlan, house: TheHouse) -> ContactView:
    """Change how a person is reached; the audit log keeps who did."""
    steps: list[dict[str, Any]] = [row.model_dump(exclude_none=True) for row in body.plan]

    async def work(session: AsyncSession) -> ContactView:
        await change_plan(session, house.desk, person, steps, by=body.by)
        return await _contact(session, house, person)

    return await house.run(work)


@router.post("/oncall/people/{person}/test", status_code=202, responses={**Missing, **Refused})
async def post_test(person: Id, body: By, house: TheHouse) -> Trial:
    """Call this person now, to try it. 409 when nothing reaches them, or a trial is under way."""

    async def work(session: AsyncSession) -> Trial:
        _, channels = await try_person(session, house.desk, person, tuple(house.pagers), by=body.by)
        return Trial(channels=channels)

    return await house.run(work)


@router.get("/why", responses=Missing)
async def get_why(
    house: TheHouse,
    person: Annotated[str | None, Query(max_length=60)] = None,
    incident: Annotated[str | None, Query(max_length=20)] = None,
    at: datetime | None = None,
) -> Reasons:
    """Why a person was called at that moment or not, or what was decided about an incident until then."""
    if (person is None) == (incident is None):
        raise HTTPException(422, "give either person or incident")
    moment = as_utc(house, at)

    async def work(session: AsyncSession) -> list[str]:
        if person is not None:
            return await why_person(session, house.desk, person, moment)
        return await why_incident(session, house.desk, incident or "", moment)

    return Reasons(at=moment, lines=await house.run(work))


def as_utc(house: House, at: datetime | None) -> datetime:
    """The instant meant; without an offset it is read in the city's zone. Raises HTTPException (422)."""
    moment = at or house.clock.now()
    if not FIRST_YEAR < moment.year < LAST_YEAR:
        raise HTTPException(422, f"at: between the years {FIRST_YEAR} and {LAST_YEAR}")
    return (moment if moment.tzinfo else moment.replace(tzinfo=house.desk.zone)).astimezone(UTC)


async def _contact(session: AsyncSession, house: House, id_: str) -> ContactView:
    person = (await roster.load(session)).people[id_]
    answered, asked = await reachability(session, house.desk, id_)
    silent = (await silent_people(session, house.desk)).get(id_, 0)
    steps = [
        StepView(
            after=int(step.after.total_seconds()),
            by=step.by,
            quiet=f"{step.quiet.begins:%H:%M}-{step.quiet.ends:%H:%M}" if step.quiet else None,
        )
        for step in person.plan
    ]
    return ContactView(person=id_, name=person.name, plan=steps, answered=answered, asked=asked, silent=silent)
