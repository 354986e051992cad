"""What the page /astreinte shows: who is on duty, a rotation's week or month, what is agreed, and how it weighs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.house import House
from routing.domain.oncall import (
    METROPOLIS,
    HandOverState,
    Holding,
    Person,
    Roster,
    SwapState,
    Why,
    instant,
    is_public_holiday,
)
from routing.domain.oncall.fairness import Load, loads, spread
from routing.domain.oncall.outlook import Concern, outlook
from routing.domain.oncall.wall_clock import shown
from routing.service.mute import told
from routing.service.trial import reachability, silent_people
from routing.store import hand_overs, mutes, roster
from routing.store.models import DutyReplacement, HandOver, Mute, PersonTimeOff, ShiftOverride, ShiftSwap

WEEK, MONTH = "semaine", "mois"
AHEAD = timedelta(days=40)
FAIR = timedelta(weeks=12)
TINTS = 8  # colours of people
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Now:
    """Who holds a rotation's duty until ``ends``, and who comes after (None: nobody, or not within forty days).

    ``ends`` is None when it does not within forty days.
    """

    rotation: str
    person: Person | None
    why: Why
    ends: datetime | None
    following: Person | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of one day; ``begins`` and ``ends`` are those of the whole duty, ``first`` and ``last`` of the part."""

    begins: datetime
    ends: datetime
    first: str
    last: str
    person: str
    why: Why
    tint: int


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the calendar; ``inside`` the month that is shown."""

    day: date
    holiday: bool
    today: bool
    inside: bool
    stretches: Sequence[Stretch]


@dataclass(frozen=True, slots=True)
class Choice:
    """What of the calendar is looked at: rotation, ``semaine`` or ``mois``, and a day in it."""

    rotation: str
    view: str
    day: date

    def moved(self, by: int) -> date:
        """A day of the week or month so many before or after."""
        if self.view == WEEK:
            return self.day + by * 7 * DAY
        months = self.day.year * 12 + self.day.month - 1 + by
        return date(months // 12, months % 12 + 1, 1)

    def days(self) -> list[date]:
        """The days shown, whole weeks from Monday on."""
        first = self.day if self.view == WEEK else self.day.replace(day=1)
        last = self.day if self.view == WEEK else self.moved(1) - DAY
        first -= first.weekday() * DAY
        return [first + number * DAY for number in range((last - first).days // 7 * 7 + 7)]


@dataclass(frozen=True, slots=True)
class DutyBoard:
    """The whole page. ``me`` is the person of the roster with the name at the screen, None for anybody else.

    ``mutes`` are what is kept silent, each in words; ``silent``: how many calls in a row the silent ones missed.
    """

    people: Sequence[Person]
    rotations: Sequence[str]
    me: Person | None
    now: Sequence[Now]
    choice: Choice
    days: Sequence[Day]
    hand_overs: Sequence[HandOver]
    concerns: Sequence[Concern]
    swaps: Sequence[ShiftSwap]
    overrides: Sequence[ShiftOverride]
    replacements: Sequence[DutyReplacement]
    time_off: Sequence[PersonTimeOff]
    silent: Mapping[str, int]
    loads: Sequence[Load]
    spread: float
    mutes: Sequence[tuple[Mute, str]]
    services: Mapping[str, str]
    channels: Sequence[str]
    names: dict[str, str]
    answered: tuple[int, int] = (0, 0)  # how often ``me`` answered, of how many calls


async def duty_board(
    session: AsyncSession, house: House, name: str, rotation: str, view: str, day: date, *, past: bool = False
) -> DutyBoard:
    """Everything on the page for one choice; a rotation that does not exist becomes the first.

    Fairness looks twelve weeks ahead, or back (``past``).
    """
    people, now = await roster.load(session), house.clock.now()
    rotation = rotation if rotation in people.rotations else next(iter(people.rotations), "")
    choice = Choice(rotation, view if view in (WEEK, MONTH) else WEEK, day)
    carried = _loads(people, house, rotation, now - FAIR if past else now)
    channels = tuple(house.pagers)
    me = next((one for one in people.people.values() if one.name == name), None)
    kept = await mutes.lasting(session, now)
    silent = await silent_people(session, house.desk)
    return DutyBoard(
        people=sorted(people.people.values(), key=lambda one: one.name),
        rotations=list(people.rotations),
        me=me,
        now=[_now(people, one, now) for one in people.rotations],
        choice=choice,
        days=list(_days(people, house, choice, shown(now, house.desk.zone).date())),
        hand_overs=await hand_overs.under_way(session),
        concerns=outlook(people, now, channels, silent),
        silent=silent,
        swaps=await _swaps(session, now),
        overrides=list(await session.scalars(select(ShiftOverride).where(ShiftOverride.ends > now).order_by("begins"))),
        replacements=list(
            await session.scalars(select(DutyReplacement).where(DutyReplacement.ends > now).order_by("begins"))
        ),
        time_off=list(await session.scalars(select(PersonTimeOff).where(PersonTimeOff.ends > now).order_by("begins"))),
        loads=carried,
        spread=spread([load for load in carried if load.person in _members(people, rotation)]),
        mutes=list(zip(kept, await told(session, house.desk, kept), strict=True)),
        services={code: row.name for code, row in house.desk.catalogue.services.items() if code != METROPOLIS},
        channels=channels,
        names={one.id: one.name for one in people.people.values()},
        answered=await reachability(session, house.desk, me.id) if me else (0, 0),
    )


async def notices(session: AsyncSession) -> list[str]:
    """For the room's screen: hand-overs that nobody accepted in time."""
    waiting = [row for row in await hand_overs.under_way(session) if row.state is HandOverState.WAITING and row.told_at]
    if not waiting:
        return []
    names = {one.id: one.name for one in (await roster.load(session)).people.values()}
    return [
        f"Relève {row.rotation} non acceptée par {names.get(row.incoming, row.incoming)} :"
        f" {names.get(row.outgoing, row.outgoing)} reste d'astreinte."
        for row in waiting
    ]


async def silent_services(session: AsyncSession, house: House) -> list[str]:
    """For the room's screen: services kept silent, until when, by whom and why."""
    rows = [row for row in await mutes.lasting(session, house.clock.now()) if row.service]
    return await told(session, house.desk, rows)


async def _swaps(session: AsyncSession, now: datetime) -> Sequence[ShiftSwap]:
    """Exchanges that wait for somebody and are still possible."""
    waiting = ShiftSwap.state.in_((SwapState.REQUESTED, SwapState.TAKEN))
    return (await session.scalars(select(ShiftSwap).where(waiting, ShiftSwap.begins > now).order_by("begins"))).all()


def _now(people: Roster, rotation: str, now: datetime) -> Now:
    held, *later = people.calendar.holdings(rotation, now, now + AHEAD)
    following = next((one.person for one in later if one.person not in (None, held.person)), None)
    ends = held.ends if held.ends < now + AHEAD else None
    return Now(rotation, people.people.get(held.person or ""), held.why, ends, people.people.get(following or ""))


def _days(people: Roster, house: House, choice: Choice, today: date) -> Iterator[Day]:
    days, zone = choice.days(), house.desk.zone
    if not choice.rotation:
        return
    edges = [instant(datetime.combine(day, time()), zone) for day in [*days, days[-1] + DAY]]
    held = list(people.calendar.holdings(choice.rotation, edges[0] - AHEAD, edges[-1] + AHEAD))
    tints = {person: number % TINTS for number, person in enumerate(sorted(people.people))}
    for day, begins, ends in zip(days, edges, edges[1:], strict=False):
        parts = [_stretch(people, house, one, begins, ends, tints) for one in held if one.overlaps(begins, ends)]
        inside = choice.view == WEEK or day.month == choice.day.month
        yield Day(day, is_public_holiday(day), day == today, inside, parts)


def _stretch(
    people: Roster, house: House, one: Holding, begins: datetime, ends: datetime, tints: dict[str, int]
) -> Stretch:
    known = people.people.get(one.person or "")
    return Stretch(
        begins=one.begins,
        ends=one.ends,
        first=house.desk.clock_time(max(one.begins, begins)),
        last="24:00" if one.ends >= ends else house.desk.clock_time(one.ends),
        person=known.name if known else one.person or "",
        why=one.why,
        tint=tints.get(one.person or "", 0),
    )


def _loads(people: Roster, house: House, rotation: str, begins: datetime) -> list[Load]:
    """What twelve weeks of a rotation put on each of its people."""
    if not rotation:
        return []
    held = list(people.calendar.holdings(rotation, begins, begins + FAIR))
    return loads(held, _members(people, rotation), house.desk.zone)


def _members(people: Roster, rotation: str) -> set[str]:
    """Those whom the rules put on duty: a substitute's day does not make the spread uneven."""
    return set(people.rotations[rotation].people & people.people.keys()) if rotation else set()
