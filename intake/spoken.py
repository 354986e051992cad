"""What follows from what a caller says: the next question of the exchange, or the incident."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from intake import call_receipt, closed_question, inbox, replies
from intake.answers import after_no, number, says_no, says_yes
from intake.exchange import Known, next_step
from intake.missing_place import lacks_place_on_the_line, somewhere
from intake.models import LONGEST
from intake.small_talk import says_nothing
from intake.wording import DEFAULT, spoken
from routing.domain.call import Step
from routing.domain.incident import ReportState
from routing.domain.understanding import Decision
from routing.service.desk import Desk
from routing.service.tell import can_be_texted
from routing.store import timers
from routing.store.models import PhoneCall, Report

SILENCES = 2  # re-prompts before a person takes over, or what is known is enough
TWICE = 2
LOST = timedelta(seconds=90)  # a call that stays mute this long was lost
YES_ALONE = 3  # words; what goes beyond is kept for whoever reads it
NONE = "none"  # the answer of a caller whom no candidate fits
GUESS_FROM = 0.02  # a procedure less likely than this is not offered after a no


async def reply(session: AsyncSession, desk: Desk, call: PhoneCall, report: Report, words: str, keys: str) -> None:
    """What the caller says to our last question about ``report``."""
    if report.state is not ReportState.TALKING:
        call.step = Step.DONE
        return
    await timers.arm(session, timers.Verb.UNANSWERED, report.id, desk.now() + LOST, desk.now())
    if not keys and _waits(call, words):
        call.tries += 1
        return
    call.tries = 0 if words else call.tries
    if call.step is Step.CONFIRM:
        await _confirmed(session, desk, call, report, words, keys)
    elif call.step is Step.CHOOSE:
        await _chose(session, desk, call, report, words, keys)
    else:
        if call.step is Step.WHERE and words:
            said = report.heard or {}
            report.heard = {**said, "where": [*said.get("where", ()), words]}
        await add(session, desk, report, words)


def _waits(call: PhoneCall, words: str) -> bool:
    """ "Euh, attendez une seconde": the same question again, a few times."""
    answers = call.step in (Step.CONFIRM, Step.CHOOSE) and (says_yes(words) or says_no(words))
    return bool(words) and call.tries < SILENCES and says_nothing(words) and not answers


async def proceed(session: AsyncSession, desk: Desk, call: PhoneCall, report: Report) -> None:
    """Put the next question, or open the incident. Closed questions are put in French only: the catalogue's labels."""
    french = spoken(call.language) == DEFAULT == spoken(report.language)
    chosen = report.answer is not None
    named = report.answer if chosen else _first(report) if report.decision == Decision.ROUTE else None
    placeless = lacks_place_on_the_line(desk, report, named)
    known = Known(
        named=desk.catalogue.procedure(named) is not None,
        chosen=chosen,
        doubtful=french and report.decision == Decision.ASK and bool(report.candidates),
        placeless=placeless,
        obscure=named is None and not chosen and report.decision == Decision.UNFORESEEN,
        spoken=french,
        asked=_asked(report),
        wheres=1 if not placeless or await can_be_texted(session, report) else 2,
    )
    step = next_step(known)
    if step is Step.DONE:
        await conclude(session, desk, call, report)
        return
    call.step = step
    both = step is Step.WHAT and placeless  # one question: what exactly, and where
    report.asked = [*report.asked, step, *([Step.WHERE] if both else [])]


def _asked(report: Report) -> list[str]:
    """The questions not to put again; whoever corrected us may be asked once more."""
    corrected = {Step.CONFIRM, *([Step.WHAT] if somewhere(report) else [])}
    return [step for step in report.asked if step not in corrected or report.asked.count(step) >= TWICE]


def _first(report: Report) -> str | None:
    return report.ranking[0]["procedure"] if report.ranking else None


async def add(session: AsyncSession, desk: Desk, report: Report, words: str) -> None:
    """More words of the same caller: understood again with the first ones."""
    if words:
        if report.heard and (others := report.heard.get("alternatives")):
            report.heard = {**report.heard, "alternatives": [f"{other}. {words}"[:LONGEST] for other in others]}
        report.text = words if replies.wordless(report.text) else f"{report.text}. {words}"[:LONGEST]
    report.decision = None
    await timers.arm(session, timers.Verb.HANDLE, report.id, desk.now(), desk.now(), boost=inbox.DANGER_BOOST)


async def _confirmed(session: AsyncSession, desk: Desk, call: PhoneCall, report: Report, words: str, keys: str) -> None:
    if keys.startswith("1") or says_yes(words):
        report.answer = _first(report)
        if len(words.split()) > YES_ALONE:  # "oui, et en plus il y a de l'eau"
            report.text = f"{report.text}. {words}"[:LONGEST]
        await proceed(session, desk, call, report)
    elif said := after_no(words) if says_no(words) else "":  # "non, c'est le lampadaire qui est tombé"
        await add(session, desk, report, said)
        call.step = Step.WHAT
    elif keys.startswith("2") or says_no(words):
        ranking = report.ranking[1:4]
        report.candidates = [item["procedure"] for item in ranking if item["probability"] >= GUESS_FROM]
        report.decision, report.answer = Decision.ASK, None if report.candidates else NONE
        await proceed(session, desk, call, report)
    elif words:
        await add(session, desk, report, words)
    else:
        await unclear(session, desk, call, report)


async def _chose(session: AsyncSession, desk: Desk, call: PhoneCall, report: Report, words: str, keys: str) -> None:
    options = [*report.candidates, NONE]
    which = int(keys[0]) if keys[:1].isdecimal() else number(words, len(options))
    if which == len(options) and replies.by_keys(report.text):  # there are no words to go by
        call.step = Step.PERSON
        await closed_question.leave_to_a_person(session, desk, report)
        await call_receipt.send(session, desk, report)
    elif which is not None and 1 <= which <= len(options):
        report.answer = options[which - 1]
        await proceed(session, desk, call, report)
    elif len(words.split()) > 2:
        await add(session, desk, report, words)
        call.step = Step.WHAT
    else:
        await unclear(session, desk, call, report)


async def unclear(session: AsyncSession, desk: Desk, call: PhoneCall, report: Report) -> None:
    """Silence or a key that means nothing: asked again at most twice; then what is known is enough."""
    call.tries += 1
    if call.step in (Step.WHERE, Step.WHAT) and report.decision is not None:
        await proceed(session, desk, call, report)  # what is not known is not asked for twice
    elif call.tries > SILENCES:
        await conclude(session, desk, call, report)


async def conclude(session: AsyncSession, desk: Desk, call: PhoneCall, report: Report) -> None:
    """Open the incident: with what the caller confirmed or chose, else as understood."""
    call.step = Step.DONE
    if report.answer is None:
        await closed_question.leave_to_a_person(session, desk, report)
    else:
        chosen = "" if report.answer == NONE else report.answer
        report.candidates = [*report.candidates, chosen] if chosen not in report.candidates else report.candidates
        await closed_question.answer(session, desk, report, chosen)
    if report.heard and (also := report.heard.get("also")):  # said in the same breath: a report of its own
        second = await inbox.second_report(session, report, also)
        await timers.arm(session, timers.Verb.HANDLE, second.id, desk.now(), desk.now())
    await call_receipt.send(session, desk, report)
