"""What people agreed on beside the rules of the roster. Two exceptions of one kind can never overlap.

PostgreSQL keeps that by exclusion constraints. ``wordrange`` is a range of words: a range of one word stands for the
rotation or person, so that no extension is needed.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, Index, UniqueConstraint, func, literal_column, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from routing.domain.oncall import HandOverState, SwapState
from routing.domain.oncall.outlook import Trouble
from routing.store.base import Base, Numbered, states


def _one_at_a_time(table: str, whose: str) -> tuple[Any, ...]:
    """No two rows of one rotation or person share an instant; each lasts for some time."""
    who: ColumnElement[Any] = literal_column(f"wordrange({whose}, {whose}, '[]')")
    when = func.tstzrange(literal_column("begins"), literal_column("ends"))
    return (
        ExcludeConstraint((who, "="), (when, "&&"), name=f"ex_{table}_one_at_a_time", using="gist"),
        CheckConstraint("begins < ends", name="forward"),
    )


class Agreed:
    """When an exception lasts (UTC) and who entered it; ``from_file``: it stands in the on-call file."""

    begins: Mapped[datetime]
    ends: Mapped[datetime]
    made_by: Mapped[str]
    made_at: Mapped[datetime]
    from_file: Mapped[bool] = mapped_column(default=False)


class ShiftOverride(Agreed, Numbered, Base):
    """A rotation's duty is this person's. ``swap_id``: by an exchange."""

    __tablename__ = "shift_override"
    __table_args__ = (*_one_at_a_time("shift_override", "rotation"), Index("ix_shift_override_ends", "ends"))

    rotation: Mapped[str]
    person: Mapped[str]
    swap_id: Mapped[int | None]


class DutyReplacement(Agreed, Numbered, Base):
    """Whatever duty ``person`` would have is the substitute's."""

    __tablename__ = "duty_replacement"
    __table_args__ = (*_one_at_a_time("duty_replacement", "person"), Index("ix_duty_replacement_ends", "ends"))

    person: Mapped[str]
    substitute: Mapped[str]


class PersonTimeOff(Agreed, Numbered, Base):
    """The person takes no duty. Why is nobody's business, so it is not kept."""

    __tablename__ = "person_time_off"
    __table_args__ = (*_one_at_a_time("person_time_off", "person"), Index("ix_person_time_off_ends", "ends"))

    person: Mapped[str]


class ShiftSwap(Numbered, Base):
    """``asker`` gives a stretch of duty away; whoever takes it may give one of theirs back, of any rotation."""

    __tablename__ = "shift_swap"
    __table_args__ = (
        CheckConstraint("begins < ends", name="forward"),
        Index("ix_shift_swap_state", "state", "begins"),
    )

    state: Mapped[SwapState] = mapped_column(states(SwapState), default=SwapState.REQUESTED)
    rotation: Mapped[str]
    begins: Mapped[datetime]
    ends: Mapped[datetime]
    asker: Mapped[str]
    asked_at: Mapped[datetime]
    taker: Mapped[str | None]
    taken_at: Mapped[datetime | None]
    back_rotation: Mapped[str | None]
    back_begins: Mapped[datetime | None]
    back_ends: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]


class HandOver(Numbered, Base):
    """One rotation's duty goes from one person to the next at ``at``, with what is under way (``pack``).

    ``pack`` is a list of {reference, title, place, state, pending: [text]}, ``mutes`` of
    French sentences on what is kept silent. Not accepted, ``outgoing`` stays on duty
    until ``until``, the end of the incoming person's shift.
    """

    __tablename__ = "hand_over"
    __table_args__ = (
        UniqueConstraint("rotation", "at"),
        Index("ix_hand_over_waiting", "rotation", postgresql_where=text("state = 'waiting'")),
    )

    state: Mapped[HandOverState] = mapped_column(states(HandOverState))
    rotation: Mapped[str]
    at: Mapped[datetime]
    until: Mapped[datetime]
    outgoing: Mapped[str]
    incoming: Mapped[str]
    pack: Mapped[list[Any]] = mapped_column(default=list)
    mutes: Mapped[list[Any]] = mapped_column(default=list)
    told_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    accepted_by: Mapped[str | None]


class DutyWarning(Numbered, Base):
    """Something to mend in the weeks ahead, as found last. ``rotation`` or ``person`` may be empty."""

    __tablename__ = "duty_warning"

    trouble: Mapped[Trouble] = mapped_column(states(Trouble))
    rotation: Mapped[str]
    person: Mapped[str]
    begins: Mapped[datetime]
    ends: Mapped[datetime]
