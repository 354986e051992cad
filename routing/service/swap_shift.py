"""Two people exchange duty: one asks, a colleague takes it, a third one approves. Each step reads the state again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.oncall import Person, Roster, Shift, SwapState
from routing.errors import Conflict, NotFound
from routing.service.audit import note_configuration
from routing.service.calendar import (
    check_present,
    check_stretch,
    held_by,
    known_person,
    known_rotation,
    opened,
    rest_warnings,
    when,
)
from routing.service.desk import Desk
from routing.service.override_shift import put_override
from routing.store import live, roster
from routing.store.models import ShiftSwap

ENDED = {
    SwapState.APPROVED: "Cet échange est déjà approuvé",
    SwapState.REFUSED: "Cet échange a été refusé",
    SwapState.WITHDRAWN: "Cette demande a été retirée",
}
CHANGED = "Le calendrier a changé depuis : la garde demandée n'est plus celle de {name}"


async def request_swap(
    session: AsyncSession, desk: Desk, rotation: str, asker: str, begins: datetime, ends: datetime, *, by: str
) -> ShiftSwap:
    """``asker`` (a roster id) would like to give away duty that is theirs. Raises NotFound, Conflict."""
    people = await opened(session)
    known_rotation(people, rotation)
    person = known_person(people, asker)
    check_stretch(begins, ends, desk.now())
    if begins <= desk.now() or not held_by(people, rotation, asker, begins, ends):
        raise Conflict(f"{person.name} n'a pas cette garde à venir, du début à la fin")
    swap = ShiftSwap(rotation=rotation, begins=begins, ends=ends, asker=asker, asked_at=desk.now())
    session.add(swap)
    await session.flush()
    said = f"{rotation} : {person.name} cherche à échanger sa garde {when(desk, begins, ends)}"
    await _noted(session, desk, swap, said, by)
    return swap


async def take_swap(
    session: AsyncSession,
    desk: Desk,
    swap_id: int,
    taker: str,
    *,
    by: str,
    back: Shift | None = None,
) -> ShiftSwap:
    """A colleague takes the duty, perhaps giving ``back`` a stretch of their own, of any rotation.

    Raises NotFound, Conflict.
    """
    people = await opened(session)
    swap = await _current(session, swap_id, SwapState.REQUESTED)
    person = known_person(people, taker)
    if taker == swap.asker:
        raise Conflict("On n'échange pas avec soi-même")
    _check_still_possible(people, desk, swap, person, back)
    swap.state, swap.taker, swap.taken_at = SwapState.TAKEN, taker, desk.now()
    if back:
        swap.back_rotation, swap.back_begins, swap.back_ends = back.rotation, back.begins, back.ends
    said = f"{swap.rotation} : {person.name} prend la garde {when(desk, swap.begins, swap.ends)}"
    given = f" et rend la sienne ({back.rotation}) {when(desk, back.begins, back.ends)}" if back else ""
    await _noted(session, desk, swap, said + given, by)
    return swap


async def approve_swap(session: AsyncSession, desk: Desk, swap_id: int, *, by: str) -> list[str]:
    """The exchange becomes overrides. Neither of the two may approve. Returns warnings about rest."""
    people = await opened(session)
    swap = await _current(session, swap_id, SwapState.TAKEN)
    asker, taker = known_person(people, swap.asker), known_person(people, swap.taker or "")
    if by in (asker.name, taker.name):
        raise Conflict("Une autre personne doit approuver cet échange")
    back = given_back(swap)
    _check_still_possible(people, desk, swap, taker, back)
    await put_override(session, desk, swap.rotation, taker.id, swap.begins, swap.ends, by=by, swap_id=swap.id)
    if back:
        await put_override(session, desk, back.rotation, asker.id, back.begins, back.ends, by=by, swap_id=swap.id)
    _decide(swap, SwapState.APPROVED, desk, by)
    said = f"{swap.rotation} : échange approuvé, {taker.name} de garde {when(desk, swap.begins, swap.ends)}"
    await _noted(session, desk, swap, said, by)
    after = await roster.load(session)
    warnings = rest_warnings(after, [taker.id], swap.begins, swap.ends, desk)
    return warnings + (rest_warnings(after, [asker.id], back.begins, back.ends, desk) if back else [])


async def refuse_swap(session: AsyncSession, desk: Desk, swap_id: int, *, by: str) -> None:
    """The exchange does not take place. Raises NotFound, Conflict."""
    await _end(session, desk, swap_id, SwapState.REFUSED, f"échange refusé par {by}", by)


async def withdraw_swap(session: AsyncSession, desk: Desk, swap_id: int, *, by: str) -> None:
    """Whoever asked keeps the duty after all. Raises NotFound, Conflict."""
    await _end(session, desk, swap_id, SwapState.WITHDRAWN, f"demande d'échange retirée par {by}", by)


async def _end(session: AsyncSession, desk: Desk, swap_id: int, state: SwapState, said: str, by: str) -> None:
    await opened(session)
    swap = await _current(session, swap_id, SwapState.REQUESTED, SwapState.TAKEN)
    _decide(swap, state, desk, by)
    await _noted(session, desk, swap, f"{swap.rotation} : {said}", by)


async def _current(session: AsyncSession, swap_id: int, *states: SwapState) -> ShiftSwap:
    swap = await session.get(ShiftSwap, swap_id, with_for_update=True)
    if swap is None:
        raise NotFound("Cet échange n'existe pas")
    if swap.state not in states:
        raise Conflict(ENDED.get(swap.state) or "Cet échange n'en est pas là")
    return swap


def _check_still_possible(people: Roster, desk: Desk, swap: ShiftSwap, taker: Person, back: Shift | None) -> None:
    """Each still has what they give, in the future, and is there to take the other's."""
    asker = known_person(people, swap.asker)
    if swap.begins <= desk.now():
        raise Conflict("Cette garde a déjà commencé")
    if not held_by(people, swap.rotation, asker.id, swap.begins, swap.ends):
        raise Conflict(CHANGED.format(name=asker.name))
    check_present(people, taker, swap.begins, swap.ends)
    if back is None:
        return
    known_rotation(people, back.rotation)
    check_stretch(back.begins, back.ends, desk.now())
    if back.begins <= desk.now() or not held_by(people, back.rotation, taker.id, back.begins, back.ends):
        raise Conflict(CHANGED.format(name=taker.name))
    check_present(people, asker, back.begins, back.ends)


def given_back(swap: ShiftSwap) -> Shift | None:
    """What whoever takes the duty gives for it, None for nothing."""
    if swap.back_begins is None or swap.back_ends is None:
        return None
    return Shift(swap.back_rotation or swap.rotation, swap.back_begins, swap.back_ends)


def _decide(swap: ShiftSwap, state: SwapState, desk: Desk, by: str) -> None:
    swap.state, swap.decided_by, swap.decided_at = state, by, desk.now()


async def _noted(session: AsyncSession, desk: Desk, swap: ShiftSwap, said: str, by: str) -> None:
    person = swap.taker or swap.asker
    note_configuration(session, desk, "swap", said, by=by, person=person, swap=swap.id, state=swap.state.value)
    await session.flush()
    live.announce(session, "duty", swap.id)
