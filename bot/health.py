"""Is the house alive, is it ready, how is it doing."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest, multiprocess
from prometheus_client.registry import REGISTRY
from pydantic import BaseModel
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.house import DatabaseAway, House
from bot.observability import OPEN_INCIDENTS
from bot.settings import metrics_folder
from routing.domain.incident import IncidentState
from routing.domain.procedure import Severity
from routing.store.models import Incident

WORKER_ALIVE = text("SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '10 seconds'")

router = APIRouter(tags=["health"])


class Alive(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Ready(BaseModel):
    """``checks`` say what is well (``ok``) or what to look at."""

    status: Literal["ready", "degraded"]
    checks: dict[str, str]


@router.head("/healthz", include_in_schema=False)
@router.get("/healthz")
async def healthz() -> Alive:
    """200 as long as the process answers."""
    return Alive()


@router.head("/readyz", include_in_schema=False)
@router.get("/readyz", responses={503: {"model": Ready}})
async def readyz(request: Request, response: Response) -> Ready:
    """200 when citizens' messages are kept and carried out; 503 says what is missing.

    Deaf to callers is degraded all the same, with a 200: they are served by keypad and people, and must still come in.
    """
    house: House = request.app.state.house
    checks: dict[str, str] = {"database": "ok", "worker": "ok"}
    try:
        workers = await house.run(_workers)
        if not workers:
            checks["worker"] = "no worker has a heartbeat: messages are kept, nothing is carried out"
    except DatabaseAway:
        checks = {"database": "does not answer", "worker": "unknown"}
    response.status_code = 200 if all(value == "ok" for value in checks.values()) else 503
    if house.ears is not None:
        checks["speech"] = house.ears.problem or "ok"
    ready = all(value == "ok" for value in checks.values())
    return Ready(status="ready" if ready else "degraded", checks=checks)


async def _workers(session: AsyncSession) -> int:
    return int(await session.scalar(WORKER_ALIVE) or 0)


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def metrics(request: Request) -> Response:
    """Prometheus text: counts and durations, no personal data."""
    house: House = request.app.state.house

    async def work(session: AsyncSession) -> None:
        rows = await session.execute(
            select(Incident.severity, func.count())
            .where(Incident.state == IncidentState.OPEN)
            .group_by(Incident.severity)
        )
        counts = dict(rows.all())
        for severity in Severity:
            OPEN_INCIDENTS.labels(severity.value).set(counts.get(severity, 0))

    try:
        await house.run(work)
    except DatabaseAway:
        OPEN_INCIDENTS.clear()
    registry = REGISTRY
    if metrics_folder():
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
