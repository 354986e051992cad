"""An incident ends, or turns out not to have ended."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.incident import DispatchState, Event, IncidentState
from routing.domain.redaction import plain
from routing.errors import Conflict
from routing.ports import Choice
from routing.service.desk import Desk
from routing.service.forget_attachment import forget_sounds
from routing.service.open_incident import plan_dispatches, start_escalation
from routing.service.page import stop_paging
from routing.service.record import record
from routing.service.teach import teach_at_the_end
from routing.service.tell import tell
from routing.store import incidents
from routing.store.models import Incident, Report

FIXED = "fixed"  # begins the reference of a message that asks whether it is solved
# Reasons a person chooses from; those that do not say that the matter was what it seemed teach the classifier nothing.
REASONS = (
    "intervention faite",
    "rien trouvé sur place",
    "déjà traité",
    "transmis au bon interlocuteur",
    "fausse alerte",
    "renseignement donné",
)
REASON_KEYS = {reason: f"reason.{plain(reason).replace(' ', '_')}" for reason in REASONS}
SAY_NOTHING = ("rien trouvé sur place", "fausse alerte")


async def resolve(
    session: AsyncSession, desk: Desk, reference: str, *, by: str, reason: str, owner: str | None = None
) -> Incident:
    """End the incident with a reason that citizens are told, and ask them whether it is solved.

    ``owner`` says whose it is when it is not ours. Raises Conflict when it is over already.
    """
    incident = await incidents.by_reference(session, reference, lock=True)
    if incident.state is IncidentState.RESOLVED:
        raise Conflict(f"{incident.reference} est déjà résolu par {incident.resolved_by}")
    incident.state = IncidentState.RESOLVED
    incident.resolved_at, incident.resolved_by, incident.resolution = desk.now(), by, reason
    incident.owner, incident.at_work = owner or None, None
    for row in await incidents.dispatches_of(session, incident.id):
        if row.state is DispatchState.PLANNED and not row.copy:
            row.state = DispatchState.CANCELLED
    await stop_paging(session, desk, incident, "c'est terminé. Merci.")
    if reason not in SAY_NOTHING:
        await teach_at_the_end(session, desk, incident, by=by)
    await forget_sounds(session, desk, incident.id)
    await record(
        session, desk, incident, Event.RESOLVED, f"Résolu par {by} : {reason}{f' ({owner})' if owner else ''}", by=by
    )
    await tell(
        session,
        desk,
        incident,
        lambda report: _closed(desk, incident, report),
        kind=FIXED,
        choices=lambda report: _yes_or_no(desk, report),
    )
    return incident


def _closed(desk: Desk, incident: Incident, report: Report) -> str:
    reference, language = report.reference, report.language
    if incident.owner:
        return desk.say("news.not_ours", language, reference=reference, owner=incident.owner)
    return desk.say("news.resolved", language, reference=reference, reason=reason_for(desk, incident, language))


def _yes_or_no(desk: Desk, report: Report) -> list[Choice]:
    return [Choice(desk.say(f"choice.{word}", report.language), word) for word in ("oui", "non")]


def reason_for(desk: Desk, incident: Incident, language: str | None) -> str:
    """Why it ended, for a citizen: a reason of ours in their language, any other as it was written."""
    reason = incident.resolution or ""
    return desk.say(REASON_KEYS[reason], language) if reason in REASON_KEYS else reason


async def reopen(session: AsyncSession, desk: Desk, reference: str, *, by: str, reason: str = "") -> Incident:
    """The incident lives again, nobody has it, and paging starts anew. Raises Conflict when it never ended."""
    incident = await incidents.by_reference(session, reference, lock=True)
    if incident.state is not IncidentState.RESOLVED:
        raise Conflict(f"{incident.reference} n'est pas résolu")
    incident.state = IncidentState.OPEN
    incident.acknowledged_at = incident.resolved_at = None
    incident.acknowledged_by = incident.resolved_by = incident.resolution = incident.owner = None
    await _plan_again(session, desk, incident)
    incident.policy_service = None
    await start_escalation(session, desk, incident, desk.plan_of(incident))
    said = f"Rouvert par {by}" + (f" : {reason}" if reason else "")
    await record(session, desk, incident, Event.REOPENED, said, by=by)
    return incident


async def _plan_again(session: AsyncSession, desk: Desk, incident: Incident) -> None:
    """Services that the end cancelled, or that were skipped because somebody had it, are planned again from now."""
    asked: set[tuple[str, str | None, tuple[str, ...]]] = set()
    for row in await incidents.dispatches_of(session, incident.id):
        if row.state is DispatchState.SKIPPED:
            row.state = DispatchState.CANCELLED
        elif row.state is not DispatchState.CANCELLED:
            asked.add((row.service, row.tell, tuple(item["text"] for item in row.checklist)))
    steps = desk.plan_of(incident).steps
    left = [step for step in steps if (step.service, step.tell, tuple(step.checklist)) not in asked]
    await plan_dispatches(session, desk, incident, left, desk.now())
