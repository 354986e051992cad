"""What is written to a caller when the call is over: the reference, and the question where if it is still open."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from intake import missing_place
from intake.wording import say
from routing.service.desk import Desk
from routing.service.tell import door_back, tell_one
from routing.store.models import Report


async def send(session: AsyncSession, desk: Desk, report: Report) -> None:
    """Nothing to a line that cannot receive it."""
    if door_back(report) is not None:
        said = say("call.kept", report.language, reference=report.reference)
        if missing_place.after_call(desk, report):
            said = f"{said} {say('receipt.where', report.language)}"
        await tell_one(session, desk, report, said)
