"""Incidents: read them, and act on them as an agent would."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from sqlalchemy.ext.asyncio import AsyncSession

from bot.api import views
from bot.api.contact import as_utc
from bot.api.doors import Errors, Missing, Refused, TheHouse, require_token
from bot.api.schemas import By, Escalation, IncidentSummary, IncidentView, Reclassification, Resolution, Silence
from bot.house import House
from routing.domain.incident import IncidentState
from routing.service.acknowledge import acknowledge
from routing.service.escalate import call_duty
from routing.service.mute import hear_again, mute_incident
from routing.service.reclassify import reclassify
from routing.service.resolve import reopen, resolve
from routing.store import incidents
from routing.store.models import Incident

MOST = 200  # incidents in one answer

router = APIRouter(prefix="/api/v1", tags=["incidents"], dependencies=[Depends(require_token)], responses=Errors)


@router.get("/incidents", responses=Missing)
async def list_incidents(
    house: TheHouse,
    state: IncidentState | None = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = MOST,
    before: Annotated[str | None, Query(max_length=20, description="Reference of an incident")] = None,
) -> list[IncidentSummary]:
    """The newest incidents, of one state if given; the next ones are those opened ``before`` the last of the list."""

    async def work(session: AsyncSession) -> list[IncidentSummary]:
        last = await incidents.by_reference(session, before) if before else None
        return [views.summary(house, row) for row in await incidents.listed(session, state, limit, last)]

    return await house.run(work)


@router.get("/incidents/{reference}", responses=Missing)
async def get_incident(reference: str, house: TheHouse) -> IncidentView:
    """One incident with its dispatches, pages and timeline."""

    async def work(session: AsyncSession) -> IncidentView:
        return await views.incident_view(session, house, await incidents.by_reference(session, reference))

    return await house.run(work)


@router.post("/incidents/{reference}/acknowledge", responses={**Missing, **Refused})
async def post_acknowledge(reference: str, body: By, house: TheHouse) -> IncidentView:
    """Take the incident. 409 says who already has it."""
    return await _act(house, lambda session: acknowledge(session, house.desk, reference, by=body.by))


@router.post("/incidents/{reference}/resolve", responses={**Missing, **Refused})
async def post_resolve(reference: str, body: Resolution, house: TheHouse) -> IncidentView:
    """End the incident; the reason is told to citizens."""
    return await _act(house, lambda session: resolve(session, house.desk, reference, by=body.by, reason=body.reason))


@router.post("/incidents/{reference}/reopen", responses={**Missing, **Refused})
async def post_reopen(reference: str, body: Escalation, house: TheHouse) -> IncidentView:
    """The incident was not over."""
    return await _act(house, lambda session: reopen(session, house.desk, reference, by=body.by, reason=body.reason))


@router.post("/incidents/{reference}/reclassify", responses={**Missing, **Refused})
async def post_reclassify(reference: str, body: Reclassification, house: TheHouse) -> IncidentView:
    """The procedure was another one; services are planned anew."""
    return await _act(
        house, lambda session: reclassify(session, house.desk, reference, by=body.by, procedure_id=body.procedure)
    )


@router.post("/incidents/{reference}/escalate", responses={**Missing, **Refused})
async def post_escalate(reference: str, body: Escalation, house: TheHouse) -> IncidentView:
    """Call the duty now."""
    return await _act(house, lambda session: call_duty(session, house.desk, reference, by=body.by, reason=body.reason))


@router.post("/incidents/{reference}/mute", responses={**Missing, **Refused})
async def post_mute(reference: str, body: Silence, house: TheHouse) -> IncidentView:
    """Nobody is called about it for a while; 409 says why not (danger, critical and nobody's, too long)."""

    async def work(session: AsyncSession) -> Incident:
        until = as_utc(house, body.until)
        await mute_incident(session, house.desk, reference, until=until, reason=body.reason, by=body.by)
        return await incidents.by_reference(session, reference)

    return await _act(house, work)


@router.post("/incidents/{reference}/unmute", responses={**Missing, **Refused})
async def post_unmute(reference: str, body: By, house: TheHouse) -> IncidentView:
    """It calls again, now."""
    return await _act(house, lambda session: hear_again(session, house.desk, reference, by=body.by))


async def _act(house: House, verb: Callable[[AsyncSession], Awaitable[Incident]]) -> IncidentView:
    async def work(session: AsyncSession) -> IncidentView:
        incident = await verb(session)
        await session.flush()
        return await views.incident_view(session, house, incident)

    return await house.run(work)
