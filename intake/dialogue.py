"""The conversation of a call, turn by turn: what is happening, where, is that it. Kept, so that nothing said is lost.

The caller may ask for a person at any moment; danger ends all questions.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from intake import call_sounds, follow_ups, handle, inbox, replies
from intake.answers import after_no, says_no, says_yes, wants_a_person
from intake.call_sounds import Recording
from intake.models import LONGEST, Message
from intake.ports import DangerRules
from intake.spoken import LOST, SILENCES, add, conclude, proceed, receipt, reply, unclear
from routing.domain.call import Step
from routing.domain.incident import IncidentState, ReportState
from routing.domain.redaction import readable
from routing.domain.understanding import Channel
from routing.service.desk import Desk
from routing.store import calls, incidents, reports, timers
from routing.store.models import PhoneCall, Report

REMEMBERED = timedelta(days=14)  # how long a caller is asked whether it is about the same
SENTENCE = 3  # words; fewer beside a yes or no are no new matter
OTHER_LANGUAGE = "9"  # the key
ENGLISH = "en"


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
    """

    call: PhoneCall
    report: Report | None
    about: Report | None = None
    state: IncidentState = IncidentState.OPEN

    @property
    def pending(self) -> bool:
        """Whether the caller has to wait for the understanding."""
        return self.report is not None and self.report.state is ReportState.TALKING and self.report.decision is None


async def listen(
    session: AsyncSession, desk: Desk, rules: DangerRules, sid: str, contact: str | None, turn: Turn
) -> Talk:
    """Take in one turn. A turn that was already taken in changes nothing: the provider repeats itself."""
    call = await calls.taken(session, sid, contact, desk.now())
    if call.turn == 0 and call.step is Step.WHAT:
        await _recognise(session, desk, call)
    report = await reports.locked(session, call.report_id) if call.report_id else None
    talk = await _talk(session, call, report)
    if turn.number != call.turn or call.step is Step.DONE:
        return talk
    call.turn += 1
    words = readable(turn.words)[:LONGEST]
    if danger := rules(words):
        return await _in_danger(session, desk, talk, words, turn, danger.reason)
    if "0" in turn.keys or wants_a_person(words):
        return await _to_a_person(session, desk, talk, words, turn)
    if "*" in turn.keys:
        return talk
    if report is None and OTHER_LANGUAGE in turn.keys:
        call.language, call.tries = None if call.language else ENGLISH, 0
        return talk
    if report is None:
        return await _begin(session, desk, talk, words, turn)
    if not words and not turn.keys:
        await _silence(session, desk, call, report)
    else:
        call.tries = 0 if words else call.tries
        await reply(session, desk, call, report, words, turn.keys)
    return talk


async def _recognise(session: AsyncSession, desk: Desk, call: PhoneCall) -> None:
    """A number that reported something still under way is asked whether it is about that."""
    if call.contact is None or call.about_id is not None or call.report_id is not None:
        return
    known = await reports.latest_alive(session, call.contact, desk.now() - REMEMBERED)
    if known is not None:
        call.step, call.about_id = Step.ABOUT, known.id


async def _talk(session: AsyncSession, call: PhoneCall, report: Report | None) -> Talk:
    about = await session.get(Report, call.about_id) if call.about_id else None
    incident = await incidents.by_id(session, about.incident_id) if about and about.incident_id else None
    return Talk(call, report, about, incident.state if incident else IncidentState.OPEN)


async def _begin(session: AsyncSession, desk: Desk, talk: Talk, words: str, turn: Turn) -> Talk:
    """Nothing was reported yet: the matter, or whether it is the earlier one."""
    call = talk.call
    if call.step is Step.ABOUT:
        if turn.keys.startswith("1") or (says_yes(words) and len(words.split()) <= SENTENCE):
            call.step, call.tries = Step.WHAT, 0
            return talk
        call.step, call.about_id = Step.WHAT, None
        if turn.keys.startswith("2") or (says_no(words) and not after_no(words)):
            return Talk(call, None)
        words, talk = after_no(words) or words, Talk(call, None)
    if not words:
        return await _nothing_said(talk)
    if talk.about is not None:
        return await _add_to(session, desk, talk, talk.about, words, turn)
    return await _first_words(session, desk, call, words, turn)


async def _nothing_said(talk: Talk) -> Talk:
    """Asked again at most twice; then a person takes over."""
    talk.call.tries += 1
    if talk.about is not None:
        talk.call.step = Step.DONE  # they have heard how it stands
    elif talk.call.tries > SILENCES:
        talk.call.step = Step.PERSON
    return talk


async def _add_to(session: AsyncSession, desk: Desk, talk: Talk, about: Report, words: str, turn: Turn) -> Talk:
    """What a caller has to say about what they reported before joins it."""
    call = talk.call
    report = await _open(session, desk, call, words, turn)
    incident = await incidents.by_id(session, about.incident_id or 0, lock=True)
    call.step = Step.DONE
    if incident is None or incident.state is IncidentState.RESOLVED:
        return Talk(call, report)  # over meanwhile: understood as a matter of its own
    await timers.disarm(session, timers.Verb.HANDLE, report.id)
    await follow_ups.join(session, desk, report, about, incident)
    return Talk(call, report, about, incident.state)


async def go_on(session: AsyncSession, desk: Desk, sid: str, *, patient: bool = True) -> Talk | None:
    """Choose what to ask next, once the words were understood. Not ``patient``: the caller waited long enough."""
    call = await calls.by_sid(session, sid)
    if call is None:
        return None
    report = await reports.locked(session, call.report_id) if call.report_id else None
    talk = await _talk(session, call, report)
    if report is None or call.step in (Step.PERSON, Step.DONE):
        return talk
    if talk.pending and patient:
        return talk
    if report.state is not ReportState.TALKING or talk.pending or report.decision is None:
        call.step = Step.DONE  # danger was heard, or the understanding is late: it will open by itself
        return talk
    await proceed(session, desk, call, report)
    return talk


async def hang_up(session: AsyncSession, desk: Desk, sid: str) -> None:
    """The call is over: what was said becomes an incident now; a call without a word stays as a missed one."""
    call = await calls.by_sid(session, sid)
    if call is None or call.ended_at is not None:
        return
    call.ended_at = desk.now()
    report = await reports.locked(session, call.report_id) if call.report_id else None
    if sounds := await call_sounds.unclear_of(session, sid):
        report = report or await _open(session, desk, call, replies.UNCLEAR, Turn(-1))
        await call_sounds.join(session, desk, report, sounds)
    if report is None or report.state is not ReportState.TALKING:
        return
    if report.decision is None:
        report.state = ReportState.RECEIVED  # not understood yet: it is handled as a written message would be
    else:
        await conclude(session, desk, call, report)


async def voicemail(session: AsyncSession, desk: Desk, sid: str, recording: Recording) -> None:
    """A message was left: it is kept for a person, and listened to by whatever can."""
    call = await calls.by_sid(session, sid)
    if call is None:
        return
    said = replies.VOICEMAIL.format(seconds=recording.seconds)
    report = await reports.locked(session, call.report_id) if call.report_id else None
    if report is None:
        report = await _open(session, desk, call, said, Turn(-1, said))
    await call_sounds.keep_message(session, desk, report, recording)
    call.step = Step.DONE


async def _first_words(session: AsyncSession, desk: Desk, call: PhoneCall, words: str, turn: Turn) -> Talk:
    call.tries = 0
    report = await _open(session, desk, call, words, turn)
    if call.ended_at is not None:
        return Talk(call, report)  # the last words of somebody who has hung up: handled as a written message would be
    report.state = ReportState.TALKING
    await timers.arm(session, timers.Verb.UNANSWERED, report.id, desk.now() + LOST, desk.now())
    return Talk(call, report)


async def _open(session: AsyncSession, desk: Desk, call: PhoneCall, words: str, turn: Turn) -> Report:
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


async def _in_danger(session: AsyncSession, desk: Desk, talk: Talk, words: str, turn: Turn, reason: str) -> Talk:
    """No more questions: the incident opens by itself while the caller hears the safety words."""
    call, report = talk.call, talk.report
    call.step = Step.DONE
    if report is None:
        report = await _open(session, desk, call, words, turn)
    elif report.state is ReportState.TALKING:
        await add(session, desk, report, words)
        report.state = ReportState.RECEIVED
    report.danger, report.advice = report.danger or reason, replies.emergency(call.language)
    return Talk(call, report)


async def _to_a_person(session: AsyncSession, desk: Desk, talk: Talk, words: str, turn: Turn) -> Talk:
    call, report = talk.call, talk.report
    call.step = Step.PERSON
    if report is None and len(words.split()) > SENTENCE + 1:  # "un trou rue Monge, passez-moi quelqu'un"
        report = await _open(session, desk, call, words, turn)
    elif report is not None and report.state is ReportState.TALKING:
        await _hand_over(session, desk, report)
    return Talk(call, report)


async def _hand_over(session: AsyncSession, desk: Desk, report: Report) -> None:
    """What was understood so far is opened, so that the person who takes the call finds it."""
    if report.decision is None:
        report.state = ReportState.RECEIVED
    else:
        await handle.leave_to_a_person(session, desk, report)
        await receipt(session, desk, report)


async def _silence(session: AsyncSession, desk: Desk, call: PhoneCall, report: Report) -> None:
    if report.state is not ReportState.TALKING:
        call.step = Step.DONE
    else:
        await unclear(session, desk, call, report)
