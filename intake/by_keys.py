"""A caller whom nobody can hear chooses by keys: a family of matters, then one of them, as in any closed question."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from intake import replies
from intake.call_turn import Turn, open_report
from intake.spoken import LOST
from routing.domain.call import Step
from routing.domain.incident import ReportState
from routing.domain.procedure import KeyFamily
from routing.domain.understanding import Decision
from routing.service.desk import Desk
from routing.store import timers
from routing.store.models import PhoneCall, Report


def chosen_family(desk: Desk, keys: str) -> KeyFamily | None:
    """The family of the key, None for a key that stands for none."""
    number = int(keys[0]) if keys[:1].isdecimal() else 0
    return desk.catalogue.keypad[number - 1] if 1 <= number <= len(desk.catalogue.keypad) else None


async def open_chosen(session: AsyncSession, desk: Desk, call: PhoneCall, family: KeyFamily, turn: Turn) -> Report:
    """The report of a caller who is now asked which of the family's matters it is."""
    call.step, call.tries = Step.CHOOSE, 0
    report = await open_report(session, desk, call, replies.BY_KEYS.format(words=family.words), turn)
    await timers.disarm(session, timers.Verb.HANDLE, report.id)  # there are no words to understand
    report.state, report.decision = ReportState.TALKING, Decision.ASK
    report.candidates, report.asked = list(family.procedures), [Step.CHOOSE]
    await timers.arm(session, timers.Verb.UNANSWERED, report.id, desk.now() + LOST, desk.now())
    return report
