"""Rotations thought in wall-clock time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

LENGTHS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}


def zone_named(name: str) -> ZoneInfo:
    """The time zone of that name. Raises ValueError for a name that the system's tables do not hold."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"unknown time zone '{name}', e.g. Europe/Paris") from error


@dataclass(frozen=True, slots=True)
class Shift:
    """One person's turn of a rotation, from ``begins`` to ``ends`` (UTC)."""

    rotation: str
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Rotation:
    """Members take turns; hand-offs happen at a wall-clock time of ``zone``, whatever the season."""

    id: str
    zone: ZoneInfo
    every: str  # hour | day | week
    at: time
    weekday: int | None  # 0 is Monday; weekly rotations only
    start: date
    members: tuple[str, ...]

    def first_handoff(self) -> datetime:
        """The wall-clock instant (naive, local) when the first member's first shift begins."""
        day = self.start
        if self.every == "week" and self.weekday is not None:
            day += timedelta(days=(self.weekday - day.weekday()) % 7)
        return datetime.combine(day, self.at)

    def turn(self, at: datetime) -> int | None:
        """How many hand-offs have passed at that instant (0 for the first shift); None before the rotation begins."""
        local = at.astimezone(self.zone).replace(tzinfo=None)
        if local.date() < self.start:
            return None
        # Before the first weekly hand-off of the starting week, the first member already holds the duty.
        turn = max(0, (local - self.first_handoff()) // LENGTHS[self.every])
        # In the hour lived twice, a hand-off that happened the first time is not undone the second time.
        return turn + (self.handoff(turn + 1) <= at)

    def handoff(self, turn: int) -> datetime:
        """The instant (UTC) at which a turn's shift begins."""
        local = self.first_handoff() + turn * LENGTHS[self.every]
        return local.replace(tzinfo=self.zone).astimezone(UTC)

    def shifts_of(self, person: str, at: datetime, count: int) -> list[Shift]:
        """The shift ``person`` holds at that instant, if any, and the following ones: ``count`` of them at most."""
        first = max(self.turn(at) or 0, 0)
        turns = range(first, first + count * len(self.members))
        mine = [turn for turn in turns if self.members[turn % len(self.members)] == person]
        return [Shift(self.id, self.handoff(turn), self.handoff(turn + 1)) for turn in mine[:count]]

    def member_at(self, at: datetime) -> str | None:
        """The id of the person on duty, None when nobody is."""
        turn = self.turn(at)
        return None if turn is None or not self.members else self.members[turn % len(self.members)]
