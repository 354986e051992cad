"""The roster as imported from a city's file. Lists are kept in the file's own form."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from routing.store.base import Base


class OncallPerson(Base):
    """``plan`` is a list of {after: seconds, by: channel}."""

    __tablename__ = "oncall_person"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    phone: Mapped[str | None]
    slack: Mapped[str | None]
    telegram: Mapped[int | None]
    plan: Mapped[list[Any]] = mapped_column(default=list)


class OncallRotation(Base):
    """``layers``: the rotation's turns, then the layers above them from the highest on, each in the file's form."""

    __tablename__ = "oncall_rotation"

    id: Mapped[str] = mapped_column(primary_key=True)
    time_zone: Mapped[str]
    layers: Mapped[list[Any]]


class EscalationPolicy(Base):
    """``levels`` is a list of {after: seconds, targets: [rotation:id or person:id]}."""

    __tablename__ = "escalation_policy"

    id: Mapped[str] = mapped_column(primary_key=True)
    levels: Mapped[list[Any]]
    repeat: Mapped[bool] = mapped_column(default=True)


class ServicePolicy(Base):
    """The policy a service's incidents follow."""

    __tablename__ = "service_policy"

    service: Mapped[str] = mapped_column(primary_key=True)
    policy: Mapped[str]


class RosterVersion(Base):
    """One row: another number for every change of the roster or of what is agreed beside it, set by a trigger."""

    __tablename__ = "roster_version"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
