"""The on-call calendar: anybody's duty at any moment of ten years, every minute of them, a year played in advance."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from datetime import time as clock

import numpy as np

from bot import rehearsal
from bot.bootstrap import build, ensure_roster, read_roster
from bot.house import House
from bot.settings import Settings
from routing.domain.oncall import Calendar, Exceptions, Layer, Override, Rotation, TimeOff, Window
from routing.service.import_roster import roster_of
from routing.store import roster
from routing.store.models import PersonTimeOff, ShiftOverride
from tests.bench.figures import Figure, percentile, worst
from tests.bench.rig import Rig
from tests.databases import Databases
from tests.unit.decade import BEGINS, DAY, ENDS, MINUTES, NOBODY, every_minute
from tests.unit.duty import PARIS, rotation, turns

NAME = "duty"
FROM_THE_DATABASE = "the same through the database (7 rotations, 800 agreements)"
PEOPLE = "abcde"
START = date(2025, 1, 1)
OFFICE = Window(frozenset(range(5)), clock(8), clock(18), nights=0, but_holidays=True)


def run(rig: Rig) -> list[Figure]:
    """Look-ups in memory and from the database, the decade, the year."""
    return [*_look_ups(rig), *_from_the_database(rig), *_decade(), *_year(rig)]


def _calendar() -> Calendar:
    """Office hours by day, another rotation around them, four hundred agreements, for ten years."""
    by_day = Layer(turns("d", "e", every="day", at=clock(8), start=START), PARIS, (OFFICE,))
    around = Layer(turns("a", "b", "c", weekday=4, at=clock(12), start=START), PARIS)
    return Calendar({"duty": Rotation("duty", (by_day, around))}, Exceptions.of(*_agreements()))


def _agreements() -> tuple[list[Override], tuple[()], tuple[()], list[TimeOff]]:
    chance = random.Random(6)
    begins = [BEGINS + timedelta(days=20 * number, minutes=chance.randrange(10 * DAY)) for number in range(200)]
    overrides = [Override("duty", chance.choice(PEOPLE), at, at + timedelta(days=2)) for at in begins]
    return overrides, (), (), [TimeOff(chance.choice(PEOPLE), at, at + timedelta(days=5)) for at in begins]


def _look_ups(rig: Rig) -> list[Figure]:
    chance, calendar, taken = random.Random(1), _calendar(), []
    for _ in range(rig.size(20_000, 500)):
        at = BEGINS + timedelta(minutes=chance.randrange(MINUTES))
        begun = time.thread_time()  # what other programs take of the cores is not the calendar's
        calendar.holder("duty", at)
        taken.append((time.thread_time() - begun) * 1000)
    return [
        Figure(NAME, "who is on duty at any minute of ten years, in memory, p50", percentile(taken, 0.5), "ms"),
        Figure(NAME, "the same, p99", percentile(taken, 0.99), "ms", 5),
        Figure(NAME, "the same, worst", worst(taken), "ms"),
    ]


def _from_the_database(rig: Rig) -> list[Figure]:
    with Databases(rig.folder / "duty").fresh() as url:
        taken = asyncio.run(_asked(rig, url))
    return [
        Figure(NAME, f"{FROM_THE_DATABASE}, p50", percentile(taken, 0.5), "ms", 5),
        Figure(NAME, "the same, p99", percentile(taken, 0.99), "ms"),
    ]


async def _asked(rig: Rig, url: str) -> list[float]:
    house = build(Settings(data_dir=rig.folder / "duty"), url)
    await ensure_roster(house)
    await _agree(house)
    chance, taken = random.Random(2), []
    for _ in range(rig.size(400, 20)):
        at = house.clock.now() + timedelta(minutes=chance.randrange(MINUTES))
        async with house.database.transaction() as session:
            begun = time.perf_counter()
            (await roster.load(session)).person_for("rotation:astreinte-technique", at)
            taken.append((time.perf_counter() - begun) * 1000)
    await house.database.close()
    return taken


async def _agree(house: House) -> None:
    now = house.clock.now()
    async with house.database.transaction() as session:
        for number in range(400):
            when = {"begins": now + timedelta(days=9 * number), "ends": now + timedelta(days=9 * number + 2)}
            made = {**when, "made_by": "bench", "made_at": now}
            session.add(ShiftOverride(rotation="astreinte-technique", person="bastien", **made))
            session.add(PersonTimeOff(person="sonia", **made))


def _decade() -> list[Figure]:
    """Every minute painted from the calendar's stretches; painting fails where two overlap or leave a hole."""
    kinds: Sequence[Rotation] = [
        rotation("a", "b", "c", every="hour", at=clock(8), start=START),
        rotation("a", "b", "c", every="day", at=clock(2, 30), start=START),
        rotation("a", "b", "c", "d", weekday=6, at=clock(3), start=START),
        rotation("a", "b", "c", every="month", monthday=31, start=START),
        rotation("a", "b", every="day", days=(0, 1, 2, 3, 4), start=START),
    ]
    with _timed() as seconds:
        found = [every_minute(Calendar({"duty": one}), PEOPLE) for one in kinds]
        layered = every_minute(_calendar(), PEOPLE)
    gaps = sum(int(np.count_nonzero(one == NOBODY)) for one in found)
    meant = sum((gap.ends - gap.begins) // timedelta(minutes=1) for gap in _calendar().gaps(BEGINS, ENDS))
    unintended = gaps + abs(int(np.count_nonzero(layered == NOBODY)) - meant)
    return [
        Figure(NAME, f"{len(kinds) + 1} calendars, 2025–2035: minutes of unintended gap or overlap", unintended, "", 0),
        Figure(NAME, "the same, time", seconds(), "s"),
    ]


def _year(rig: Rig) -> list[Figure]:
    house = build(Settings(data_dir=rig.folder / "year"), "postgresql://nowhere/none")
    catalogue = house.desk.catalogue
    people = roster_of(read_roster(Settings(), catalogue)[0])
    begins, ends = BEGINS + timedelta(days=365), BEGINS + timedelta(days=730)
    with _timed() as seconds:
        history = rehearsal.invented(catalogue, begins, ends, PARIS, per_day=10, seed=1)
        outcome = rehearsal.rehearse(people, history, begins, ends, PARIS, answering=0.8, seed=1)
    name = f"a year played in advance ({outcome.incidents} incidents, {len(outcome.calls)} calls)"
    return [Figure(NAME, name, seconds(), "s", 60)]


@contextmanager
def _timed() -> Iterator[Callable[[], float]]:
    begun = time.perf_counter()
    ended: list[float] = []
    yield lambda: ended[0] - begun
    ended.append(time.perf_counter())
