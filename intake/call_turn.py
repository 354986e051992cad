"""One turn of a call, how the call stands after it, and the report that its words become."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from intake import inbox
from intake.models import Message
from routing.domain.incident import IncidentState, ReportState
from routing.domain.understanding import Channel
from routing.service.desk import Desk
from routing.service.tell import takes_texts
from routing.store.models import PhoneCall, Report


@dataclass(frozen=True, slots=True)
class Turn:
    """What was heard in one turn: words, keys, both or nothing. ``number`` is the turn it answers.

    ``confidence`` (0..1) and ``alternatives`` are the recogniser's, when it has any.
    """

    number: int
    words: str = ""
    keys: str = ""
    raw: bytes = b""
    confidence: float | None = None
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Talk:
    """How a call stands. ``report`` is None while nothing was said; ``pending`` that its meaning is being found.

    ``about`` is an earlier report of the same number that the call may be, or is, about; ``state`` its incident's.
    ``refuses``: this number answered STOP, so that no text can be promised; ``unknown``: the caller asked for news, and
    nothing was reported from this number.
    """

    call: PhoneCall
    report: Report | None
    about: Report | None = None
    state: IncidentState = IncidentState.OPEN
    refuses: bool = False
    unknown: bool = False

    @property
    def texted(self) -> bool:
        """Whether the caller reads what we write after the call."""
        return takes_texts(self.call.contact) and not self.refuses

    @property
    def pending(self) -> bool:
        """Whether the caller has to wait for the understanding."""
        return self.report is not None and self.report.state is ReportState.TALKING and self.report.decision is None


async def open_report(session: AsyncSession, desk: Desk, call: PhoneCall, words: str, turn: Turn) -> Report:
    """The report of what a caller said in one turn; a repeated turn finds it."""
    message = Message(
        channel=Channel.VOICE,
        text=words,
        provider="call",
        external_id=f"{call.sid}-{turn.number}",
        contact=call.contact,
        raw=turn.raw,
        content_type="application/x-www-form-urlencoded",
    )
    kept = await inbox.keep_event(session, desk, message)
    report = kept.known or await inbox.open_report(session, desk, message, None, None, boost=inbox.DANGER_BOOST)
    _note_hearing(report, turn)
    await inbox.belongs_to(session, kept, report)
    call.report_id = report.id
    return report


def _note_hearing(report: Report, turn: Turn) -> None:
    if turn.confidence is not None or turn.alternatives:
        report.heard = {"confidence": turn.confidence, "alternatives": list(turn.alternatives)}
