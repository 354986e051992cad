"""How a call ends: the caller hangs up, leaves a message, or was spoken to by a person."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from intake import call_sounds, missed_call, replies
from intake.call_sounds import Recording
from intake.call_turn import Turn, open_report
from intake.spoken import conclude
from routing.domain.call import Step
from routing.domain.incident import ReportState
from routing.service.desk import Desk
from routing.store import calls, reports


async def hang_up(session: AsyncSession, desk: Desk, sid: str) -> None:
    """The call is over: what was said becomes an incident now; a call without a word stays as a missed one."""
    call = await calls.by_sid(session, sid)
    if call is None or call.ended_at is not None:
        return
    call.ended_at = desk.now()
    report = await reports.locked(session, call.report_id) if call.report_id else None
    if sounds := await call_sounds.unclear_of(session, sid):
        report = report or await open_report(session, desk, call, replies.UNCLEAR, Turn(-1))
        await call_sounds.join(session, desk, report, sounds)
    if report is None:
        await missed_call.note(session, desk, call)
    if report is None or report.state is not ReportState.TALKING:
        return
    if report.decision is None:
        report.state = ReportState.RECEIVED  # not understood yet: it is handled as a written message would be
    else:
        await conclude(session, desk, call, report)


async def spoken_to(session: AsyncSession, desk: Desk, sid: str) -> None:
    """A person had the caller on the line: nobody has to call back."""
    call = await calls.by_sid(session, sid)
    if call is not None:
        call.seen_at = desk.now()


async def voicemail(session: AsyncSession, desk: Desk, sid: str, recording: Recording) -> None:
    """A message was left: it is kept for a person, and listened to by whatever can."""
    call = await calls.by_sid(session, sid)
    if call is None:
        return
    said = replies.VOICEMAIL.format(seconds=recording.seconds)
    report = await reports.locked(session, call.report_id) if call.report_id else None
    if report is None:
        report = await open_report(session, desk, call, said, Turn(-1, said))
    await call_sounds.keep_message(session, desk, report, recording)
    call.step = Step.DONE
