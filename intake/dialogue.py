"""The conversation of a call, turn by turn: what is happening, where, is that it. Kept, so that nothing said is lost.

The caller may ask for a person at any moment; danger ends all questions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from intake import call_sounds, handle, inbox, replies
from intake.call_sounds import Recording
from intake.models import LONGEST, Message
from intake.ports import DangerRules
from intake.wording import say
from routing.domain.call import Step
from routing.domain.incident import ReportState
from routing.domain.procedure import Severity
from routing.domain.redaction import plain, readable
from routing.domain.understanding import Channel, Decision
from routing.service.desk import Desk
from routing.service.tell import door_back, tell_one
from routing.store import calls, reports, timers
from routing.store.models import PhoneCall, Report

SILENCES = 2  # re-prompts before a person takes over
LOST = timedelta(seconds=90)  # a call that stays mute this long was lost
_SOMEBODY = r"(?:humain|agent|conseill\w+|operat\w+|quelqu un|(?:vraie )?personne|standard\w*|secretaire|etre humain)"
ASKED_FOR_PERSON = re.compile(
    rf"^(?:euh |non |un |une )*{_SOMEBODY}(?: (?:humaine|s il (?:vous|te) plait|svp))*$"
    rf"|\b(?:parl\w+|pass\w+|join\w+|veux|voudrais|avoir|transfer\w+)\b.*\b{_SOMEBODY}\b"
)
YES = re.compile(
    r"^(?:ah |ben |euh |et |alors )*(?:oui|ouais|ouai|exact\w*|voila|tout a fait|c est ca|affirmatif|d accord|yes)\b"
)
NO = re.compile(r"^(?:ah |ben |euh |et |alors |mais )*(?:non|nan|pas du tout|no|negatif)\b")
NUMBERS = (
    re.compile(r"^(?:le |la |l |numero |choix |reponse )*(?:1|un|une|premier|premiere|prems)\b"),
    re.compile(r"^(?:le |la |l |numero |choix |reponse )*(?:2|deux|de|deuxieme|second|seconde)\b"),
    re.compile(r"^(?:le |la |l |numero |choix |reponse )*(?:3|trois|troisieme)\b"),
    re.compile(r"^(?:le |la |l |numero |choix |reponse )*(?:4|quatre|quatrieme|aucun|aucune)\b"),
)


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
    """How a call stands. ``report`` is None while nothing was said; ``pending`` that its meaning is being found."""

    call: PhoneCall
    report: Report | None

    @property
    def pending(self) -> bool:
        """Whether the caller has to wait for the understanding."""
        return self.report is not None and self.report.state is ReportState.TALKING and self.report.decision is None


async def listen(
    session: AsyncSession, desk: Desk, rules: DangerRules, sid: str, contact: str | None, turn: Turn
) -> Talk:
    """Take in one turn. A turn that was already taken in changes nothing: the provider repeats itself."""
    call = await calls.taken(session, sid, contact, desk.now())
    report = await reports.locked(session, call.report_id) if call.report_id else None
    talk = Talk(call, report)
    if turn.number != call.turn or call.step is Step.DONE:
        return talk
    call.turn += 1
    words = readable(turn.words)[:LONGEST]
    if danger := rules(words):
        return await _in_danger(session, desk, talk, words, turn, danger.reason)
    if "0" in turn.keys or _wants_a_person(words):
        return await _to_a_person(session, desk, talk, words, turn)
    if "*" in turn.keys:
        return talk
    if not words and not turn.keys:
        return await _silence(session, desk, talk)
    if report is None:
        return await _first_words(session, desk, call, words, turn)
    call.tries = 0
    await _reply(session, desk, call, report, words, turn.keys)
    return talk


async def go_on(session: AsyncSession, desk: Desk, sid: str, *, patient: bool = True) -> Talk | None:
    """Choose what to ask next, once the words were understood. Not ``patient``: the caller waited long enough."""
    call = await calls.by_sid(session, sid)
    if call is None:
        return None
    report = await reports.locked(session, call.report_id) if call.report_id else None
    talk = Talk(call, report)
    if report is None or call.step in (Step.PERSON, Step.DONE):
        return talk
    if talk.pending and patient:
        return talk
    if report.state is not ReportState.TALKING or talk.pending or report.decision is None:
        call.step = Step.DONE  # danger was heard, or the understanding is late: it will open by itself
        return talk
    await _next(session, desk, call, report)
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
        await _conclude(session, desk, call, report, report.answer)


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


async def _reply(session: AsyncSession, desk: Desk, call: PhoneCall, report: Report, words: str, keys: str) -> None:
    """What the caller says to our last question."""
    if report.state is not ReportState.TALKING:
        call.step = Step.DONE
        return
    await timers.arm(session, timers.Verb.UNANSWERED, report.id, desk.now() + LOST, desk.now())
    if call.step is Step.CONFIRM:
        await _confirmed(session, desk, call, report, words, keys)
    elif call.step is Step.CHOOSE:
        await _chose(session, desk, call, report, words, keys)
    else:
        await _add(session, desk, report, words)


async def _first_words(session: AsyncSession, desk: Desk, call: PhoneCall, words: str, turn: Turn) -> Talk:
    if not words:
        return await _silence(session, desk, Talk(call, None))  # a key that means nothing here
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


async def _add(session: AsyncSession, desk: Desk, report: Report, words: str) -> None:
    """More words of the same caller: understood again with the first ones."""
    if words:
        if report.heard and (others := report.heard.get("alternatives")):
            report.heard = {**report.heard, "alternatives": [f"{other}. {words}"[:LONGEST] for other in others]}
        report.text = f"{report.text}. {words}"[:LONGEST]
    report.decision = None
    await timers.arm(session, timers.Verb.HANDLE, report.id, desk.now(), desk.now(), boost=inbox.DANGER_BOOST)


async def _in_danger(session: AsyncSession, desk: Desk, talk: Talk, words: str, turn: Turn, reason: str) -> Talk:
    """No more questions: the incident opens by itself while the caller hears the safety words."""
    call, report = talk.call, talk.report
    call.step = Step.DONE
    if report is None:
        report = await _open(session, desk, call, words, turn)
    elif report.state is ReportState.TALKING:
        await _add(session, desk, report, words)
        report.state = ReportState.RECEIVED
    report.danger, report.advice = report.danger or reason, replies.emergency()
    return Talk(call, report)


async def _to_a_person(session: AsyncSession, desk: Desk, talk: Talk, words: str, turn: Turn) -> Talk:
    call, report = talk.call, talk.report
    call.step = Step.PERSON
    if report is None and len(words.split()) > 4:  # "un trou rue Monge, passez-moi quelqu'un"
        report = await _open(session, desk, call, words, turn)
    elif report is not None and report.state is ReportState.TALKING:
        await hand_over(session, desk, call, report)
    return Talk(call, report)


async def hand_over(session: AsyncSession, desk: Desk, call: PhoneCall, report: Report) -> None:
    """What was understood so far is opened, so that the person who takes the call finds it."""
    if report.decision is None:
        report.state = ReportState.RECEIVED
    else:
        await handle.leave_to_a_person(session, desk, report)
        await _receipt(session, desk, report)


async def _silence(session: AsyncSession, desk: Desk, talk: Talk) -> Talk:
    """Asked again at most twice; then a person takes over, or what is known is enough."""
    call, report = talk.call, talk.report
    call.tries += 1
    if report is None:
        if call.tries > SILENCES:
            call.step = Step.PERSON
        return talk
    if report.state is not ReportState.TALKING:
        call.step = Step.DONE
    elif call.step is Step.WHERE and report.decision is not None:
        await _after_where(session, desk, call, report)
    elif call.tries > SILENCES:
        await _conclude(session, desk, call, report, report.answer)
    return talk


async def _next(session: AsyncSession, desk: Desk, call: PhoneCall, report: Report) -> None:
    """What to ask, from what was understood: first which one, then where, then whether that is it."""
    if call.step is Step.WHERE:
        await _after_where(session, desk, call, report)
    elif report.decision == Decision.ASK and report.candidates:
        call.step = Step.CHOOSE
    elif report.decision != Decision.ROUTE or desk.catalogue.procedure(report.ranking[0]["procedure"]) is None:
        await _conclude(session, desk, call, report, None)
    elif _needs_a_place(desk, report, report.ranking[0]["procedure"]):
        call.step = Step.WHERE
    else:
        call.step = Step.CONFIRM


async def _after_where(session: AsyncSession, desk: Desk, call: PhoneCall, report: Report) -> None:
    """The place was asked for once; whatever came of it, it is not asked for again."""
    if report.answer is not None or report.decision != Decision.ROUTE:
        await _conclude(session, desk, call, report, report.answer)
    else:
        call.step = Step.CONFIRM


async def _confirmed(session: AsyncSession, desk: Desk, call: PhoneCall, report: Report, words: str, keys: str) -> None:
    said = plain(words)
    first = report.ranking[0]["procedure"]
    if keys.startswith("1") or YES.match(said):
        await _conclude(session, desk, call, report, first)
    elif keys.startswith("2") or NO.match(said):
        if len(said.split()) > 3:  # "non, c'est le lampadaire qui est tombé"
            await _add(session, desk, report, NO.sub("", said).strip())
            call.step = Step.WHAT
            return
        report.candidates = [item["procedure"] for item in report.ranking[1:4] if item["probability"] >= 0.02][:3]
        if report.candidates:
            call.step = Step.CHOOSE
        else:
            await _conclude(session, desk, call, report, "")
    else:
        await _add(session, desk, report, words)


async def _chose(session: AsyncSession, desk: Desk, call: PhoneCall, report: Report, words: str, keys: str) -> None:
    options = [*report.candidates, ""]
    said = plain(words)
    index = int(keys[0]) - 1 if keys[:1].isdecimal() else next((n for n, x in enumerate(NUMBERS) if x.match(said)), -1)
    if NO.match(said) or "aucun" in said:
        index = len(options) - 1
    if not 0 <= index < len(options):
        call.tries += 1
        if words and len(words.split()) > 2:
            await _add(session, desk, report, words)
            call.step = Step.WHAT
        return
    report.answer = options[index] or "none"
    if options[index] and _needs_a_place(desk, report, options[index]):
        call.step = Step.WHERE
    else:
        await _conclude(session, desk, call, report, report.answer)


def _needs_a_place(desk: Desk, report: Report, procedure_id: str) -> bool:
    procedure = desk.catalogue.procedure(procedure_id)
    asks = procedure is not None and procedure.severity is not Severity.INFO
    return asks and not (report.place or report.address or report.latitude)


async def _conclude(session: AsyncSession, desk: Desk, call: PhoneCall, report: Report, choice: str | None) -> None:
    """Open the incident: with what the caller confirmed, "none" when nothing fits, else as understood."""
    call.step = Step.DONE
    if choice is None:
        await handle.leave_to_a_person(session, desk, report)
    else:
        chosen = "" if choice in ("", "none") else choice
        report.candidates = [*report.candidates, chosen] if chosen not in report.candidates else report.candidates
        await handle.answer(session, desk, report, chosen)
    await _receipt(session, desk, report)


async def _receipt(session: AsyncSession, desk: Desk, report: Report) -> None:
    """The reference by text message, to a caller whose line can receive one."""
    if door_back(report) is not None:
        await tell_one(session, desk, report, say("call.kept", report.language, reference=report.reference))


def _wants_a_person(words: str) -> bool:
    """A short wish to speak to somebody; a long sentence in which somebody appears is a report."""
    said = plain(words)
    return len(said.split()) <= 12 and bool(ASKED_FOR_PERSON.search(said))
