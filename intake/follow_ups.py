"""A message that goes on about an earlier one joins it: the same number within minutes, or the link of its page.

Strangers are never joined: a number is one person, a link is known to whoever holds it, a connection is neither.
"""

from __future__ import annotations

import re
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from intake.missing_place import only_a_place
from intake.wording import DEFAULT, language_name, say, spoken
from routing.domain.call import Step
from routing.domain.incident import Event, IncidentState
from routing.domain.redaction import redact
from routing.domain.understanding import Channel, Decision, Understanding
from routing.errors import NotFound
from routing.service import call_back
from routing.service.desk import Desk
from routing.service.open_incident import attach
from routing.service.record import record, stale
from routing.service.tell import tell_one
from routing.service.warn import HOUR, too_many, warn
from routing.store import calls, incidents, reports, timers
from routing.store.models import Incident, Report

CONVERSATIONS = (Channel.SMS, Channel.WHATSAPP, Channel.TELEGRAM)  # people write there in several short messages
STILL_TALKING = timedelta(minutes=10)
WHERE_WAITS = timedelta(days=1)  # how long a place that was asked for may come by itself
FEW = 3  # words
LINK = re.compile(r"/suivi/([\w-]{20,80})")


async def adds_to_the_last(session: AsyncSession, desk: Desk, report: Report, read: Understanding) -> bool:
    """A message that follows another one within minutes and brings no matter of its own belongs to it."""
    before = await linked(session, report)
    explicit = before is not None
    if before is None and report.channel in CONVERSATIONS and report.contact and not read.also:
        before = await reports.previous(session, report, desk.now() - WHERE_WAITS)
    incident = await incidents.by_id(session, before.incident_id or 0, lock=True) if before else None
    if before is None or incident is None or incident.state is IncidentState.RESOLVED:
        return False
    recent = before.received_at >= desk.now() - STILL_TALKING
    asked = {*before.asked, *(await reports.first_of_matter(session, before)).asked}
    answers_where = Step.WHERE in asked and incident.place is None and bool(report.place or report.latitude)
    if not (recent or answers_where or explicit):
        return False
    other = read.decision is Decision.ROUTE and read.procedure != incident.procedure_id
    where = answers_where and (recent or only_a_place(report.text, report.place, report.commune))
    what = recent and _had_said_nothing(before, incident)  # "rue Monge", then "un trou"
    if other and not (explicit or where or what):
        return False
    await join(session, desk, report, before, incident)
    return True


def _had_said_nothing(before: Report, incident: Incident) -> bool:
    """Whether somebody named but a place, or was asked what is happening and a person took over without the answer."""
    asked = before.channel in CONVERSATIONS and Step.WHAT in before.asked and incident.procedure_id is None
    return asked or only_a_place(before.text, before.place, before.commune)


async def linked(session: AsyncSession, report: Report) -> Report | None:
    """The report whose tracking link the message holds (only its citizen knows it), or that a caller calls about."""
    if report.channel is Channel.VOICE:
        call = await calls.of_report(session, report)
        return await session.get(Report, call.about_id) if call and call.about_id else None
    found = LINK.search(report.text)
    if found is None:
        return None
    try:
        return await reports.by_token(session, found[1])
    except NotFound:
        return None


async def join(session: AsyncSession, desk: Desk, report: Report, before: Report, incident: Incident) -> None:
    """What the same person adds to what they reported ``before``. The incident's row must be locked."""
    before = await reports.first_of_matter(session, before)
    attach(report, incident)
    if _tells_where(incident, report):
        await timers.arm(session, timers.Verb.LOCATE, incident.id, desk.now(), desk.now())
    await record(session, desk, incident, Event.REPORT, f"{before.reference} ajoute : {redact(report.text, 200)}")
    await tell_one(session, desk, report, say("added", _language(report, before), reference=before.reference))


def _language(report: Report, before: Report) -> str | None:
    """That of the first words, when a few more ("thanks") hardly tell theirs."""
    short = len(report.text.split()) <= FEW
    return before.language if short and spoken(before.language) else report.language


def _tells_where(incident: Incident, report: Report) -> bool:
    """Whether the report brings the place that the incident lacked; it is the incident's from now on."""
    named, located = incident.place, incident.latitude
    if incident.place is None and (place := report.place or report.address):
        incident.place, incident.commune = place, incident.commune or report.commune
    if incident.latitude is None:
        incident.latitude, incident.longitude = report.latitude, report.longitude
    told = (named, located) != (incident.place, incident.latitude)
    if told:
        call_back.settle(incident)
    return told


async def set_aside(session: AsyncSession, desk: Desk, report: Report) -> bool:
    """One of very many messages of one contact: kept on the card of the one before, which says so. Only the first is
    answered: from then on nothing is.
    """
    if report.channel is Channel.VOICE or not report.contact or not await too_many(session, desk, report):
        return False
    before = await reports.latest_alive(session, report.contact, desk.now() - STILL_TALKING, report.channel)
    incident = await incidents.by_id(session, before.incident_id or 0, lock=True) if before else None
    if incident is None:
        return False
    attach(report, incident)
    incident.reports += 1
    if await reports.count_from(session, desk.now() - HOUR, contact=report.contact) == desk.most_of_a_number + 1:
        await tell_one(session, desk, report, say("many", before.language if before else report.language))
    await warn(session, desk, incident, report)
    await stale(session, desk, incident)
    return True


async def note_language(session: AsyncSession, desk: Desk, incident: Incident, report: Report) -> None:
    """Agents are told in which language to answer, and that nothing of ours speaks it."""
    language = report.language or DEFAULT
    if spoken(language) != DEFAULT:
        ours = "on lui répond automatiquement" if spoken(language) else "une personne doit lui répondre"
        said = f"{report.reference} écrit en {language_name(language)} : {ours}"
        await record(session, desk, incident, Event.NOTE, said)
