"""Taking turns: whose turn it is at an instant, found by arithmetic, however far away the instant is."""

from __future__ import annotations

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from routing.domain.oncall.wall_clock import instant, shown

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
EVERY_DAY = tuple(range(7))
DAY, HOUR, WEEK = timedelta(days=1), timedelta(hours=1), timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who takes turns, from the day ``since`` to the day ``until``, both included."""

    person: str
    since: date | None = None
    until: date | None = None

    def belongs(self, day: date) -> bool:
        """Whether they take turns that day."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True)
class Turns:
    """Members take turns; the duty changes hands at a wall-clock time of ``zone``, whatever the season.

    ``every`` hour, day, week or month; ``days`` are the weekdays of the hand-offs (0 is Monday; days and weeks);
    ``monthday`` is 1 to 31, the last day in a shorter month.
    """

    zone: ZoneInfo
    every: str
    at: time
    start: date
    members: tuple[Member, ...]
    days: tuple[int, ...] = EVERY_DAY
    monthday: int = 1

    def holder(self, at: datetime) -> str | None:
        """Whose turn it is; None before the start, or when nobody takes turns that day."""
        turn = self.turn(at)
        return None if turn is None else self._holder(turn, shown(at, self.zone).date())

    def has_begun(self, at: datetime) -> bool:
        """Whether the first turn has begun."""
        return at >= self.handoff(0)

    @property
    def people(self) -> frozenset[str]:
        """Everybody who takes turns, now or at other times."""
        return frozenset(member.person for member in self.members)

    def turn(self, at: datetime) -> int | None:
        """How many hand-offs have passed (0 in the first turn); None before the rotation begins."""
        if not self.has_begun(at):
            return None
        turn = max(0, self._about(shown(at, self.zone)))
        while turn and self.handoff(turn) > at:
            turn -= 1
        while self.handoff(turn + 1) <= at:
            turn += 1
        return turn

    def handoff(self, turn: int) -> datetime:
        """The instant (UTC) at which a turn begins. The first one begins with its day: a start is nobody's gap."""
        if turn == 0:
            return instant(datetime.combine(self.start, time()), self.zone)
        return instant(self._local(turn), self.zone)

    def edges(self, begins: datetime, ends: datetime) -> Iterator[datetime]:
        """Every instant between two instants at which the holder may change."""
        turn = (self.turn(begins) or 0) if self.has_begun(begins) else -1
        while (edge := self.handoff(turn + 1)) < ends:
            turn += 1
            if edge > begins:
                yield edge
        for day in self._days_of_change:
            edge = instant(datetime.combine(day, time()), self.zone)
            if begins < edge < ends:
                yield edge

    def _local(self, turn: int) -> datetime:
        """What the clocks show at a hand-off."""
        first = self._first
        if self.every == "hour":
            return first + turn * HOUR
        if self.every == "month":
            return datetime.combine(self._month_end(first, turn), self.at)
        weeks, position = divmod(self.days.index(first.weekday()) + turn, len(self.days))
        return first + weeks * WEEK + (self.days[position] - first.weekday()) * DAY

    def _about(self, local: datetime) -> int:
        """The turn at what the clocks show, wrong by a few at most."""
        first = self._first
        if self.every == "hour":
            return (local - first) // HOUR
        if self.every == "month":
            return (local.year - first.year) * 12 + local.month - first.month
        return (local - first) // WEEK * len(self.days)

    @cached_property
    def _first(self) -> datetime:
        """The first hand-off's wall-clock time: on the first fitting day from the start on."""
        day = self.start
        if self.every == "month":
            day = self._month_end(datetime.combine(day, self.at), 0)
            day = day if day >= self.start else self._month_end(datetime.combine(day, self.at), 1)
        elif self.every != "hour":
            day = next(day for day in (self.start + n * DAY for n in EVERY_DAY) if day.weekday() in self.days)
        return datetime.combine(day, self.at)

    def _month_end(self, first: datetime, months: int) -> date:
        """The day of the hand-off, so many months after the first one's."""
        year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
        return date(year, month + 1, min(self.monthday, monthrange(year, month + 1)[1]))

    def _holder(self, turn: int, day: date) -> str | None:
        """Who has that turn on that day: whoever leaves in the middle is followed early by the next one."""
        first_turns, eras = self._eras
        begun, order, position = eras[bisect_right(first_turns, turn) - 1]
        planned = order[(position + turn - begun) % len(order)] if order else None
        if planned is not None and self.members[planned].belongs(day):
            return self.members[planned].person
        following = self._after(planned, [n for n, member in enumerate(self.members) if member.belongs(day)])
        return None if following is None else self.members[following].person

    @cached_property
    def _days_of_change(self) -> Sequence[date]:
        """The days on which somebody joins, or is gone."""
        joins = {member.since for member in self.members if member.since and member.since > self.start}
        leaves = {member.until + DAY for member in self.members if member.until}
        return sorted(joins | {day for day in leaves if day > self.start})

    @cached_property
    def _eras(self) -> tuple[list[int], list[tuple[int, list[int], int]]]:
        """(first turns, (first turn, numbers of the members in order, whose is the first turn)): an era has one order.

        A newcomer waits for their turn; the order goes on after the last holder of the era before.
        """
        turns = sorted({0, *(self._next_turn(day) for day in self._days_of_change)})
        eras: list[tuple[int, list[int], int]] = []
        last: int | None = None
        for number, turn in enumerate(turns):
            day = self.start if turn == 0 else self._local(turn).date()
            order = [n for n, member in enumerate(self.members) if member.belongs(day)]
            following = self._after(last, order)
            position = 0 if following is None else order.index(following)
            eras.append((turn, order, position))
            if order and number + 1 < len(turns):
                last = order[(position + turns[number + 1] - 1 - turn) % len(order)]
        return turns, eras

    def _next_turn(self, day: date) -> int:
        """The first turn that begins on that day or later."""
        midnight = instant(datetime.combine(day, time()), self.zone)
        turn = self.turn(midnight) or 0
        return turn if self.handoff(turn) >= midnight else turn + 1

    @staticmethod
    def _after(last: int | None, order: Sequence[int]) -> int | None:
        """The first of ``order`` after the member ``last``, round the table."""
        if not order:
            return None
        return next((number for number in order if last is not None and number > last), order[0])
