"""Answers to what agents ask, in plain French. No platform's markup: the room that shows them escapes them."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.staff.desk_view import Line, lines, shifts_of
from bot.staff.mutes import services_meant
from bot.staff.swaps import UNKNOWN_PERSON
from bot.staff.words import DISPATCHES, SEVERITIES, ago, day_and_time, pause, standing, taken, where
from routing.domain.incident import DispatchState, IncidentState
from routing.domain.oncall import METROPOLIS, Roster
from routing.domain.redaction import readable
from routing.domain.reference import normalise
from routing.errors import NotFound
from routing.service.desk import Desk
from routing.service.mute import told
from routing.service.open_by_hand import open_by_hand
from routing.store import incidents, mutes, reports, roster
from routing.store.models import Incident

SHOWN = 20  # incidents in one answer
SIGNS = 4  # of a reference, without its prefix
LAST = 5  # lines of the thread in a summary
LONGEST_REASON = 400
WHICH_INCIDENT = "Dites de quel incident il s'agit, par exemple : incident IN-4K7Q."
HELP = """Ce que je sais faire :
{prefix}qui [service] : qui est d'astreinte maintenant
{prefix}incident RÉFÉRENCE : où en est un incident
{prefix}ouverts : les incidents que personne n'a encore pris, puis ceux en cours
{prefix}astreinte MOTIF : appeler l'astreinte métropolitaine
{prefix}garde : mes prochaines gardes
{prefix}echange : échanger une garde avec un collègue
{prefix}releve : prendre l'astreinte et ce qui est en cours
{prefix}sourdine : ce qui est en sourdine ; ne plus être appelé pour un incident ou un service pendant un temps
{prefix}aide : cette liste
Danger immédiat pour quelqu'un : le 112 d'abord."""


async def who_is_on_call(session: AsyncSession, desk: Desk, service: str = "") -> str:
    """Who would be called now: for every service, or level by level for the one meant by ``service``."""
    people = await roster.load(session)
    silent = await mutes.lasting(session, desk.now())
    if not service.strip():
        hushed = [f"En sourdine : {words}" for words in await told(session, desk, silent)]
        return "\n".join([_everybody(desk, people), *hushed])
    codes = services_meant(desk, service)
    if not codes:
        return f"Je ne connais pas de service « {service.strip()[:60]} »."
    if len(codes) > 1:
        return "Plusieurs services possibles : " + ", ".join(f"{desk.service_name(code)} ({code})" for code in codes)
    theirs = await told(session, desk, [row for row in silent if row.service == codes[0]])
    return "\n".join([_levels(desk, people, codes[0]), *(f"En sourdine : {words}" for words in theirs)])


def _everybody(desk: Desk, people: Roster) -> str:
    now = desk.now()
    told: dict[str, list[str]] = {}
    for code in desk.catalogue.services:
        policy = people.policy_for(code) if code in people.services else None
        if policy:
            names = [person.name for person in people.people_for(policy.levels[0].targets, now)]
            told.setdefault(", ".join(names) or "personne", []).append(desk.service_name(code))
    duty = ", ".join(person.name for person in people.metropolis_duty(now)) or "personne"
    rows = [f"{', '.join(services)} : {names}" for names, services in told.items()]
    return "\n".join([f"D'astreinte maintenant ({desk.clock_time(now)})", *rows, f"Tout autre service : {duty}"])


def _levels(desk: Desk, people: Roster, code: str) -> str:
    now, policy = desk.now(), people.policy_for(code)
    head = f"{desk.service_name(code)}, d'astreinte maintenant ({desk.clock_time(now)})"
    if policy is None:
        return f"{head} : personne. Appelez le chef de salle."
    if code not in people.services and code != METROPOLIS:
        head += " : pas d'astreinte propre, c'est celle de la métropole"
    rows = []
    for number, level in enumerate(policy.levels, start=1):
        names = ", ".join(person.name for person in people.people_for(level.targets, now)) or "personne"
        rows.append(f"Niveau {number} ({pause(level.after)}) : {names}")
    return "\n".join([head, *rows])


async def incident_summary(session: AsyncSession, desk: Desk, reference: str) -> str:
    """Where one incident is. Raises NotFound."""
    if not reference.strip():
        raise NotFound(WHICH_INCIDENT)
    incident = await _meant_incident(session, reference)
    timeline = await incidents.timeline_of(session, incident.id)
    rows = [
        f"{incident.reference} · {SEVERITIES[incident.severity]} · {desk.plan_of(incident).title}",
        f"{where(incident.place, incident.commune)} · ouvert à {desk.clock_time(incident.opened_at)}"
        f" ({ago(incident.opened_at, desk.now())})",
        _standing(desk, incident),
    ]
    rows += [f"Alarme : {incident.alarm}"] if incident.alarm else []
    rows += [f"En sourdine {incident.muted}"] if incident.muted else []
    rows += [f"Danger entendu : {incident.danger}"] if incident.danger else []
    rows.append("Services : " + (await _services(session, desk, incident) or "aucun"))
    rows += [f"{desk.clock_time(entry.at)} {entry.text}" for entry in timeline[-LAST:]]
    return "\n".join(rows)


async def _meant_incident(session: AsyncSession, reference: str) -> Incident:
    """By its reference, also without the letters before it, or by that of a citizen's report. Raises NotFound."""
    typed = normalise(reference)
    if typed.startswith(incidents.REPORT_PREFIX):
        report = await reports.by_reference(session, typed)
        if report.incident_id is None:
            raise NotFound(f"{report.reference} n'a pas d'incident")
        return await session.get_one(Incident, report.incident_id)
    bare = len(typed.replace("-", "")) == SIGNS
    return await incidents.by_reference(session, f"{incidents.INCIDENT_PREFIX}-{reference}" if bare else reference)


def _standing(desk: Desk, incident: Incident) -> str:
    if incident.state is IncidentState.RESOLVED:
        return f"Résolu par {incident.resolved_by} : {incident.resolution}"
    if incident.acknowledged_at:
        return f"Pris en charge par {incident.acknowledged_by} à {desk.clock_time(incident.acknowledged_at)}"
    return standing(incident.state, incident.at_work)


async def _services(session: AsyncSession, desk: Desk, incident: Incident) -> str:
    rows = await incidents.dispatches_of(session, incident.id)
    shown = [row for row in rows if row.state is not DispatchState.CANCELLED]
    return ", ".join(f"{desk.service_name(row.service)} ({DISPATCHES[row.state]})" for row in shown)


async def open_incidents(session: AsyncSession, desk: Desk) -> str:
    """Incidents nobody has, then those in hand, the gravest first."""
    query = select(Incident).where(Incident.state != IncidentState.RESOLVED).order_by(Incident.id.desc()).limit(500)
    found = lines(desk, await session.scalars(query))
    if not found:
        return "Aucun incident en cours."
    more = [f"… et {len(found) - SHOWN} autres"] if len(found) > SHOWN else []
    return "\n".join([_on_one_line(desk, line) for line in found[:SHOWN]] + more)


def _on_one_line(desk: Desk, line: Line) -> str:
    age, state = ago(line.opened_at, desk.now()), taken(line.holder, line.at_work)
    return f"{line.reference} · {SEVERITIES[line.severity]} · {line.title} · {line.place} · {age} · {state}"


async def my_shifts(session: AsyncSession, desk: Desk, person: str | None) -> str:
    """The present and next shifts of a person of the roster."""
    if person is None:
        return UNKNOWN_PERSON
    shifts = await shifts_of(session, desk, person)
    if not shifts:
        return "Aucune garde prévue pour vous."
    rows = [
        f"{'Maintenant : ' if one.now else ''}{one.rotation}, du {day_and_time(one.begins, desk.zone)}"
        f" au {day_and_time(one.ends, desk.zone)}"
        for one in shifts
    ]
    return "\n".join(["Vos gardes", *rows])


async def call_the_duty(session: AsyncSession, desk: Desk, by: str, reason: str) -> str:
    """Open an incident that no procedure foresees and have the metropolis duty called for it at once."""
    words = readable(reason)[:LONGEST_REASON]
    if not words:
        return "Dites pourquoi en quelques mots, par exemple : astreinte pont fermé rue Monge."
    incident = await open_by_hand(session, desk, by=by, words=words)
    return f"L'astreinte métropolitaine est appelée : incident {incident.reference}."
