"""What a caller is told when the call is over: the reference, whose matter it is, and the question where."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from intake import missing_place
from intake.wording import DEFAULT, say, spoken
from routing.domain.procedure import Fallback
from routing.domain.triage import Verdict
from routing.domain.understanding import Decision
from routing.service.desk import Desk
from routing.service.open_incident import competence_of
from routing.service.tell import door_back, tell_one
from routing.store.models import Report


async def send(session: AsyncSession, desk: Desk, report: Report) -> None:
    """Nothing is written to a line that cannot receive it; who is competent instead of us is noted to be said aloud."""
    report.told = _told(desk, report)
    if door_back(report) is not None:
        said = say("call.kept", report.language, reference=report.reference)
        if report.told:
            said = f"{said} {report.told}"
        if missing_place.after_call(desk, report):
            said = f"{said} {say('receipt.where', report.language)}"
        await tell_one(session, desk, report, said)


def _told(desk: Desk, report: Report) -> str | None:
    """In French only; nothing to somebody who must call the rescue services first."""
    if report.danger or report.advice or spoken(report.language) != DEFAULT:
        return None
    known = desk.catalogue.procedure(report.answer)
    plan = known or desk.catalogue.fallbacks[Fallback.UNFORESEEN]
    verdict = Verdict(plan, known.id if known else None, plan.severity, Decision.ROUTE)
    return competence_of(desk, report, verdict).told
