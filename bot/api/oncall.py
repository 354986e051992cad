"""Who is on call."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from fastapi import APIRouter, Depends
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.exceptions import HTTPException

from bot.api.doors import Errors, Missing, TheHouse, require_token
from bot.api.schemas import OnCallView, RotationView, ServiceOnCall, ShiftView
from bot.house import House
from routing.domain.oncall import Holding, Roster
from routing.errors import NotFound
from routing.store import roster

FIRST_YEAR, LAST_YEAR = 1970, 2200
FOUR_WEEKS, LONGEST = timedelta(weeks=4), timedelta(days=366)

router = APIRouter(prefix="/api/v1", tags=["on-call"], dependencies=[Depends(require_token)], responses=Errors)


@router.get("/oncall")
async def get_oncall(house: TheHouse, at: datetime | None = None) -> OnCallView:
    """Who is on call at ``at`` (ISO 8601; without an offset it is read in the city's time zone), now by default."""
    moment = _moment(house, "at", at or house.clock.now())

    async def work(session: AsyncSession) -> OnCallView:
        people = await roster.load(session)
        services = [_service(people, code, moment) for code in house.desk.catalogue.services]
        return OnCallView(at=moment, rotations=_rotations(people, moment), services=services)

    return await house.run(work)


@router.get("/oncall/{rotation}/shifts", responses=Missing)
async def get_shifts(
    house: TheHouse, rotation: str, begins: datetime | None = None, ends: datetime | None = None
) -> list[ShiftView]:
    """A rotation's duty between two moments without a hole; by default the four weeks from now. A year at most."""
    first = _moment(house, "begins", begins or house.clock.now())
    last = _moment(house, "ends", ends or first + FOUR_WEEKS)
    if not first < last <= first + LONGEST:
        raise HTTPException(422, f"ends: after begins, {LONGEST.days} days at most")

    async def work(session: AsyncSession) -> list[ShiftView]:
        people = await roster.load(session)
        if rotation not in people.rotations:
            raise NotFound("Ce tour d'astreinte n'existe pas")
        return [_shift(people, one) for one in people.calendar.holdings(rotation, first, last)]

    return await house.run(work)


def _moment(house: House, name: str, at: datetime) -> datetime:
    """An instant (UTC); without an offset it is read in the city's time zone. Raises 422 for a year too far away."""
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise HTTPException(422, f"{name}: between the years {FIRST_YEAR} and {LAST_YEAR}")
    return (at if at.tzinfo else at.replace(tzinfo=house.desk.zone)).astimezone(UTC)


def _rotations(people: Roster, at: datetime) -> list[RotationView]:
    held = [(id_, *people.calendar.holder(id_, at)) for id_ in people.rotations]
    return [
        RotationView(rotation=id_, person=person, name=_name(people, person), why=why)
        for id_, holder, why in held
        for person in [holder if holder in people.people else None]
    ]


def _shift(people: Roster, one: Holding) -> ShiftView:
    return ShiftView(
        rotation=one.rotation,
        person=one.person,
        name=_name(people, one.person),
        why=one.why,
        begins=one.begins,
        ends=one.ends,
    )


def _name(people: Roster, person: str | None) -> str | None:
    known = people.people.get(person or "")
    return known.name if known else None


def _service(people: Roster, code: str, at: datetime) -> ServiceOnCall:
    policy = people.policy_for(code)
    first = people.people_for(policy.levels[0].targets, at) if policy else ()
    return ServiceOnCall(service=code, policy=policy.id if policy else None, people=[person.id for person in first])
