"""A person said what a report really was: kept as an example to learn from, without anybody's personal data."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.redaction import redact
from routing.service.desk import Desk
from routing.store import incidents
from routing.store.models import Feedback, Incident, Origin, Report

LONGEST = 2_000  # characters of a message kept as an example


async def teach(session: AsyncSession, desk: Desk, incident: Incident, *, by: str) -> None:
    """Keep the incident's present procedure as the label of each of its reports, replacing an earlier label."""
    for report in await incidents.reports_of(session, incident.id):
        await _keep(session, desk, report, incident.procedure_id, by, replace=True)


async def teach_at_the_end(session: AsyncSession, desk: Desk, incident: Incident, *, by: str) -> None:
    """An incident dealt with under its procedure confirms it, for the reports nobody labelled before."""
    if incident.procedure_id is None:
        return
    for report in await incidents.reports_of(session, incident.id):
        await _keep(session, desk, report, incident.procedure_id, by, replace=False)


async def _keep(
    session: AsyncSession, desk: Desk, report: Report, label: str | None, by: str, *, replace: bool
) -> None:
    guessed = report.ranking[0]["procedure"] if report.ranking else None
    values = {
        "report_id": report.id,
        "at": desk.now(),
        "by": by,
        "origin": Origin.NONE_FITS if label is None else Origin.CONFIRMED if label == guessed else Origin.CORRECTED,
        "channel": report.channel,
        "text": redact(report.text, LONGEST),
        "label": label,
        "guessed": guessed,
        "confidence": report.confidence,
        "model": report.model,
    }
    new = insert(Feedback).values(values)
    if replace:
        changed = {name: new.excluded[name] for name in ("at", "by", "origin", "label")}
        await session.execute(new.on_conflict_do_update(index_elements=["report_id"], set_=changed))
    else:
        await session.execute(new.on_conflict_do_nothing(index_elements=["report_id"]))
