"""The duty changes hands with what is under way. Not accepted, the outgoing person stays and the room is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.incident import Event, IncidentState
from routing.domain.oncall import Calendar, Exceptions, HandOverState, Roster
from routing.errors import Conflict, NotFound
from routing.service.acknowledge import expect_signs_of_life
from routing.service.audit import note_configuration
from routing.service.desk import Desk
from routing.service.mute import told
from routing.service.page import end_question
from routing.service.record import record
from routing.store import hand_overs, incidents, live, mutes, roster, timers
from routing.store.models import HandOver, Incident

AHEAD = timedelta(minutes=30)
PATIENCE = timedelta(minutes=10)
JUST_BEFORE = timedelta(microseconds=1)
HORIZON = timedelta(days=40)  # no shift that is handed over is thought longer
SHOWN = 6  # pending lines of one incident


async def prepare_hand_overs(session: AsyncSession, desk: Desk) -> int:
    """Open the hand-overs of the next half hour, and those just missed; returns how many are new. Safe to repeat."""
    await roster.one_at_a_time(session)
    now, new = desk.now(), 0
    people = await roster.load(session)
    for rotation in people.rotations:
        for at, _, incoming in _by_rule(people).changes_hands(rotation, now - PATIENCE, now + AHEAD):
            outgoing = people.calendar.holder(rotation, at - JUST_BEFORE)[0]
            if outgoing is None or outgoing == incoming:
                continue
            until = next(iter(_by_rule(people).holdings(rotation, at, at + HORIZON))).ends
            number = await hand_overs.prepare(session, rotation, at, until, outgoing, incoming)
            if number is not None:
                await timers.arm(session, timers.Verb.HAND_OVER, number, at, now)
                live.announce(session, "duty", number)
                new += 1
    return new


async def hand_over(session: AsyncSession, desk: Desk, number: int) -> None:
    """Carry out what is due: begin, tell the room after ten minutes, or end. Safe to run twice."""
    await roster.one_at_a_time(session)
    row, now = await session.get(HandOver, number, with_for_update=True, populate_existing=True), desk.now()
    if row is None or row.state not in hand_overs.UNDER_WAY:
        await timers.disarm(session, timers.Verb.HAND_OVER, number)
        return
    if not await timers.is_due(session, timers.Verb.HAND_OVER, number, now):
        return
    if now < row.at:
        await timers.arm(session, timers.Verb.HAND_OVER, number, row.at, now)
        return
    people = await roster.load(session)
    if row.state is HandOverState.PREPARED and not _still_there(people, row):
        await session.delete(row)
        await timers.disarm(session, timers.Verb.HAND_OVER, number)
        return
    await _pack(session, desk, people, row)
    await hand_overs.overtake(session, row.rotation, row.at)
    anything = bool(row.pack or row.mutes)
    if anything and now < row.until:
        await _wait(session, desk, people, row)
    else:
        await _end(session, row, HandOverState.OVERTAKEN if anything else HandOverState.PASSED, desk)
    live.announce(session, "duty", number)


async def _wait(session: AsyncSession, desk: Desk, people: Roster, row: HandOver) -> None:
    """The outgoing person stays on duty; after ten minutes the room knows."""
    row.state = HandOverState.WAITING
    if row.told_at is None and desk.now() >= row.at + PATIENCE:
        row.told_at = desk.now()
        await _tell(session, desk, people, row)
    following = row.until if row.told_at else min(row.at + PATIENCE, row.until)
    await timers.arm(session, timers.Verb.HAND_OVER, row.id, following, desk.now())


async def accept_hand_over(session: AsyncSession, desk: Desk, number: int, *, by: str) -> HandOver:
    """The incoming person, or the room that has them on the line, takes what is under way.

    Raises NotFound, Conflict.
    """
    await roster.one_at_a_time(session)
    row = await session.get(HandOver, number, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("Cette relève n'existe pas")
    if row.state not in hand_overs.UNDER_WAY:
        raise Conflict("Cette relève est déjà terminée")
    people = await roster.load(session)
    if by == _name(people, row.outgoing):
        raise Conflict("La relève est acceptée par la personne qui arrive, pas par celle qui part")
    await _pack(session, desk, people, row)
    row.accepted_by = by
    await _end(session, row, HandOverState.ACCEPTED, desk)
    incoming, outgoing = _name(people, row.incoming), _name(people, row.outgoing)
    said = f"Relève {row.rotation} : {incoming} succède à {outgoing}" + (
        f" (acceptée par {by})" if by != incoming else ""
    )
    note_configuration(session, desk, "hand-over", said, by=by, person=row.incoming, rotation=row.rotation)
    for item in row.pack:
        incident = await incidents.by_reference(session, item["reference"], lock=True)
        await record(session, desk, incident, Event.NOTE, said, by=by)
        if incident.state is IncidentState.ACKNOWLEDGED and incident.acknowledged_by == outgoing:
            await _give(session, desk, incident, incoming, outgoing)
    live.announce(session, "duty", number)
    return row


async def _give(session: AsyncSession, desk: Desk, incident: Incident, incoming: str, outgoing: str) -> None:
    """What the outgoing person has is the incoming one's: they are who is asked, and called again, from now on."""
    await end_question(session, desk, incident)
    incident.acknowledged_at, incident.acknowledged_by = desk.now(), incoming
    said = f"{incoming} prend la suite de {outgoing}"
    await record(session, desk, incident, Event.ACKNOWLEDGED, said, by=incoming)
    await expect_signs_of_life(session, desk, incident)


async def _pack(session: AsyncSession, desk: Desk, people: Roster, row: HandOver) -> None:
    """What is under way: incidents that engage this duty or that the outgoing person has, with what is not done yet.

    And what is kept silent, so that the incoming person knows of whom or what they will hear nothing.
    """
    services = services_of(desk, people, row.rotation)
    found = await hand_overs.engaged(session, services, _name(people, row.outgoing))
    numbers = [incident.id for incident in found]
    pending = await hand_overs.pending_lines(session, numbers)
    row.pack = [_item(desk, incident, pending.get(incident.id, [])) for incident in found]
    row.mutes = await told(session, desk, await mutes.concerning(session, services, numbers, desk.now()))


def services_of(desk: Desk, people: Roster, rotation: str) -> list[str]:
    """The services for which this rotation is called first."""
    policies = {code: people.policy_for(code) for code in desk.catalogue.services}
    target = f"rotation:{rotation}"
    return [code for code, policy in policies.items() if policy and target in policy.levels[0].targets]


def _item(desk: Desk, incident: Incident, pending: Sequence[str]) -> dict[str, Any]:
    return {
        "reference": incident.reference,
        "title": desk.plan_of(incident).title,
        "place": ", ".join(part for part in (incident.place, incident.commune) if part),
        "state": incident.state.value,
        "holder": incident.acknowledged_by,
        "pending": list(pending[:SHOWN]),
        "more": max(0, len(pending) - SHOWN),
    }


def _by_rule(people: Roster) -> Calendar:
    """The calendar as if every hand-over were accepted."""
    agreed = people.exceptions
    return Calendar(people.rotations, Exceptions(agreed.overrides, {}, agreed.replacements, agreed.time_off))


def _still_there(people: Roster, row: HandOver) -> bool:
    """Whether the calendar still has the incoming person begin at that instant."""
    begins = row.at - JUST_BEFORE
    changes = _by_rule(people).changes_hands(row.rotation, begins, row.at + JUST_BEFORE)
    return row.rotation in people.rotations and any(incoming == row.incoming for _, _, incoming in changes)


async def _end(session: AsyncSession, row: HandOver, state: HandOverState, desk: Desk) -> None:
    begun = row.state is HandOverState.WAITING or state is HandOverState.ACCEPTED
    row.state, row.ended_at = state, min(max(desk.now(), row.at), row.until) if begun else row.at
    await timers.disarm(session, timers.Verb.HAND_OVER, row.id)


async def _tell(session: AsyncSession, desk: Desk, people: Roster, row: HandOver) -> None:
    """The room and every thread concerned read who is still on duty."""
    said = (
        f"Relève {row.rotation} non acceptée par {_name(people, row.incoming)} :"
        f" {_name(people, row.outgoing)} reste d'astreinte"
    )
    note_configuration(session, desk, "hand-over", said, by="Vigie", person=row.outgoing, rotation=row.rotation)
    for item in row.pack:
        incident = await incidents.by_reference(session, item["reference"], lock=True)
        await record(session, desk, incident, Event.ALARM, said, broadcast=True)


def _name(people: Roster, person: str) -> str:
    known = people.people.get(person)
    return known.name if known else person
