"""what people keep silent for a while, and the incidents that wait because of it"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

EVENTS = (
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
    "unreached",
    "held",
    "alarm",
    "resolved",
    "reopened",
    "delivery",
    "note",
    "asked",
)


def _events(*values: str) -> None:
    name = op.f("ck_timeline_entry_event")
    op.drop_constraint(name, "timeline_entry", type_="check")
    op.create_check_constraint(name, "timeline_entry", f"kind IN ({', '.join(repr(value) for value in values)})")


def upgrade() -> None:
    _events(*EVENTS, "muted")
    op.create_table(
        "mute",
        sa.Column("incident_id", sa.BigInteger(), nullable=True),
        sa.Column("service", sa.String(), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("(incident_id IS NULL) <> (service IS NULL)", name=op.f("ck_mute_of_one_thing")),
        sa.CheckConstraint(
            "made_at < until AND until <= made_at + interval '24 hours'", name=op.f("ck_mute_not_for_long")
        ),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_mute_incident_id_incident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mute")),
    )
    op.create_index("ix_mute_lasting", "mute", ["until"], postgresql_where=sa.text("ended_at IS NULL"))
    op.add_column("incident", sa.Column("mute_id", sa.BigInteger(), nullable=True))
    op.add_column("incident", sa.Column("muted", sa.String(), nullable=True))
    op.add_column("incident", sa.Column("insisted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "hand_over",
        sa.Column("mutes", sa.dialects.postgresql.JSONB(), nullable=False, server_default=sa.text("'[]'")),
    )
    op.alter_column("hand_over", "mutes", server_default=None)


def downgrade() -> None:
    op.drop_column("hand_over", "mutes")
    op.drop_column("incident", "insisted_at")
    op.drop_column("incident", "muted")
    op.drop_column("incident", "mute_id")
    op.drop_table("mute")
    op.execute("UPDATE timeline_entry SET kind = 'note' WHERE kind = 'muted'")
    _events(*EVENTS)
