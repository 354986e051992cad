"""Rows as the JSON interface gives them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from bot.api.schemas import (
    Candidate,
    DispatchView,
    IncidentSummary,
    IncidentView,
    PageView,
    ReportView,
    TimelineView,
)
from bot.house import House
from intake import open_question, replies
from routing.domain.incident import ReportState
from routing.service.ask_citizen import unanswered
from routing.store import incidents
from routing.store.models import Incident, Report


def tracking_url(house: House, report: Report) -> str:
    """The citizen's page."""
    return f"{house.settings.base_url}/suivi/{report.token}"


async def report_view(session: AsyncSession, house: House, report: Report) -> ReportView:
    """A report; once attached, its state is its incident's."""
    incident = await session.get(Incident, report.incident_id) if report.incident_id else None
    asked = report.state is ReportState.ASKED
    agents = await unanswered(session, report, incident)
    return ReportView(
        reference=report.reference,
        state=incident.state.value if incident else "asked" if asked else "received",
        channel=report.channel,
        received_at=report.received_at,
        incident=incident.reference if incident else None,
        procedure=incident.procedure_id if incident else None,
        decision=report.decision,
        confidence=report.confidence,
        commune=report.commune,
        place=report.place or report.address,
        language=report.language,
        model=report.model,
        tracking_url=tracking_url(house, report),
        advice=report.advice,
        competent=report.told,
        question=question(house, report) if asked and report.candidates else None,
        open_question=open_question.words(report) if open_question.waits(report) else None,
        agent_asks=agents.text if agents else None,
    )


def question(house: House, report: Report) -> list[Candidate]:
    """What the citizen is asked to choose from."""
    catalogue = house.desk.catalogue
    return [Candidate(procedure=choice, label=replies.label(choice, catalogue)) for choice in report.candidates]


def summary(house: House, incident: Incident) -> IncidentSummary:
    """One line."""
    title = house.desk.plan_of(incident).title
    return IncidentSummary(title=title, procedure=incident.procedure_id, **_same(incident, IncidentSummary))


async def incident_view(session: AsyncSession, house: House, incident: Incident) -> IncidentView:
    """Everything about one incident."""
    dispatches = await incidents.dispatches_of(session, incident.id)
    pages = await incidents.pages_of(session, incident.id)
    timeline = await incidents.timeline_of(session, incident.id)
    return IncidentView(
        title=house.desk.plan_of(incident).title,
        procedure=incident.procedure_id,
        dispatches=[DispatchView(**_same(row, DispatchView)) for row in dispatches],
        pages=[PageView(**_same(row, PageView)) for row in pages],
        timeline=[TimelineView(**_same(row, TimelineView)) for row in timeline],
        **_same(incident, IncidentView),
    )


def _same(row: object, view: type[BaseModel]) -> dict[str, Any]:
    """The fields that row and view both have under one name."""
    return {name: getattr(row, name) for name in view.model_fields if hasattr(row, name)}
