"""The conversation of a call, turn by turn: what is happening, where, is that it. Kept, so that nothing said is lost.

The caller may ask for a person at any moment; danger ends all questions.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from intake import call_receipt, closed_question, follow_ups, replies, standing
from intake.answers import after_no, says_no, says_yes, wants_a_person
from intake.by_keys import chosen_family, open_chosen
from intake.call_turn import Talk, Turn, open_report
from intake.models import LONGEST
from intake.news_asked import Asked, asked_for_news
from intake.ports import House
from intake.small_talk import beside_the_wish, says_nothing, wants_it_again
from intake.spoken import LOST, SILENCES, add, proceed, reply, unclear
from intake.standing import Told
from intake.wording import DEFAULT, spoken
from routing.domain.call import Step
from routing.domain.incident import Event, IncidentState, ReportState
from routing.domain.redaction import readable
from routing.domain.understanding import Channel
from routing.service.desk import Desk
from routing.service.record import record
from routing.service.tell import tell_one
from routing.store import calls, incidents, reports, timers
from routing.store.models import PhoneCall, Report

REMEMBERED = timedelta(days=14)  # how long a caller is asked whether it is about the same
SENTENCE = 3  # words; fewer beside a yes or no are no new matter
OTHER_LANGUAGE = "9"  # the key
ENGLISH = "en"
AGAIN = "La personne qui a signalé {reference} rappelle et demande à parler à quelqu'un{doubt}"
IN_DOUBT = ", sans dire si c'est à ce sujet"


async def listen(session: AsyncSession, house: House, sid: str, contact: str | None, turn: Turn) -> Talk:
    """Take in one turn. A turn that was already taken in changes nothing: the provider repeats itself."""
    desk = house.desk
    call = await calls.taken(session, sid, contact, desk.now())
    if call.turn == 0 and call.step is Step.WHAT:
        await _recognise(session, desk, call)
    report = await reports.locked(session, call.report_id) if call.report_id else None
    talk = await _talk(session, call, report)
    if turn.number != call.turn or call.step is Step.DONE:
        return talk
    call.turn += 1
    words = readable(turn.words)[:LONGEST]
    if danger := house.danger(words):
        return await _in_danger(session, desk, talk, words, turn, danger.reason)
    if "0" in turn.keys or wants_a_person(words):
        return await _to_a_person(session, desk, talk, words, turn)
    if "*" in turn.keys or wants_it_again(words):
        return talk
    if call.step is Step.WHAT and OTHER_LANGUAGE in turn.keys:
        call.language, call.tries = None if call.language else ENGLISH, 0
        return talk
    if report is None and (asked := asked_for_news(words)) and (told := await _news(session, house, talk, asked)):
        return told
    if report is None:
        return await _begin(session, desk, talk, words, turn)
    if not words and not turn.keys:
        await _silence(session, desk, call, report)
    else:
        await reply(session, desk, call, report, words, turn.keys)
    call.owed = report.decision is None
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
    refuses = call.contact is not None and await calls.opted_out(session, call.contact)
    return Talk(call, report, about, incident.state if incident else IncidentState.OPEN, refuses)


async def _begin(session: AsyncSession, desk: Desk, talk: Talk, words: str, turn: Turn) -> Talk:
    """Nothing was reported yet: the matter, or whether it is the earlier one."""
    call = talk.call
    if call.step is Step.FAMILY and (chosen := chosen_family(desk, turn.keys)) is not None:
        return Talk(call, await open_chosen(session, desk, call, chosen, turn), refuses=talk.refuses)
    if call.step is Step.ABOUT:
        if turn.keys.startswith("1") or (says_yes(words) and len(words.split()) <= SENTENCE):
            call.step, call.tries = Step.WHAT, 0
            return talk
        call.step, call.about_id = Step.WHAT, None
        if turn.keys.startswith("2") or (says_no(words) and not after_no(words)):
            return Talk(call, None)
        words, talk = after_no(words) or words, Talk(call, None)
    if says_nothing(words):
        return _nothing_said(desk, talk)
    call.step = Step.WHAT
    if talk.about is not None:
        return await _add_to(session, desk, talk, talk.about, words, turn)
    return await _first_words(session, desk, call, words, turn)


async def _news(session: AsyncSession, house: House, talk: Talk, asked: Asked) -> Talk | None:
    """Whoever asks where their report stands hears it, is texted the links, and may add to it; None when it may be a
    matter after all.
    """
    call, told = talk.call, Told("")
    if call.contact is not None:
        found = await standing.answer(session, house.desk, house.base_url, Channel.VOICE, call.contact, asked)
        if found is None:
            return None
        told = found
    if told.report is None:
        call.step, call.about_id, call.tries = Step.WHAT, None, call.tries + 1
        return Talk(call, None, refuses=talk.refuses, unknown=True)
    if call.step is Step.ABOUT or call.about_id != told.report.id:  # else they have heard it, and have it in writing
        await tell_one(session, house.desk, told.report, told.words)
    call.step, call.tries, call.about_id = Step.WHAT, 0, told.report.id
    return await _talk(session, call, None)


def _nothing_said(desk: Desk, talk: Talk) -> Talk:
    """Silence, noise, a greeting: asked again, then by keys alone, which need no ears; then a person takes over."""
    call = talk.call
    call.tries += 1
    if talk.about is not None:
        call.step = Step.DONE  # they have heard how it stands
    elif call.tries > SILENCES:
        call.step = Step.PERSON
    elif call.tries == SILENCES and call.language is None and desk.catalogue.keypad:
        call.step = Step.FAMILY  # read in French
    return talk


async def _add_to(session: AsyncSession, desk: Desk, talk: Talk, about: Report, words: str, turn: Turn) -> Talk:
    """What a caller has to say about what they reported before joins it."""
    call = talk.call
    report = await open_report(session, desk, call, words, turn)
    incident = await incidents.by_id(session, about.incident_id or 0, lock=True)
    call.step = Step.DONE
    if incident is None or incident.state is IncidentState.RESOLVED:
        return Talk(call, report)  # over meanwhile: understood as a matter of its own
    await timers.disarm(session, timers.Verb.HANDLE, report.id)
    await follow_ups.join(session, desk, report, about, incident)
    return replace(talk, report=report, about=about, state=incident.state)


async def go_on(session: AsyncSession, desk: Desk, sid: str, *, patient: bool = True) -> Talk | None:
    """Choose what to ask next, once the words were understood; a choice that was made stands.

    Not ``patient``: the caller waited long enough.
    """
    call = await calls.by_sid(session, sid)
    if call is None:
        return None
    report = await reports.locked(session, call.report_id) if call.report_id else None
    talk = await _talk(session, call, report)
    if report is None or call.step in (Step.PERSON, Step.DONE):
        return talk
    if talk.pending and patient:
        return talk
    if report.state is not ReportState.TALKING or talk.pending:
        call.step = Step.DONE  # danger was heard, or the understanding is late: it will open by itself
        return talk
    if not call.owed:
        return talk
    call.owed = False
    if call.language is None and not report.asked and spoken(report.language) != DEFAULT:
        call.language = spoken(report.language)  # they spoke it without asking for it
    await proceed(session, desk, call, report)
    return talk


async def _first_words(session: AsyncSession, desk: Desk, call: PhoneCall, words: str, turn: Turn) -> Talk:
    call.tries = 0
    report = await open_report(session, desk, call, words, turn)
    if call.ended_at is not None:
        return Talk(call, report)  # the last words of somebody who has hung up: handled as a written message would be
    report.state, call.owed = ReportState.TALKING, True
    await timers.arm(session, timers.Verb.UNANSWERED, report.id, desk.now() + LOST, desk.now())
    return Talk(call, report)


async def _in_danger(session: AsyncSession, desk: Desk, talk: Talk, words: str, turn: Turn, reason: str) -> Talk:
    """No more questions: the incident opens by itself while the caller hears the safety words."""
    call, report = talk.call, talk.report
    if call.step is Step.ABOUT:
        call.about_id = None  # nobody said that it is about the earlier matter, nor that it is there
    call.step = Step.DONE
    if report is None:
        report = await open_report(session, desk, call, words, turn)
    elif report.state is ReportState.TALKING:
        await add(session, desk, report, words)
        report.state = ReportState.RECEIVED
    report.danger, report.advice = report.danger or reason, replies.emergency(call.language)
    return replace(talk, report=report)


async def _to_a_person(session: AsyncSession, desk: Desk, talk: Talk, words: str, turn: Turn) -> Talk:
    call, report, matter = talk.call, talk.report, beside_the_wish(words)
    if report is None and talk.about is not None and (call.step is not Step.ABOUT or not matter):
        talk = await _again(session, desk, talk, talk.about, words, turn)
    elif report is None and matter:  # "un trou rue Monge, passez-moi quelqu'un"
        call.about_id = None
        talk = Talk(call, await open_report(session, desk, call, words, turn), refuses=talk.refuses)
    elif report is not None and report.state is ReportState.TALKING:
        await _hand_over(session, desk, report)
    call.step = Step.PERSON
    return talk


async def _again(session: AsyncSession, desk: Desk, talk: Talk, about: Report, words: str, turn: Turn) -> Talk:
    """Who reported it before wants a person: every thread reads so, with what they say besides.

    A zero instead of an answer does not say that it is about that: the call is not tied to it.
    """
    sure = talk.call.step is not Step.ABOUT or says_yes(words)
    if sure and beside_the_wish(words):
        talk = await _add_to(session, desk, talk, about, words, turn)
    incident = await incidents.by_id(session, about.incident_id or 0, lock=True)
    if incident is not None:
        said = AGAIN.format(reference=about.reference, doubt="" if sure else IN_DOUBT)
        await record(session, desk, incident, Event.REPORT, said, broadcast=True)
    if not sure:
        talk.call.about_id = None
    return talk


async def _hand_over(session: AsyncSession, desk: Desk, report: Report) -> None:
    """What was understood so far is opened, so that the person who takes the call finds it."""
    if report.decision is None:
        report.state = ReportState.RECEIVED
    else:
        await closed_question.leave_to_a_person(session, desk, report)
        await call_receipt.send(session, desk, report)


async def _silence(session: AsyncSession, desk: Desk, call: PhoneCall, report: Report) -> None:
    if report.state is not ReportState.TALKING:
        call.step = Step.DONE
    else:
        await unclear(session, desk, call, report)
