"""The rows of the on-call file that say who is on duty when: rotations, their layers, agreed exceptions."""

from __future__ import annotations

import re
from datetime import date, datetime
from itertools import pairwise
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, field_validator, model_validator

from routing.catalogue.schema import Row
from routing.domain.oncall import WEEKDAYS, written, zone_named

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=60)]
ZONE = "Europe/Paris"
CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d"


def _clock(value: object) -> object:
    """YAML reads an unquoted 18:00 as the number 1080."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 60:
        return f"{value // 60:02d}:{value % 60:02d}"
    return value


def _moment(value: object) -> object:
    """YAML reads an unquoted 2026-01-05 as a date, and 2026-01-05 08:00:00 as a time of a day."""
    return value.isoformat() if isinstance(value, date) else value


def _is_moment(value: str) -> str:
    datetime.fromisoformat(value)
    return value


Moment = Annotated[str, BeforeValidator(_moment), AfterValidator(_is_moment)]
Day = Annotated[date, Field(strict=False)]


class Stretch(Row):
    """From a moment until another: ``2026-08-01`` or ``2026-08-01 08:00``; a day alone as ``until`` is included."""

    begins: Moment = Field(alias="from")
    ends: Moment = Field(alias="until")

    @model_validator(mode="after")
    def _forward(self) -> Self:
        begins, ends = written.stretch(self.begins, self.ends, ZoneInfo("UTC"))
        if ends <= begins:
            raise ValueError(f"until '{self.ends}' is not after from '{self.begins}'")
        return self

    def instants(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """When it begins and ends (UTC), read on the wall clock of ``zone``."""
        return written.stretch(self.begins, self.ends, zone)


class FixedShiftRow(Stretch):
    """A shift that no rule gives."""

    person: Name


class OverrideRow(Stretch):
    """A rotation's duty is this person's, whatever the rules say."""

    rotation: Name
    person: Name


class ReplacementRow(Stretch):
    """Whatever duty ``person`` would have is taken by another."""

    person: Name
    by: Name


class TimeOffRow(Stretch):
    """The person takes no duty. Nobody needs to know why."""

    person: Name


class MemberRow(Row):
    """Somebody who takes turns from one day until another, both included."""

    person: Name
    since: Day | None = Field(default=None, alias="from")
    until: Day | None = None


class WindowRow(Row):
    """``days`` from ``18:00`` until ``08:00`` (the day after), or from ``friday 18:00`` until ``monday 08:00``."""

    days: list[Literal[*WEEKDAYS, written.HOLIDAY]] = Field(default=[], min_length=1)  # type: ignore[valid-type]
    begins: Annotated[str, BeforeValidator(_clock)] = Field(default="00:00", alias="from")
    ends: Annotated[str, BeforeValidator(_clock)] = Field(default=written.MIDNIGHT_AFTER, alias="until")
    except_holidays: bool = False

    @model_validator(mode="after")
    def _readable(self) -> Self:
        (first, begins), (last, ends) = _parts(self.begins), _parts(self.ends)
        if not re.fullmatch(CLOCK, begins) or not re.fullmatch(f"{CLOCK}|{written.MIDNIGHT_AFTER}", ends):
            raise ValueError(f"from '{self.begins}' until '{self.ends}' needs times such as 18:00")
        if bool(first) != bool(last) or {first, last} - {"", *WEEKDAYS}:
            raise ValueError(f"from '{self.begins}' until '{self.ends}' needs two weekdays, or none")
        if first and self.days:
            raise ValueError("either days, or weekdays in from and until")
        return self


class LayerRow(Row):
    """Members take turns; ``handoff`` is ``monday 08:00`` for a week, ``31 08:00`` for a month, ``08:00`` otherwise.

    ``days`` are the weekdays on which a daily duty changes hands; ``only`` the hours in which the layer holds;
    ``shifts`` stand in place of turns (an imported calendar).
    """

    every: Literal["hour", "day", "week", "month"] | None = None
    handoff: Annotated[str, BeforeValidator(_clock)] | None = None
    start: Day | None = None
    members: list[Name | MemberRow] = Field(default=[], min_length=1)
    days: list[Literal[*WEEKDAYS]] = Field(default=[], min_length=1)  # type: ignore[valid-type]
    only: list[WindowRow] = Field(default=[], min_length=1)
    shifts: list[FixedShiftRow] = Field(default=[], min_length=1)

    @model_validator(mode="after")
    def _turns_or_shifts(self) -> Self:
        given = [key for key in ("every", "handoff", "start", "members") if getattr(self, key)]
        if self.shifts and given:
            raise ValueError(f"either shifts, or {', '.join(given)}")
        if not self.shifts and len(given) < 4:
            missing = [key for key in ("every", "handoff", "start", "members") if key not in given]
            raise ValueError(f"needs {', '.join(missing)} (or shifts)")
        return self

    @model_validator(mode="after")
    def _handoff_fits(self) -> Self:
        if self.handoff is None:
            return self
        day, clock = _parts(self.handoff)
        if not re.fullmatch(CLOCK, clock):
            raise ValueError(f"handoff '{self.handoff}' needs a time such as 08:00")
        if self.every == "week" and day not in WEEKDAYS:
            raise ValueError(f"a weekly handoff needs a day such as 'monday 08:00', not '{self.handoff}'")
        if self.every == "month" and not re.fullmatch("[1-9]|[12][0-9]|3[01]", day):
            raise ValueError(f"a monthly handoff needs a day of the month such as '1 08:00', not '{self.handoff}'")
        if self.every in ("day", "hour") and day:
            raise ValueError(f"a handoff every {self.every} has no weekday: '{clock}'")
        if self.days and self.every != "day":
            raise ValueError("only a handoff every day may keep to some days")
        return self

    @model_validator(mode="after")
    def _one_at_a_time(self) -> Self:
        stretches = sorted(shift.instants(ZoneInfo("UTC")) for shift in self.shifts)
        for (_, ended), (begun, _) in pairwise(stretches):
            if begun < ended:
                raise ValueError(f"two shifts overlap on {begun:%Y-%m-%d %H:%M}")
        return self

    @property
    def people(self) -> list[str]:
        """Everybody the layer names."""
        named = [row if isinstance(row, str) else row.person for row in self.members]
        return named + [shift.person for shift in self.shifts]

    def written(self) -> dict[str, Any]:
        """The layer in the file's own form, without what is left out."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True, include=set(LayerRow.model_fields))


def _parts(written: str) -> tuple[str, str]:
    """(day, clock)"""
    day, _, clock = written.rpartition(" ")
    return day, clock


class RotationRow(LayerRow):
    """Turns, and ``layers`` above them: the first that has somebody holds the duty."""

    id: Name
    time_zone: str = ZONE
    layers: list[LayerRow] = []

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        return zone_named(value).key

    @property
    def all_layers(self) -> list[LayerRow]:
        """The rotation's own turns, then the layers above them from the highest on."""
        return [self, *self.layers]
