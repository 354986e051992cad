"""Who is on call."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Depends
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.exceptions import HTTPException

from bot.api.doors import Errors, TheHouse, require_token
from bot.api.schemas import OnCallView, RotationView, ServiceOnCall
from routing.domain.oncall import Roster
from routing.store import roster

FIRST_YEAR, LAST_YEAR = 1970, 2200

router = APIRouter(prefix="/api/v1", tags=["on-call"], dependencies=[Depends(require_token)], responses=Errors)


@router.get("/oncall")
async def get_oncall(house: TheHouse, at: datetime | None = None) -> OnCallView:
    """Who is on call at ``at`` (ISO 8601; without an offset it is read in the city's time zone), now by default."""
    moment = at or house.clock.now()
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise HTTPException(422, f"at: between the years {FIRST_YEAR} and {LAST_YEAR}")
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=house.desk.zone)
    moment = moment.astimezone(UTC)

    async def work(session: AsyncSession) -> OnCallView:
        people = await roster.load_at(session, moment)
        services = [_service(people, code, moment) for code in house.desk.catalogue.services]
        return OnCallView(at=moment, rotations=_rotations(people, moment), services=services)

    return await house.run(work)


def _rotations(people: Roster, at: datetime) -> list[RotationView]:
    held = ((id_, people.person_for(f"rotation:{id_}", at)) for id_ in people.rotations)
    return [
        RotationView(rotation=id_, person=person.id if person else None, name=person.name if person else None)
        for id_, person in held
    ]


def _service(people: Roster, code: str, at: datetime) -> ServiceOnCall:
    policy = people.policy_for(code)
    first = people.people_for(policy.levels[0].targets, at) if policy else ()
    return ServiceOnCall(service=code, policy=policy.id if policy else None, people=[person.id for person in first])
