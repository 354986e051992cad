"""what became of a call or message to somebody on duty; several pages carried by one call; trial calls"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0008"
branch_labels = None
depends_on = None

OLD = (
    "opened",
    "report",
    "dispatched",
    "skipped",
    "acknowledged",
    "step-done",
    "step-undone",
    "reclassified",
    "escalated",
    "paged",
    "declined",
    "alarm",
    "resolved",
    "reopened",
    "delivery",
    "note",
    "asked",
)
NEW = ("unreached", "held")
PURPOSES = ("incident", "hold", "trial", "drill")
DELIVERIES = ("queued", "underway", "missed", "arrived", "over")


def _allow(*kinds: str) -> None:
    name = op.f("ck_timeline_entry_event")
    op.drop_constraint(name, "timeline_entry", type_="check")
    op.create_check_constraint(name, "timeline_entry", f"kind IN ({', '.join(repr(kind) for kind in kinds)})")


def _states(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=20)


def upgrade() -> None:
    _allow(*OLD, *NEW)
    op.alter_column("page", "incident_id", nullable=True)
    op.add_column("page", sa.Column("purpose", _states("purpose", PURPOSES), nullable=False, server_default="incident"))
    op.alter_column("page", "purpose", server_default=None)
    op.add_column("page", sa.Column("provider_ref", sa.String(), nullable=True))
    op.add_column("page", sa.Column("followed", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.alter_column("page", "followed", server_default=None)
    op.add_column("page", sa.Column("delivery", _states("delivery", DELIVERIES), nullable=True))
    op.add_column("page", sa.Column("joined_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_page_joined_id"), "page", "page", ["joined_id"], ["id"])
    op.add_column("page", sa.Column("told_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("page", sa.Column("passed_on", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.alter_column("page", "passed_on", server_default=None)
    op.add_column("page", sa.Column("last_word", sa.String(), nullable=True))
    op.create_index("ix_page_line", "page", ["person", "channel", "sent_at"], unique=False)
    for column, indexed in (("provider_ref", "provider_ref"), ("joined_id", "joined_id"), ("last_word", "id")):
        where = sa.text(f"{column} IS NOT NULL")
        op.create_index(f"ix_page_{column}", "page", [indexed], unique=False, postgresql_where=where)


def downgrade() -> None:
    for index in ("last_word", "joined_id", "provider_ref", "line"):
        op.drop_index(f"ix_page_{index}", table_name="page")
    op.execute("DELETE FROM page WHERE incident_id IS NULL")
    op.drop_constraint(op.f("fk_page_joined_id"), "page", type_="foreignkey")
    for column in ("last_word", "passed_on", "told_at", "joined_id", "delivery", "followed", "provider_ref", "purpose"):
        op.drop_column("page", column)
    op.alter_column("page", "incident_id", nullable=False)
    op.execute("DELETE FROM timeline_entry WHERE kind IN ('unreached', 'held')")
    _allow(*OLD)
