"""The audit log: entries are only ever added; the database itself refuses to change or delete one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from routing.store.base import Base, Numbered


class AuditEntry(Numbered, Base):
    """One decision, sealed (see routing/domain/audit). ``incident`` is a reference, ``person`` a roster id."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        UniqueConstraint("chain", "number"),
        Index("ix_audit_entry_person", "person", "at", postgresql_where=text("person IS NOT NULL")),
        Index("ix_audit_entry_at", "at"),
    )

    chain: Mapped[str]
    number: Mapped[int]
    at: Mapped[datetime]
    kind: Mapped[str]
    text: Mapped[str]
    by: Mapped[str | None]
    person: Mapped[str | None]
    incident: Mapped[str | None]
    facts: Mapped[dict[str, Any]]
    previous: Mapped[str]
    digest: Mapped[str]


class AuditHead(Base):
    """The last entry of a chain, and up to which one an anchor has sealed it."""

    __tablename__ = "audit_head"
    __table_args__ = (Index("ix_audit_head_loose", "chain", postgresql_where=text("number > anchored")),)

    chain: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(default=0)
    digest: Mapped[str]
    anchored: Mapped[int] = mapped_column(default=0)
